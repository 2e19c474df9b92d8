"""What is pressed is large enough, wherever in the window it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.container.store import Services
from companion.services.support.case_values import CaseAbout
from companion.ui.app.application import WindowedProgram
from companion.ui.app.startup_dialog import StartDialog
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.dialogs.case_file import show_case_file
from companion.ui.dialogs.invoice import show_invoice
from companion.ui.dialogs.password import ask_for_password
from companion.ui.navigation import Destination
from companion.ui.pages.bought.dropped import Dropped
from companion.ui.pages.bought.found_list import FoundList
from companion.ui.pages.settings.page import SUBJECTS
from companion.ui.state.offered import Offered
from companion.ui.widgets.basic import TitleLink, spoken
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.page import InstallPage
from companion.ui.wizard.steps import STEPS
from tests.kits.mails import ORDER_MAIL
from tests.kits.ui import button

_LEAST = 32
"""How high and wide what is pressed has to be, in pixels; WCAG 2.2 asks for 24 (2.5.8)."""
_KINDS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
_FAMILY, _CLOSED, _UNWANTED, _RETURN_WAITS = "LF-5930-2216", "LF-5562-8803", "LF-3126-9058", "LF-7720-3348"
_PLACES = (
    *(Destination("order", number) for number in (_FAMILY, _CLOSED, _UNWANTED)),
    *(Destination(name) for name in ("home", "orders", "downloads", "reminders", "help", "settings", "add", "welcome")),
    *(Destination(name) for name in ("bought", "stores", "file")),
    Destination("bought", item="by-hand"),
    Destination("reminders", item="settings"),
    Destination("help", item="two-charges"),
    Destination("install", _FAMILY),
)
_DOWNLOAD = STEPS.index("Download")
# What fits at both ends is seldom wrong between them.
_ZOOMS = pytest.mark.parametrize("percent", [80, 200, pytest.param(100, marks=pytest.mark.slow)])


def _too_small(ground: QWidget, place: object) -> list[str]:
    """What of `ground` is smaller than it may be or than its words are, and what has no name."""
    QCoreApplication.sendPostedEvents()
    found = [part for kind in _KINDS for part in ground.findChildren(kind) if part.isVisibleTo(ground)]
    parts = [part for part in dict.fromkeys(found) if not _is_field_of_another(part)]
    sized = [(part, spoken(part) or part.objectName(), part.width(), part.height()) for part in parts]
    sized += [(menu, each.text(), *menu.actionGeometry(each).size().toTuple()) for menu, each in _entries(ground)]
    return [
        f"{place}: {type(part).__name__} “{name}” {width}×{height}"
        for part, name, width, height in sized
        if width < _LEAST or _is_cut(part) or height < _LEAST or not (name or isinstance(part, QLineEdit))
    ]


def _is_cut(part: QWidget) -> bool:
    """A link ends in "…" where it is cut, and has its words as a tip."""
    return isinstance(part, QPushButton) and not isinstance(part, TitleLink) and part.width() < part.sizeHint().width()


def _is_field_of_another(part: QWidget) -> bool:
    """A spin box and a choice are pressed as a whole."""
    return isinstance(part, QLineEdit) and isinstance(part.parentWidget(), QAbstractSpinBox | QComboBox)


def _error() -> CompanionError:
    return CompanionError(
        ErrorCode.STORE_UNREACHABLE, "No connection", "The store does not answer.", "Try again later."
    )


def _entries(ground: QWidget) -> Iterator[tuple[QMenu, Any]]:
    """The entries of every menu of `ground`, as large as they are when it opens."""
    for menu in ground.findChildren(QMenu):
        menu.ensurePolished()
        menu.adjustSize()
        yield from ((menu, each) for each in menu.actions() if not each.isSeparator())


@pytest.fixture
def filled(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> WindowedProgram:  # fmt: skip
    """The program with orders of several kinds."""
    for account in store.accounts:
        if account.order_number in (_FAMILY, _CLOSED, _UNWANTED, _RETURN_WAITS):
            add(account)
    qtbot.waitUntil(lambda: not program.runner.busy)
    return program


@_ZOOMS
def test_on_every_page(filled: WindowedProgram, percent: int, qtbot: QtBot) -> None:
    program, window = filled, filled.window
    program.appearance.magnify(percent)
    small = []
    for place in (*_PLACES, *(Destination("settings", item=subject) for subject in SUBJECTS)):
        window.navigate_to(place)
        qtbot.waitUntil(lambda: not program.runner.busy)
        small += _too_small(window, place)
    assert not small, "\n".join(small)


@_ZOOMS
def test_within_a_field_that_is_filled(filled: WindowedProgram, percent: int, qtbot: QtBot) -> None:
    program, window = filled, filled.window
    program.appearance.magnify(percent)
    small, buttons = [], 0
    for page in ("orders", "help", "add", "stores"):
        window.navigate_to(Destination(page))
        qtbot.waitUntil(lambda: not program.runner.busy)
        fields = [part for part in window.current.findChildren(QLineEdit) if not part.isReadOnly()]
        for field in fields:
            field.setText("Lantern")
        qtbot.waitUntil(lambda: not program.runner.busy)
        buttons += sum(len(field.findChildren(QAbstractButton)) for field in fields)
        small += _too_small(window, page)
    assert buttons == 3
    assert not small, "\n".join(small)


@_ZOOMS
def test_in_every_dialog(filled: WindowedProgram, services: Services, percent: int, qtbot: QtBot) -> None:
    program, window, state = filled, filled.window, filled.app_state
    program.appearance.magnify(percent)
    card = next(each for each in state.snapshot.cards if each.order_number == _FAMILY)

    def from_page(place: Destination, words: str) -> QDialog:
        window.navigate_to(place)
        qtbot.waitUntil(lambda: not program.runner.busy)
        button(window.current, words).click()
        qtbot.waitUntil(lambda: not program.runner.busy)
        return next(each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible())

    order = Destination("order", _FAMILY)
    dialogs: list[Callable[[], QDialog]] = [
        lambda: ask_to_switch(window, state, card.order_number, card.licence_id, False),
        lambda: show_invoice(window, state, services.orders, _UNWANTED),
        lambda: show_case_file(window, state, services.case_files, services.orders, CaseAbout(_FAMILY)),
        lambda: ask_for_password(window, state, _FAMILY),
        lambda: StartDialog(_error()),
        lambda: from_page(order, "Remove this order…"),
        lambda: from_page(order, "Free this seat…"),
        lambda: from_page(order, "Request a return…"),
        lambda: from_page(Destination("order", _RETURN_WAITS), "Read the letter…"),
        lambda: from_page(Destination("order", _UNWANTED), "Give the renewal back…"),
        lambda: from_page(Destination("settings", item="data"), "Show what would be removed…"),
        lambda: from_page(Destination("settings", item="about"), "Read the licence texts…"),
    ]
    small = []
    for make in dialogs:
        dialog = make()
        dialog.show()
        qtbot.waitUntil(lambda: not program.runner.busy)
        small += _too_small(dialog, dialog.windowTitle())
        dialog.done(0)
        dialog.hide()
    assert not small, "\n".join(small)


@_ZOOMS
def test_in_notices_menus_and_lists(filled: WindowedProgram, percent: int) -> None:
    program, window = filled, filled.window
    program.appearance.magnify(percent)
    window.notices.show_error(_error(), ("Try again", list))
    window.notices.show_notice("undo", Notice("Removed", "It is gone.", actions=(("Undo", list),)))
    small = _too_small(window.notices, "notices")
    ground = QWidget()
    program.tray.menu.setParent(ground)
    small += _too_small(ground, "tray")
    choices = list(window.findChildren(QComboBox))
    for part in choices:
        view = part.view()
        assert isinstance(view, QAbstractItemView)
        if view.sizeHintForRow(0) < _LEAST:
            small.append(f"an entry of “{part.accessibleName()}”: {view.sizeHintForRow(0)}")
    assert not small, "\n".join(small)


@_ZOOMS
def test_in_a_list_of_found_purchases(program: WindowedProgram, percent: int, qtbot: QtBot) -> None:
    program.appearance.magnify(percent)
    other = ORDER_MAIL.replace("4711", "4712")
    contents = (("One.eml", ORDER_MAIL.encode()), ("Other.eml", other.encode()))
    program.window.add_dropped(Dropped(Offered(contents=contents)))
    qtbot.waitUntil(lambda: program.window.current.findChild(FoundList) is not None)
    found = _too_small(program.window, "found purchases")
    assert not found, "\n".join(found)


def _has_come_to(page: InstallPage, number: int) -> bool:
    return page.index >= number


@_ZOOMS
def test_on_every_step_of_an_installation(filled: WindowedProgram, percent: int, qtbot: QtBot) -> None:
    program, window = filled, filled.window
    program.appearance.magnify(percent)
    order = program.app_state.snapshot.order(_FAMILY)
    assert order is not None
    window.navigate_to(Destination("install", _FAMILY, order.downloads[0].artifact_id))
    page = window.current
    assert isinstance(page, InstallPage)
    small = []
    for number, step in enumerate(page._steps):
        qtbot.waitUntil(partial(_has_come_to, page, number))
        small += _too_small(window, f"step {number + 1}")
        if number == _DOWNLOAD:
            continue  # It goes on by itself.
        qtbot.waitUntil(step.onward.isEnabled)
        small += _too_small(window, f"step {number + 1}")
        step.go_on()
    assert not small, "\n".join(small)


@_ZOOMS
def test_on_the_page_of_a_file_that_is_refused(
    program: WindowedProgram, percent: int, tmp_path: Path, qtbot: QtBot
) -> None:
    program.appearance.magnify(percent)
    refused = tmp_path / "setup.zip"
    refused.write_bytes(b"not a zip")
    program.window.add_dropped(Dropped(Offered(files=(refused,))))
    qtbot.waitUntil(lambda: not program.runner.busy)
    small = _too_small(program.window, refused.name)
    assert not small, "\n".join(small)
