"""How long stores are waited for: in full, or only briefly where something is known already."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import NamedTuple

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure


class Late(NamedTuple):
    """What is done when work has not ended after `seconds`; the work goes on."""

    seconds: float
    tell: Callable[[], None]


class Wait(NamedTuple):
    """One wait for the store at `host`; a `brief` one ends before the call itself would."""

    host: str
    seconds: float
    brief: bool
    late: Late

    def ended(self) -> CompanionError:
        """Returns the error for a store that has not answered in this time."""
        if self.brief:
            return failure(ErrorCode.NOT_ANSWERED_YET, message=f"{self.host} has not answered yet.")
        return failure(ErrorCode.TOO_SLOW)


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

    def wait(self, host: str, seconds: float, *, known: bool = True) -> Wait:
        """Returns the wait for a call that takes at most `seconds`; `known` says whether its answer is known before."""
        brief = known and not self.in_full and self.seconds < seconds
        late = Late(self.seconds, lambda: self._tell_once(host))
        return Wait(host, self.seconds if brief else seconds, brief, late)

    def _tell_once(self, host: str) -> None:
        with self._lock:
            tell, self._tell = self._tell, None
        if tell is not None:
            tell(host)


UNLIMITED = Patience()
"""What the window has: it shows what is known at once, and answers as they come."""
