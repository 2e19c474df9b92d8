"""Counts calls instead of seconds: how often something was done says whether it grows with what there is."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from types import FrameType
from typing import Any


@contextlib.contextmanager
def count_calls(*names: str) -> Iterator[Counter[str]]:
    """Yields how often functions of these names in the program are called, on every thread that begins meanwhile."""
    counted: Counter[str] = Counter()
    wanted = frozenset(names)

    def look(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name in wanted and "companion" in code.co_filename:
            counted[code.co_name] += 1

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield counted
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
