"""Putting the cards of a settings view below each other."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from companion.ui.widgets.basic import column


def below(*parts: QWidget) -> QWidget:
    """Returns the parts below each other, as one."""
    made = QWidget()
    laid = column(*parts, spacing=14)
    laid.setContentsMargins(0, 0, 0, 0)
    made.setLayout(laid)
    return made
