"""The window without a mouse."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.services.container.store import Services
from companion.services.support.case_values import CaseAbout
from companion.ui.app.application import WindowedProgram
from companion.ui.dialogs.auto_renewal import SwitchDialog
from companion.ui.dialogs.case_file import show_case_file
from companion.ui.navigation import Destination
from companion.ui.widgets.basic import button, discard, focusable, spoken
from companion.ui.widgets.switch import Switch

CLOSED, UNWANTED, OPEN = "LF-5562-8803", "LF-3126-9058", "LF-5930-2216"


@pytest.fixture
def filled(program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot) -> WindowedProgram:
    """The program in front, with some orders."""
    for account in store.accounts:
        if account.order_number in (CLOSED, UNWANTED, OPEN):
            add(account)
    program.window.notices.clear()
    with qtbot.waitActive(program.window):
        program.window.bring_to_front()
    return program


def _focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "place",
    [Destination("add"), Destination("welcome"), Destination("bought"), Destination("bought", item="by-hand"),
     Destination("stores"), Destination("home"), Destination("order", CLOSED), Destination("downloads"),
     Destination("reminders"), Destination("help")],
    ids=lambda place: f"{place.page} {place.item}".rstrip(),
)  # fmt: skip
def test_tab_goes_through_a_page_as_it_is_read_and_stays_in_sight(
    filled: WindowedProgram, place: Destination, qtbot: QtBot
) -> None:
    window = filled.window
    window.navigate_to(place)
    qtbot.waitUntil(lambda: not filled.runner.busy)
    qtbot.waitUntil(lambda: all(part.isVisible() for part in focusable(window.current)))
    parts = list(focusable(window.current))
    assert len(parts) > 1
    parts[0].setFocus()
    visited = [parts[0]]
    for _ in parts[1:]:
        qtbot.keyClick(_focused(), Qt.Key.Key_Tab)
        if not window.current.isAncestorOf(_focused()):
            break
        visited.append(_focused())
        middle = _focused().mapTo(window, _focused().rect().center())
        assert window.rect().contains(middle), spoken(_focused())
    # Of radio buttons that belong together, Tab stops at one.
    assert visited == [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["home", "orders", "downloads", "reminders"])
def test_no_two_buttons_of_a_list_sound_alike(filled: WindowedProgram, page: str, qtbot: QtBot) -> None:
    filled.window.navigate_to(Destination(page))
    qtbot.waitUntil(lambda: not filled.runner.busy)
    names = sorted(spoken(part) for part in focusable(filled.window.current))
    assert all(names)
    # A heading that opens its order, and the button beside it that does the same, may.
    same = [one for one, other in itertools.pairwise(names) if one == other and not one.startswith("Open order")]
    assert not same


def test_the_keyboard_stays_where_it_was_when_the_page_is_made_anew(filled: WindowedProgram, qtbot: QtBot) -> None:
    filled.window.navigate_to(Destination("order", CLOSED))
    qtbot.waitUntil(lambda: not filled.runner.busy)
    before = next(part for part in focusable(filled.window.current) if spoken(part) == "Invoices…")
    before.setFocus()
    at = before.mapTo(filled.window, QPoint(0, 0))
    with qtbot.waitSignal(filled.app_state.changed):
        filled.app_state.refresh()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None and _focused() is not before)
    assert spoken(_focused()) == "Invoices…"
    qtbot.waitUntil(lambda: _focused().mapTo(filled.window, QPoint(0, 0)) == at)


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot) -> None:
    pressed: list[str] = []
    ground = QWidget()
    made = button("Open", lambda: pressed.append("Open"))
    made.setParent(ground)
    qtbot.addWidget(ground)
    ground.show()
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert pressed == ["Open"]
    assert isinstance(made, QPushButton)


def test_enter_after_the_sentence_for_support_loses_and_sends_nothing(
    filled: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    dialog = show_case_file(filled.window, filled.app_state, services.case_files, services.orders, CaseAbout(CLOSED))
    qtbot.waitUntil(lambda: dialog._summary.hasFocus())
    qtbot.keyClicks(dialog._summary, "It stops at 40 %.")
    qtbot.keyClick(dialog._summary, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog._send.hasFocus()
    assert dialog._summary.text() == "It stops at 40 %."
    assert not services.orders.cache.cases()
    dialog.reject()


def test_the_keyboard_is_back_at_the_switch_after_the_dialog(filled: WindowedProgram, qtbot: QtBot) -> None:
    window = filled.window
    window.navigate_to(Destination("home"))
    qtbot.waitUntil(lambda: not filled.runner.busy)
    switch = next(part for part in window.current.findChildren(Switch) if part.isVisible() and part.isChecked())
    name = spoken(switch)
    switch.setFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.findChild(SwitchDialog) is not None)
    dialog = window.findChild(SwitchDialog)
    assert dialog is not None
    with qtbot.waitSignal(filled.app_state.changed):
        dialog._confirm.click()
    qtbot.waitUntil(lambda: "is off" in dialog._heading.text() and not filled.runner.busy)
    with qtbot.waitSignal(filled.app_state.changed):
        filled.app_state.refresh()
    dialog._leave.click()
    qtbot.waitUntil(lambda: window.focusWidget() is not None and spoken(_where(window)) == name)
    assert isinstance(window.focusWidget(), Switch)


def _where(window: QWidget) -> QWidget:
    found = window.focusWidget()
    assert found is not None
    return found


def test_the_title_gets_the_keyboard_when_its_button_is_gone(filled: WindowedProgram, qtbot: QtBot) -> None:
    window = filled.window
    window.navigate_to(Destination("downloads"))
    qtbot.waitUntil(lambda: not filled.runner.busy)
    page, passing = window.current, button("Only for now", lambda: None)
    page.add(passing)
    qtbot.waitUntil(passing.isVisible)
    passing.setFocus()
    with page.keeping_focus():
        discard(passing)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.title)


def test_the_key_for_searching_goes_to_the_field_of_this_page_or_to_the_help(
    filled: WindowedProgram, qtbot: QtBot
) -> None:
    window = filled.window
    window.navigate_to(Destination("orders"))
    qtbot.waitUntil(lambda: not filled.runner.busy)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.focusWidget() is not None and spoken(_where(window)) == "Search what you bought")
    assert window.current is window.page("orders")
    window.navigate_to(Destination("downloads"))
    qtbot.waitUntil(lambda: not filled.runner.busy)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.current is window.page("help"))
    assert spoken(_where(window)) == "Search the help"
