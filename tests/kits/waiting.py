"""Waiting for a condition instead of for time."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Returns as soon as `condition` holds; fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)


def repeating(act: Callable[[], object], condition: Callable[[], object], every: float = 5) -> None:
    """Acts, and acts again every `every` seconds, until `condition` holds, as a person does whose click was lost.

    A busy desktop loses a click or a key now and then: the panel moves under the pointer, or the window manager
    holds the keyboard at that moment.
    """
    for _ in range(6):
        act()
        deadline = time.monotonic() + every
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.01)
    raise AssertionError("the condition never came true")
