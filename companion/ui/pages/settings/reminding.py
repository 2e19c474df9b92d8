"""The settings of reminders, which the Reminders page shows too."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from companion.ui.pages.reminders.settings import QuietCard, WhenCard
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below


def reminding(desk: Desk) -> QWidget:
    """Returns the view of the settings of reminders."""
    return below(QuietCard(desk.app_state), WhenCard(desk.app_state))
