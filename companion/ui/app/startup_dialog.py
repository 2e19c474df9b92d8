"""What is shown when the window cannot open yet: why, and the one question that may solve it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.entitlements.order_lookup import check_store_url
from companion.services.app.resources import resource
from companion.ui.look.theme import apply_theme, system_theme
from companion.ui.state.tasks import TaskRunner
from companion.ui.widgets.basic import button, clear, label, row
from companion.ui.widgets.notice import Notice

Check = Callable[[str], object]
"""Asks whether a store answers at an address; blocks, and raises `CompanionError` when none does."""


class StartDialog(QDialog):
    """Tells a failure at the start; without a store it asks for the store's address, which is then in `address`.

    A store must answer there: the address is kept from then on, and a mistyped one would keep the person out.
    """

    def __init__(self, error: CompanionError, runner: TaskRunner, check: Check) -> None:
        super().__init__()
        self.address: str | None = None
        self._runner, self._check = runner, check
        self.setWindowTitle("Companion")
        self.setMinimumWidth(560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(12)
        asks = error.code == ErrorCode.NO_STORE
        self._field = QLineEdit()
        self._field.setAccessibleName("Address of the store")
        self._field.setPlaceholderText("https://store.example")
        self._field.setVisible(asks)
        self._news = QVBoxLayout()
        if asks:
            outer.addWidget(label("Which store did you buy from?", "heading"))
            outer.addWidget(
                label("The address is in the store's confirmation e-mail. Companion asks for it only this once.")
            )
        else:
            self._news.addWidget(Notice.of_error(error, closable=False))
        outer.addWidget(self._field)
        outer.addLayout(self._news)
        self._use = button("Use this store", self._accept, "primary")
        self._use.setVisible(asks)
        self._use.setDefault(asks)
        outer.addLayout(row(None, button("Quit", self.reject), self._use))

    def _accept(self) -> None:
        clear(self._news)
        try:
            address = check_store_url(self._field.text())
        except CompanionError as error:
            self._failed(error)
            return
        self._show_asking(True)
        self._runner.run(self, lambda _: self._check(address), lambda _: self._found(address), self._failed)

    def _found(self, address: str) -> None:
        self.address = address
        self.accept()

    def _failed(self, error: CompanionError) -> None:
        self._show_asking(False)
        self._news.addWidget(Notice.of_error(error, closable=False))
        self._field.setFocus()

    def _show_asking(self, asking: bool) -> None:
        self._field.setEnabled(not asking)
        self._use.setEnabled(not asking)
        self._use.setText("Looking for the store…" if asking else "Use this store")


def ask_at_start(qt: QApplication, error: CompanionError, check: Check) -> str | None:
    """Show why the window cannot open; returns the store's address when the person gave one."""
    apply_theme(qt, system_theme(qt), resource("style/companion.qss"))
    runner = TaskRunner()
    try:
        dialog = StartDialog(error, runner, check)
        return dialog.address if dialog.exec() == QDialog.DialogCode.Accepted else None
    finally:
        runner.shut_down()
