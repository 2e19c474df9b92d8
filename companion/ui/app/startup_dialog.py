"""What is shown when the window cannot open: why, and what to do."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout

from companion.domain.core.errors import CompanionError
from companion.services.app.resources import resource
from companion.ui.look.appearance import Appearance
from companion.ui.look.system_look import SystemLook
from companion.ui.widgets.basic import button, row
from companion.ui.widgets.notice import Notice


class StartDialog(QDialog):
    """Tells a failure at the start."""

    def __init__(self, error: CompanionError) -> None:
        super().__init__()
        self.setWindowTitle("Companion")
        self.setMinimumWidth(560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(12)
        outer.addWidget(Notice.of_error(error, closable=False))
        outer.addLayout(row(None, button("Quit", self.reject, "primary")))


def show_at_start(qt: QApplication, error: CompanionError) -> None:
    """Show why the window cannot open, until the person has read it."""
    look = Appearance(qt, SystemLook(qt), resource("style/companion.qss"))
    StartDialog(error).exec()
    look.close()
