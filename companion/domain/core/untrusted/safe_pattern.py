"""Regular expressions of other parties, matched in time that is proportional to the text.

Python's engine tries every way to match, so a pattern of thirty characters can take years. RE2 follows all ways at
once; what cannot be matched so (back-references, look-around) it refuses.
"""

from __future__ import annotations

import functools
from typing import Any

LONGEST_PATTERN = 200
_MOST_MEMORY = 1 << 17
"""Bytes; a pattern that needs more could take a second for a long e-mail."""


@functools.lru_cache(maxsize=16)
def compile_pattern(pattern: str) -> Any:
    """Returns a compiled pattern with the methods of Python's own. Raises `ValueError` with the reason."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"it is longer than {LONGEST_PATTERN} characters")
    import re2  # here, because few commands read an e-mail

    options = re2.Options()
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"it cannot be used ({said or 'not a regular expression'})") from None
