"""Whether the person holds something down that would be lost if it were made anew at that moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QWidget

LOOK_AGAIN_MS = 50
"""How soon what waits for the person to let go looks again, in milliseconds."""


def is_held(part: QWidget) -> bool:
    """Returns whether a mouse button is held over `part`, or one of its buttons is down.

    A key and an assistive program hold a button down as well: Qt presses it for 100 ms in the name of a screen reader.
    """
    mouse = QGuiApplication.mouseButtons() is not Qt.MouseButton.NoButton and part.underMouse()
    return mouse or any(each.isDown() for each in part.findChildren(QAbstractButton))


def when_let_go(part: QWidget, call: Callable[[], object]) -> None:
    """Run `call` now, or as soon as the person holds nothing of `part` down; never once `part` was deleted."""
    if is_held(part):
        QTimer.singleShot(LOOK_AGAIN_MS, part, partial(when_let_go, part, call))
    else:
        call()
