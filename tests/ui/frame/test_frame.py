"""The window's frame by the keyboard: where keys lead, where the focus goes, back and forward."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.ui.app.application import WindowedProgram
from companion.ui.frame.history import History
from companion.ui.frame.keys import SECTIONS, SETTINGS, Section
from companion.ui.navigation import SWITCH_OFF, Destination
from companion.ui.widgets.basic import focusable
from companion.ui.widgets.notice import Notice


@pytest.fixture
def front(program: WindowedProgram, qtbot: QtBot) -> WindowedProgram:
    """The program in front."""
    program.window.notices.clear()
    with qtbot.waitActive(program.window):
        program.window.bring_to_front()
    return program


def _press(qtbot: QtBot, keys: str) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keySequence(focused, QKeySequence(keys))


def _role(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def _entry(program: WindowedProgram, name: str) -> QToolButton:
    return next(made for made in program.window.findChildren(QToolButton) if made.accessibleName() == name)


@pytest.mark.parametrize("section", [*SECTIONS, SETTINGS], ids=lambda section: section.page)
def test_the_keyboard_goes_along_to_the_page(front: WindowedProgram, section: Section, qtbot: QtBot) -> None:
    front.window.navigate_to(Destination("bought"))
    _press(qtbot, section.keys)
    assert front.window.current is front.window.page(section.page)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert front.window.current.isAncestorOf(focused)


def test_tab_goes_from_the_title_to_the_first_button_and_back_to_the_navigation(
    front: WindowedProgram, qtbot: QtBot
) -> None:
    _press(qtbot, "Ctrl+,")
    title = front.window.current.title
    assert QApplication.focusWidget() is title
    qtbot.waitUntil(lambda: next(focusable(front.window.current)).isVisible())
    qtbot.waitUntil(lambda: next(focusable(front.window.current)).mapTo(front.window, QPoint(0, 0)).y() > 80)
    qtbot.keyClick(title, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is next(focusable(front.window.current))
    title.setFocus()
    qtbot.keyClick(title, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is _entry(front, "Settings")


def test_arrows_in_the_navigation_move_without_opening(front: WindowedProgram, qtbot: QtBot) -> None:
    front.window.navigate_to(Destination("home"))
    home = _entry(front, "Home")
    home.setFocus()
    qtbot.keyClick(home, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is _entry(front, "Orders")
    assert front.window.current is front.window.page("home")
    qtbot.keyClick(_entry(front, "Orders"), Qt.Key.Key_Space)
    assert front.window.current is front.window.page("orders")
    assert [made.accessibleName() for made in front.window.findChildren(QToolButton) if made.isChecked()] == ["Orders"]


def test_back_and_forward_by_keys_and_mouse(front: WindowedProgram, qtbot: QtBot) -> None:
    window = front.window
    for page in ("home", "downloads", "help"):
        window.navigate_to(Destination(page))
    _press(qtbot, "Alt+Left")
    assert window.current is window.page("downloads")
    _press(qtbot, "Alt+Right")
    assert window.current is window.page("help")
    qtbot.mouseClick(window.current.title, Qt.MouseButton.BackButton)
    assert window.current is window.page("downloads")
    qtbot.mouseClick(window.current.title, Qt.MouseButton.ForwardButton)
    assert window.current is window.page("help")


def test_going_back_asks_nothing_a_second_time() -> None:
    history = History()
    asked = Destination("order", "LF-1", SWITCH_OFF + "sub-1")
    for destination in (Destination("home", item="added"), asked, Destination("help")):
        history.note(destination)
    assert history.back() == Destination("order", "LF-1")
    assert history.back() == Destination("home")
    assert history.back() is None
    assert history.forward() == Destination("order", "LF-1")
    history.note(Destination("orders"))
    assert history.forward() is None


def test_escape_closes_the_newest_notice_then_leaves_a_detail(front: WindowedProgram, qtbot: QtBot) -> None:
    window = front.window
    window.navigate_to(Destination("home"))
    window.navigate_to(Destination("stores"))
    window.notices.show_notice("x", Notice("Something", "was said"))
    _press(qtbot, "Esc")
    assert not window.notices.shows("x")
    assert window.current is window.page("stores")
    _press(qtbot, "Esc")
    assert window.current is window.page("home")
    _press(qtbot, "Esc")
    assert window.current is window.page("home")


def test_ctrl_q_asks_to_quit(front: WindowedProgram, qtbot: QtBot) -> None:
    front.window.quit_asked.disconnect()
    with qtbot.waitSignal(front.window.quit_asked):
        _press(qtbot, "Ctrl+Q")


def test_page_keys_reach_the_page_from_the_navigation(
    front: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    for account in store.accounts[:4]:
        add(account)
    front.window.navigate_to(Destination("home"))
    bar = front.window.current._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    entry = _entry(front, "Home")
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    qtbot.keyClick(entry, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(entry, Qt.Key.Key_Home)
    assert bar.value() == 0


def test_the_frame_has_the_roles_it_looks_like(front: WindowedProgram) -> None:
    window = front.window
    window.navigate_to(Destination("settings"))
    entry = _entry(front, "Settings")
    assert _role(entry) is QAccessible.Role.PageTab
    assert bool(QAccessible.queryAccessibleInterface(entry).state().selected)
    rail = entry.parentWidget()
    assert rail is not None
    spoken = QAccessible.queryAccessibleInterface(rail)
    assert (spoken.role(), spoken.text(QAccessible.Text.Name)) == (QAccessible.Role.PageTabList, "Navigation")
    title = QAccessible.queryAccessibleInterface(window.current.title)
    assert (title.role(), title.text(QAccessible.Text.Name)) == (QAccessible.Role.Heading, "Settings")
    pictures = [made for made in rail.findChildren(QLabel) if not made.pixmap().isNull()]
    assert pictures
    assert all(QAccessible.queryAccessibleInterface(made).state().invisible for made in pictures)
    assert "Ctrl+" in entry.toolTip()


def test_a_narrow_window_keeps_the_navigation_as_icons(front: WindowedProgram, qtbot: QtBot) -> None:
    window = front.window
    window.resize(640, 480)
    qtbot.waitUntil(lambda: window.width() == 640)
    entry = _entry(front, "Home")
    qtbot.waitUntil(lambda: entry.width() < 60)
    assert entry.accessibleName() == "Home"
    close = window.current.title.mapTo(window, QPoint(0, 0))
    assert close.x() < 160
    window.resize(1020, 720)
    qtbot.waitUntil(lambda: entry.width() > 100)


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "percent"), [("Ctrl++", 110), ("Ctrl+=", 110), ("Ctrl+-", 90), ("Ctrl+0", 100)])
def test_texts_become_larger_and_smaller_by_key(front: WindowedProgram, keys: str, percent: int, qtbot: QtBot) -> None:
    _press(qtbot, keys)
    assert front.appearance.percent == percent
    _press(qtbot, "Ctrl+0")
    assert front.appearance.percent == 100


def test_a_detail_shows_the_way_back_above_its_title(front: WindowedProgram, qtbot: QtBot) -> None:
    window = front.window
    window.navigate_to(Destination("orders"))
    assert not window.current._way_back.isVisible()
    window.navigate_to(Destination("stores"))
    way = window.current._way_back
    assert way.isVisible()
    assert (way.text(), way.accessibleName()) == ("‹ Home", "Back to Home")
    assert way.mapTo(window, QPoint(0, 0)).y() < window.current.title.mapTo(window, QPoint(0, 0)).y()
    qtbot.keyClick(way, Qt.Key.Key_Space)
    assert window.current is window.page("home")
    assert not window.current._way_back.isVisible()
    window.go_back()
    assert window.current is window.page("stores")


def test_the_first_page_of_all_leads_back_to_none(program: WindowedProgram) -> None:
    assert program.window.current is program.window.page("add")
    assert not program.window.current._way_back.isVisible()


@pytest.mark.parametrize("height", [1500, 420], ids=["short page", "scrolling page"])
def test_notices_are_as_wide_as_the_page_below(program: WindowedProgram, height: int, qtbot: QtBot) -> None:
    window = program.window
    window.resize(1020, height)
    window.notices.show_notice("test", Notice("Something", "happened."))
    window.navigate_to(Destination("settings"))
    window.show()

    def edges(part: QWidget) -> tuple[int, int]:
        left = part.mapTo(window, QPoint(0, 0)).x()
        return left, left + part.width()

    bar = window.current.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.isVisible() == (height < 1000))
    ground = window.current.title.parentWidget()
    assert ground is not None
    qtbot.waitUntil(lambda: edges(window.notices) == edges(ground))
