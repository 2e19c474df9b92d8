"""What the dialogs about one order share: how they tell what came of something, and how they are left."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from companion.domain.core.errors import CompanionError
from companion.ui.state.app_state import AppState
from companion.ui.support import failure_notice
from companion.ui.widgets.basic import clear, column
from companion.ui.widgets.notice import Notice


class OrderDialog(QDialog):
    """A dialog about the order `number`, which is empty where it is about none. It is deleted when it is closed."""

    def __init__(self, parent: QWidget, app_state: AppState, number: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._app_state = app_state
        self._number = number
        self._outcome = column(spacing=8)

    def _tell(self, news: Notice | CompanionError) -> None:
        """Show what came of something in place of what was shown before."""
        clear(self._outcome)
        if isinstance(news, CompanionError):
            news = self._notice_of(news)
        else:
            news.closed.connect(lambda: clear(self._outcome))
        self._outcome.addWidget(news)

    def _notice_of(self, error: CompanionError) -> Notice:
        return failure_notice(self._app_state, error, self._leave_for, number=self._number, closable=False)

    def _leave_for(self, destination: object) -> None:
        self._app_state.navigation_requested.emit(destination)
        self.reject()
