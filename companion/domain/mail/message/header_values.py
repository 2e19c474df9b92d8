"""What stands in header fields of e-mails: addresses and times."""

from __future__ import annotations

import datetime as dt
import email.errors
import email.utils
import re

ADDRESS = re.compile(r"[^\s@<>\"',;:()]{1,128}@([A-Za-z0-9.-]{1,253})")
LIBRARY_ERRORS = (
    *(RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError, IndexError, OverflowError),
    *(email.errors.MessageError, UnicodeError),
)
"""What the standard library's parser meets broken mails with."""


def moment_of(text: str) -> dt.datetime | None:
    """Returns the time that a ``Date`` field names, or None."""
    try:
        found = email.utils.parsedate_to_datetime(text)
    except LIBRARY_ERRORS:
        return None
    found = found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
    return found if 1970 <= found.year <= 2200 else None
