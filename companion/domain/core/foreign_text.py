"""Text from outside (stores, e-mails, imports) made harmless where it is read.

Control characters, bidirectional overrides and line breaks of foreign text could redraw a terminal, hide a file's real
ending or add lines to a calendar (Unicode Technical Report 36, section 3.1).
"""

from __future__ import annotations

import unicodedata

LONGEST_TEXT = 500
"""Characters of a name or a label that are kept."""

_KEPT_FORMAT_SIGNS = frozenset("\u200c\u200d")
"""Joiners without which some scripts and emoji are spelled wrongly."""


def clean_text(text: str, most: int = LONGEST_TEXT) -> str:
    """Returns `text` on one line, without control and invisible format characters, at most `most` characters long.

    What is cut off is marked by an ellipsis.
    """
    shown = "".join(" " if _is_blank(sign) else sign for sign in text[: most * 4] if _is_shown(sign))
    tidy = " ".join(shown.split())
    return tidy if len(tidy) <= most else f"{tidy[: most - 1]}…"


def _is_blank(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Zl", "Zp")


def _is_shown(sign: str) -> bool:
    if sign in _KEPT_FORMAT_SIGNS or sign.isspace():
        return True
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
