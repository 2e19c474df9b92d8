"""The case file in the window: read before it leaves, then saved or sent."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.store.orders import SupportCase
from companion.services.store.orders import Orders
from companion.services.support.case_file import CaseFileWriter
from companion.services.support.case_values import CaseAbout, WrittenCase
from companion.ui.dialogs import save_file
from companion.ui.dialogs.order_dialog import OrderDialog
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.support import number_sentence
from companion.ui.widgets.basic import button, label, row
from companion.ui.widgets.fields import TickBox
from companion.ui.widgets.notice import Notice

_LONGEST_SUMMARY = 200


class CaseFileDialog(OrderDialog):
    """Shows what will leave, in some lines and exactly, and lets it leave only when the person says so."""

    def __init__(
        self, parent: QWidget, app_state: AppState, writer: CaseFileWriter, orders: Orders, about: CaseAbout
    ) -> None:
        super().__init__(parent, app_state, about.number or "")
        self._writer, self._orders, self._about = writer, orders, about
        self._written = WrittenCase((), "")
        self._writing: Task | None = None
        self.setWindowTitle("Case file")
        self.resize(680, 640)
        self._lines = _reading("The case file in some lines")
        self._lines.setPlaceholderText("Checking this PC…")
        self._text = _reading("The exact case file")
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.hide()
        self._others = TickBox("Put my other orders of this store in as well")
        self._others.toggled.connect(lambda _: self._write())
        self._summary = QLineEdit()
        self._summary.setMaxLength(_LONGEST_SUMMARY)
        self._summary.setAccessibleName("What happened, in one sentence")
        self._summary.setPlaceholderText("For example: The installer stops at 40 %.")
        self._summary.textChanged.connect(lambda _: self._allow_sending())
        self._save = button("Save…", self._ask_to_save)
        self._send = button("Send to support", self._ask_to_send, "primary")
        self._close = button("Close", self.reject)
        self._lay_out()
        self._write()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        outer.addWidget(
            label(
                "This is all that support gets. Passwords, keys, card digits, e-mail addresses and names in paths are "
                "taken out. On the telephone, read these lines out."
            )
        )
        self._exactly = button("Show the exact file", self._turn, "link")
        outer.addWidget(self._lines, 1)
        outer.addWidget(self._text, 1)
        outer.addLayout(row(self._exactly, None))
        sending = bool(self._number)
        asked = label("What happened, in one sentence? Then it can be sent.", "strong")
        for part in (self._others, asked, self._summary):
            outer.addWidget(part)
            part.setVisible(sending)
        outer.addLayout(self._outcome)
        outer.addLayout(row(self._close, None, self._save, self._send))
        self._send.setVisible(sending)

    def _turn(self) -> None:
        """Show the exact file instead of the lines, or the other way round."""
        exactly = self._text.isHidden()
        self._text.setVisible(exactly)
        self._lines.setVisible(not exactly)
        self._exactly.setText("Show it in some lines" if exactly else "Show the exact file")
        self._exactly.setAccessibleName(self._exactly.text())

    def _write(self) -> None:
        """Write the case file anew; until it is there, nothing can leave."""
        if self._writing is not None:
            self._writing.cancel()
        writer, about = self._writer, self._about._replace(others=self._others.isChecked())
        self._written = WrittenCase((), "")
        self._allow_sending()
        self._writing = self._app_state.runner.run(self, lambda _: writer.write(about), self._show, self._tell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._summary.hasFocus():
            # Enter after the sentence leads on to sending; it neither sends unseen nor closes what was typed away.
            self._send.setFocus()
            return
        super().keyPressEvent(event)

    def _allow_sending(self) -> None:
        """It can be saved once it is written, and sent once there is a sentence with it."""
        self._save.setEnabled(bool(self._written.text))
        self._send.setEnabled(bool(self._written.text) and bool(self._summary.text().strip()))

    def _show(self, written: WrittenCase) -> None:
        first = not self._text.toPlainText()
        self._written = written
        self._lines.setPlainText("\n\n".join(written.summary))
        self._text.setPlainText(written.text)
        self._allow_sending()
        if first:
            (self._summary if self._number else self._save).setFocus()

    def _tell(self, news: Notice | CompanionError) -> None:
        super()._tell(news)
        if isinstance(news, CompanionError):
            self._allow_sending()

    def _ask_to_save(self) -> None:
        name = f"Case file {self._number}.json" if self._number else "Case file.json"
        path = save_file.ask_where(self, "Save the case file", name, "JSON (*.json)")
        if path is not None:
            content = self._written.text.encode()
            save_file.save(self._app_state, self, path, lambda: content, "The case file has been saved", self._tell)

    def _ask_to_send(self) -> None:
        """Send what is shown; the button waits, so that it happens once."""
        summary = " ".join(self._summary.text().split())
        self._save.setEnabled(False)
        self._send.setEnabled(False)
        orders, number, text = self._orders, self._number, self._written.text
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
        self._others.setEnabled(False)
        self._send.hide()
        self._save.setEnabled(True)
        self._app_state.load()


def _reading(name: str) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    return made


def show_case_file(
    parent: QWidget, app_state: AppState, writer: CaseFileWriter, orders: Orders, about: CaseAbout
) -> CaseFileDialog:
    """Open the case file about an order or a purchase; only one about an order can be sent."""
    dialog = CaseFileDialog(parent, app_state, writer, orders, about)
    dialog.open()
    return dialog
