"""A walk through every page and dialog: nothing that may block happens on the thread of the window."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QTimeEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from companion.ui.pages.bought.dropped import Dropped
from companion.ui.pages.bought.page import BY_HAND
from companion.ui.state.offered import Offered
from companion.ui.widgets.basic import focusable, spoken
from tests.kits.gui_thread import GuiThreadWatch
from tests.kits.linux import script
from tests.kits.mails import ORDER_MAIL
from tests.kits.ui import button, texts_of

_UNSETTLED, _UNWANTED, _CLOSED, _OPEN = "LF-7720-3348", "LF-3126-9058", "LF-5562-8803", "LF-5930-2216"
_CUSTOMERS = (_UNSETTLED, _UNWANTED, _CLOSED, _OPEN)
_PATIENCE = 20_000


class Walker:
    """Presses what a person can press."""

    def __init__(self, program: WindowedProgram, qtbot: QtBot) -> None:
        self.program, self._qtbot = program, qtbot
        self.dialogs: set[str] = set()

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=_PATIENCE)

    def settle(self) -> None:
        self.until(lambda: not self.program.runner.busy)

    def go(self, place: Destination) -> None:
        self.program.window.navigate_to(place)
        self.settle()

    def press_everything(self, place: Destination, *, but: tuple[str, ...] = ()) -> None:
        """Press every control of a page, and agree to whatever is asked then."""
        self.go(place)
        pressed: set[str] = set()
        while True:
            if self.program.window.current is not self.program.window.page(place.page):
                self.go(place)
            part = self._next(pressed, but)
            if part is None:
                return
            pressed.add(spoken(part))
            self._use(part)
            self.settle()
            self._answer_dialogs()

    def _next(self, pressed: set[str], but: tuple[str, ...]) -> QWidget | None:
        for part in focusable(self.program.window.current):
            name = spoken(part)
            if name not in pressed and not name.startswith(but):
                return part
        return None

    @staticmethod
    def _use(part: QWidget) -> None:
        if isinstance(part, QPushButton) and part.menu() is not None:
            part.menu().actions()[0].trigger()
        elif isinstance(part, QAbstractButton):
            part.click()
        elif isinstance(part, QComboBox):
            part.activated.emit(part.count() - 1)
        elif isinstance(part, QTimeEdit):
            part.setTime(part.time().addSecs(3600))
            part.editingFinished.emit()

    def _answer_dialogs(self) -> None:
        """Press everything in each dialog that is open, the way out last."""
        while (dialog := self._dialog()) is not None:
            self.dialogs.add(type(dialog).__name__)
            agree = next((each for each in focusable(dialog) if each.property("role") == "primary"), None)
            if type(dialog).__module__.startswith("companion.") and isinstance(agree, QPushButton):
                agree.click()
                self.settle()
            if dialog is self._dialog():
                dialog.reject()
            self.settle()

    def _dialog(self) -> QDialog | None:
        for found in QApplication.topLevelWidgets():
            if isinstance(found, QDialog) and found.isVisible():
                return found
        return next((each for each in self.program.window.findChildren(QDialog) if each.isVisible()), None)


@pytest.fixture
def harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desktop on which nothing opens, and files go where the test wants them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}{os.pathsep}{os.environ['PATH']}")
    saved = iter(range(1000))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / f"saved-{next(saved)}"), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "no.eml"), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "no.eml")], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda *_: True)


@pytest.fixture
def watch() -> GuiThreadWatch:
    return GuiThreadWatch()


@pytest.fixture
def walker(
    qapp: QApplication, services: Services, watch: GuiThreadWatch, harmless: None, qtbot: QtBot
) -> Iterator[Walker]:
    """The program, watched from its first moment, with its window open."""
    with watch:
        program = WindowedProgram(qapp, services, theme=LIGHT)
        with qtbot.waitSignal(program.app_state.changed, timeout=_PATIENCE):
            program.start(in_tray=False)
        made = Walker(program, qtbot)
        made.settle()
    yield made
    program.close()
    program.window.deleteLater()


def _add_orders(walker: Walker, store: DemoStore) -> None:
    for account in store.accounts:
        if account.order_number not in _CUSTOMERS:
            continue
        walker.go(Destination("add"))
        button(walker.program.window.current, "Order number and order password").click()
        fields = {field.accessibleName(): field for field in walker.program.window.current.findChildren(QLineEdit)}
        fields["Order number"].setText(account.order_number)
        fields["Order password"].setText(account.order_password)
        button(walker.program.window.current, "Add the order").click()
        walker.until(lambda: walker.program.window.current is walker.program.window.page("home"))
        walker.settle()


def _install(walker: Walker) -> None:
    """Go through the wizard from its first step to its last."""
    order = walker.program.app_state.snapshot.order(_OPEN)
    assert order is not None
    walker.program.window.navigate_to(Destination("install", _OPEN, order.downloads[0].artifact_id))
    page: Any = walker.program.window.current
    for index, step in enumerate(page._steps):
        walker.until(partial(_is_at, page, index))
        if step.onward.isHidden():
            continue  # the download goes on to the next step by itself
        walker.until(step.onward.isEnabled)
        step.go_on()
    walker.settle()


def _install_file(walker: Walker, path: Path) -> None:
    """Drop an installer on the window, and go through its wizard."""
    walker.program.window.add_dropped(Dropped(Offered(files=(path,))))
    page: Any = walker.program.window.current
    for index, step in enumerate((page.looking, page.installing)):
        walker.until(partial(_is_at, page, index))
        walker.until(step.onward.isEnabled)
        step.go_on()
    walker.until(partial(_is_at, page, 2))
    walker.settle()


def _is_at(page: Any, index: int) -> bool:
    return bool(page._stack.currentIndex() == index)


_MAIL = f"{ORDER_MAIL}Manage your subscription: https://harbour.example/account\n".encode()


def _add_purchase(walker: Walker) -> str:
    """Drop an e-mail and add what it says; returns the id of the purchase."""
    walker.program.window.add_dropped(Dropped(Offered(contents=(("order.eml", _MAIL),))))
    walker.settle()
    page = walker.program.window.current
    walker.until(lambda: "Add" in texts_of(page))
    button(page, "Add").click()
    walker.until(lambda: walker.program.window.current is walker.program.window.page("purchase"))
    walker.settle()
    return walker.program.owned.purchases[-1].id


def _use_tray(walker: Walker) -> None:
    tray = walker.program.tray
    for action in tray.menu.actions():
        if not action.isSeparator() and not action.text().startswith("Quit"):
            action.trigger()
    walker.settle()


def _told(watch: GuiThreadWatch) -> str:
    return "\n".join(str(call) for call in watch.calls)


@pytest.mark.slow
def test_no_page_and_no_dialog_blocks_the_window(
    walker: Walker, watch: GuiThreadWatch, store: DemoStore, tmp_path: Path
) -> None:
    installer = script(tmp_path / "harbour.run", "#!/bin/sh\nexit 0\n")
    with watch:
        walker.press_everything(Destination("add"), but=("Add the order",))
        _add_orders(walker, store)
        _install(walker)
        _install_file(walker, installer)
        for page in ("home", "orders", "help", "downloads"):
            walker.press_everything(Destination(page))
        walker.press_everything(Destination("reminders"), but=("Settings",))
        walker.press_everything(Destination("reminders", item="settings"), but=("Back",))
        for number in _CUSTOMERS:
            walker.press_everything(Destination("order", number), but=("Remove",))
        walker.press_everything(Destination("bought"), but=("Try the demo", "Add an order"))
        walker.press_everything(Destination("bought", item=BY_HAND))
        walker.press_everything(Destination("stores"))
        purchase = _add_purchase(walker)
        walker.press_everything(Destination("purchase", purchase), but=("Remove",))
        walker.press_everything(Destination("purchase", purchase))
        _use_tray(walker)
        walker.press_everything(Destination("order", _UNSETTLED))
        walker.program.window.has_tray = lambda: True
        walker.program.window.close()
        walker.settle()
    assert {"SwitchDialog", "InvoiceDialog", "CaseFileDialog", "LetterDialog", "Question"} <= walker.dialogs
    assert walker.program.app_state.snapshot.order(_UNSETTLED) is None, "the walk went to its end"
    assert walker.program.owned.purchase(purchase) is None, "the purchase was removed as well"
    assert not watch.calls, _told(watch)
