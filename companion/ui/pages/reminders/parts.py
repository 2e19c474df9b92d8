"""What the lists of reminders are made of: rows with lines between them, tones, and the menu of when to come back."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QLayout, QMenu, QPushButton, QWidget

from companion.domain.reminders.due import Reminder, Snooze
from companion.domain.reminders.text import is_pressing
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import button, column, line

_SNOOZES = {
    Snooze.ONE_HOUR: "In an hour",
    Snooze.TOMORROW_MORNING: "Tomorrow morning",
    Snooze.THREE_DAYS: "In 3 days",
}


def tone(*reminders: Reminder) -> str:
    """Returns the tone of what reminders say together."""
    return "attention" if any(map(is_pressing, reminders)) else ""


def below_line(across: QLayout, *, is_first: bool = False) -> QWidget:
    """A row of a card, with a line above it unless it is the first."""
    made = QWidget()
    below = column(*(() if is_first else (line(),)), across, spacing=10)
    below.setContentsMargins(0, 0, 0, 0)
    made.setLayout(below)
    return made


def later(state: AppState, reminder: Reminder, title: str, *, never: bool = False) -> QPushButton:
    """A menu of when the reminder comes back; with `never`, also that it does not."""
    made = button("Later", lambda: None, name=f"Later: {title}")
    menu = QMenu(made)
    for choice, text in _SNOOZES.items():
        menu.addAction(text, partial(state.reminders.snooze, (reminder,), choice, lambda _: None))
    if never:
        menu.addAction("Don't remind me of this", partial(state.reminders.silence, reminder))
    made.setMenu(menu)
    return made
