"""The links by which buttons of notices come back to this program; loaded at every start, so it loads little itself."""

from __future__ import annotations

import re

SCHEME = "companion"
"""The protocol that the installer registers for this program."""
UNKNOWN_CODE = "unknown"
"""Stands for the code of a link that is of no notice; no notice has it."""
_CODE = re.compile(r"[A-Za-z0-9_-]{22}")
_LINK = re.compile(rf"{SCHEME}:({_CODE.pattern})/?", re.IGNORECASE)


def link_of(code: str) -> str:
    """Returns the link that hands `code` back to this program. Raises `ValueError` for what is no code."""
    if not _CODE.fullmatch(code):
        raise ValueError("a code of a notice has 22 letters, digits and signs of its own")
    return f"{SCHEME}:{code}"


def is_link(word: str) -> bool:
    """Returns whether a word of the command line is a link of this program's, whatever it says: web pages open any."""
    return word.casefold().startswith(f"{SCHEME}:")


def code_of(link: str) -> str | None:
    """Returns the code in a link; None for one that no notice of this program has made."""
    found = _LINK.fullmatch(link)
    return found[1] if found else None
