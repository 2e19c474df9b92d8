"""Where the keyboard is on a page that has just been opened, and where Tab leads from its title."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from companion.ui.navigation import Page
from companion.ui.widgets.basic import focusable


def give_focus(window: QWidget, page: Page) -> None:
    """Give the keyboard to where a page begins, unless it has it already."""
    now = window.focusWidget()
    if now is None or not page.isAncestorOf(now):
        page.take_focus()


def leave_title(window: QWidget, page: QWidget, before: QWidget | None, *, onward: bool) -> bool:
    """Move the keyboard from a title of `page` to what stands below it, or back to what stands above it or `before`.

    Returns whether a title had it and something else has it now.
    """
    title = window.focusWidget()
    if title is None or title.focusPolicy() is not Qt.FocusPolicy.NoFocus or not page.isAncestorOf(title):
        return False
    place = title.mapTo(window, title.rect().bottomLeft()).y()
    parts = [part for part in focusable(page) if part.isVisible()]
    below = [part for part in parts if part.mapTo(window, part.rect().bottomLeft()).y() >= place]
    above = [part for part in parts if part not in below]
    wanted = next(iter(below), None) if onward else above[-1] if above else before
    if wanted is None:
        return False
    wanted.setFocus(Qt.FocusReason.TabFocusReason)
    return True
