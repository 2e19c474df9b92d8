"""How long stores are waited for: in full, or only briefly where something is known already."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from companion.domain.core.error_words import failure
from companion.domain.core.errors import CompanionError, ErrorCode


class Patience:
    """How long one command waits for stores; without `seconds` as long as each call may take.

    A command that only shows something waits `seconds` for what it could show as it was last read. One that changes
    something waits in full (`in_full`). `tell` is called once, with the host of a store, when a store that is waited
    for has not answered after `seconds`. Safe to use from several threads.
    """

    def __init__(self, seconds: float = math.inf, tell: Callable[[str], None] | None = None) -> None:
        self.seconds = seconds
        self.in_full = False
        self._tell = tell
        self._lock = threading.Lock()

    def limit(self, seconds: float, *, known: bool = True) -> float:
        """Returns how many of `seconds` a call may take; `known` says whether its answer is known from before."""
        return min(seconds, self.seconds) if known and not self.in_full else seconds

    def tell(self, host: str) -> None:
        """Say that the store at `host` is still waited for, unless that was said before."""
        with self._lock:
            tell, self._tell = self._tell, None
        if tell is not None:
            tell(host)


UNLIMITED = Patience()
"""What the window has: it shows what is known at once, and answers as they come."""


def not_answered_yet(host: str) -> CompanionError:
    """Returns the error for a store at `host` that was waited for briefly."""
    return failure(ErrorCode.NOT_ANSWERED_YET, message=f"{host} has not answered yet.")
