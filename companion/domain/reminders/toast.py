"""What a notice of Windows is made of: its XML, and the links by which its buttons come back.

Source: learn.microsoft.com, "App notification content", "Toast schema".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from companion.domain.core.untrusted.foreign_text import clean_text

SCHEME = "companion"
"""The protocol that the installer registers for this program."""
UNKNOWN_CODE = "unknown"
"""Stands for the code of a link that is of no notice; no notice has it."""
_CODE = re.compile(r"[A-Za-z0-9_-]{22}")
_LINK = re.compile(rf"{SCHEME}:({_CODE.pattern})/?", re.IGNORECASE)
_BEGINNING = re.compile(rf"{SCHEME}:", re.IGNORECASE)
_MOST_BUTTONS = 5
_LONGEST_TITLE, _LONGEST_BODY, _LONGEST_BUTTON = 200, 1000, 100


def toast_xml(title: str, body: str, itself: str, buttons: Sequence[tuple[str, str]], *, stays: bool) -> str:
    """Returns the XML of a notice; `itself` is the code of pressing it, `buttons` are codes and texts.

    Texts may come from stores and e-mails: whatever stands in them is shown as text. One that `stays` is there until
    the person answers it, which Windows allows to notices with buttons only.
    """
    actions = "".join(
        f'<action content={quoteattr(clean_text(text, _LONGEST_BUTTON))} activationType="protocol" '
        f"arguments={quoteattr(link_of(code))}/>"
        for code, text in buttons[:_MOST_BUTTONS]
    )
    scenario = ' scenario="reminder"' if stays and actions else ""
    return (
        f'<toast activationType="protocol" launch={quoteattr(link_of(itself))}{scenario}>'
        '<visual><binding template="ToastGeneric">'
        f"<text>{escape(clean_text(title, _LONGEST_TITLE))}</text>"
        f"<text>{escape(clean_text(body, _LONGEST_BODY))}</text>"
        f"</binding></visual><actions>{actions}</actions></toast>"
    )


def link_of(code: str) -> str:
    """Returns the link that hands `code` back to this program. Raises `ValueError` for what is no code."""
    if not _CODE.fullmatch(code):
        raise ValueError("a code of a notice has 22 letters, digits and signs of its own")
    return f"{SCHEME}:{code}"


def is_link(word: str) -> bool:
    """Returns whether a word of the command line is a link of this program's, whatever it says: web pages open any."""
    return _BEGINNING.match(word) is not None


def code_of(link: str) -> str | None:
    """Returns the code in a link; None for one that no notice of this program has made."""
    found = _LINK.fullmatch(link)
    return found[1] if found else None
