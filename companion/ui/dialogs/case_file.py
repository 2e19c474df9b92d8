"""The case file in the window: read before it leaves, then saved or sent."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.store.orders import SupportCase
from companion.services.store.orders import Orders
from companion.services.support.case_file import CaseFileWriter
from companion.ui.dialogs import save_file
from companion.ui.dialogs.order_dialog import OrderDialog
from companion.ui.state.app_state import AppState
from companion.ui.support import number_sentence
from companion.ui.widgets.basic import button, label, restyle, row
from companion.ui.widgets.notice import Notice

_LONGEST_SUMMARY = 200


class CaseFileDialog(OrderDialog):
    """Shows exactly the text that will leave, and lets it leave only when the person says so."""

    def __init__(
        self, parent: QWidget, app_state: AppState, writer: CaseFileWriter, orders: Orders, number: str
    ) -> None:
        super().__init__(parent, app_state, number)
        self._orders = orders
        self._written = ""
        self.setWindowTitle("Case file")
        self.resize(680, 640)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        outer.addWidget(
            label(
                "This is all that support gets: what was tried and when, errors with their codes, versions, and what "
                "was found on this PC. Passwords, keys, card digits, e-mail addresses and names in paths are taken out."
            )
        )
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName("The case file")
        self._text.setPlaceholderText("Checking this PC…")
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._summary = QLineEdit()
        self._summary.setMaxLength(_LONGEST_SUMMARY)
        self._summary.setAccessibleName("What is it about?")
        self._summary.setPlaceholderText("In one sentence: what does not work?")
        self._summary.textChanged.connect(lambda _: restyle(self._summary, invalid="false"))
        self._save = button("Save…", self._ask_to_save)
        self._send = button("Send to support", self._ask_to_send, "primary")
        self._close = button("Close", self.reject)
        outer.addWidget(self._text, 1)
        outer.addWidget(self._summary)
        outer.addLayout(self._outcome)
        outer.addLayout(row(self._close, None, self._save, self._send))
        self._allow(False)
        self._summary.setVisible(bool(number))
        self._send.setVisible(bool(number))
        app_state.runner.run(self, lambda _: writer.text(number or None), self._show, self._tell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._summary.hasFocus():
            # Enter after the sentence leads on to sending; it neither sends unseen nor closes what was typed away.
            self._send.setFocus()
            return
        super().keyPressEvent(event)

    def _allow(self, allowed: bool) -> None:
        self._save.setEnabled(allowed)
        self._send.setEnabled(allowed)

    def _show(self, text: str) -> None:
        self._written = text
        self._text.setPlainText(text)
        self._allow(True)
        (self._summary if self._number else self._save).setFocus()

    def _tell(self, news: Notice | CompanionError) -> None:
        super()._tell(news)
        if isinstance(news, CompanionError):
            self._allow(bool(self._written))

    def _ask_to_save(self) -> None:
        name = f"Case file {self._number}.json" if self._number else "Case file.json"
        path = save_file.ask_where(self, "Save the case file", name, "JSON (*.json)")
        if path is not None:
            content = self._written.encode()
            save_file.save(self._app_state, self, path, lambda: content, "The case file has been saved", self._tell)

    def _ask_to_send(self) -> None:
        """Send what is shown; the button waits, so that it happens once."""
        summary = " ".join(self._summary.text().split())
        if not summary:
            restyle(self._summary, invalid="true")
            self._summary.setFocus()
            return
        self._allow(False)
        orders, number, text = self._orders, self._number, self._written
        self._app_state.runner.run(
            self, lambda _: orders.actions.open_case(number, summary, text), self._sent, self._tell
        )

    def _sent(self, case: SupportCase) -> None:
        by = self._app_state.format.moment(case.answer_by)
        self._tell(
            Notice(
                f"Your case number is {case.case_number}",
                f"{case.next_step} An answer comes by {by}.",
                f"The number stays on the Help page. {number_sentence(self._app_state, self._number)}".rstrip(),
                tone="ok",
                closable=False,
            )
        )
        self._summary.setEnabled(False)
        self._send.hide()
        self._save.setEnabled(True)
        self._app_state.load()


def show_case_file(
    parent: QWidget, app_state: AppState, writer: CaseFileWriter, orders: Orders, number: str
) -> CaseFileDialog:
    """Open the case file; `number` is the order it is about, empty where there is none."""
    dialog = CaseFileDialog(parent, app_state, writer, orders, number)
    dialog.open()
    return dialog
