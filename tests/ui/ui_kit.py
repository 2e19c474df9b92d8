"""Looking at widgets as a person does."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget


def texts_of(widget: QWidget) -> list[str]:
    """Every text a person can read in a widget."""
    found = [*widget.findChildren(QLabel), *widget.findChildren(QAbstractButton)]
    return [part.text() for part in found if part.isVisibleTo(widget) and part.text()]


def button(parent: QWidget, text: str) -> QAbstractButton:
    """The button with this text."""
    return next(
        found for found in parent.findChildren(QAbstractButton) if found.text() == text and found.isVisibleTo(parent)
    )
