"""The window on the smallest laptops: nothing is cut off, and what was asked for is in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.mail.confirming import typed_draft
from companion.domain.purchases.facts import Field
from companion.services.container.store import Services
from companion.services.purchases.registry import Added
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import EXTEND, Destination
from companion.ui.pages.settings.page import SUBJECTS
from companion.ui.widgets.basic import TitleLink
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.steps import STEPS, Stepper

CLOSED, UNWANTED, REFUNDED = "LF-5562-8803", "LF-3126-9058", "LF-5781-6492"


@pytest.fixture
def small(program: WindowedProgram, store: DemoStore, add: Callable[[Account], None]) -> WindowedProgram:
    """The program in a window as small as it becomes, with orders of many kinds."""
    program.window.resize(program.window.minimumSize())
    for account in store.accounts:
        if account.order_number in (CLOSED, UNWANTED, REFUNDED):
            add(account)
    return program


def in_sight(part: QWidget, page: QWidget) -> bool:
    """Whether the beginning of `part` can be seen on its page."""
    area: Any = page.findChild(QScrollArea)
    viewport = area.viewport()
    top = part.mapTo(viewport, QPoint(0, 0)).y()
    return part.isVisible() and 0 <= top < viewport.height() - 40


def _long_purchase(program: WindowedProgram, qtbot: QtBot) -> str:
    """A purchase with names as long as shops make them; returns its id."""
    name = "Harbour_Suite_Professional_Edition_" * 4
    done: list[Added] = []
    draft = typed_draft(name, "18", key=False, values=[(Field.NOTE, "x" * 200)], now=program.app_state.now())
    program.owned.add(program.owned, draft, done.append, lambda _: None)
    qtbot.waitUntil(lambda: bool(done))
    return str(done[0].purchase_id)


@pytest.mark.slow
def test_no_page_is_wider_than_the_smallest_window(small: WindowedProgram, qtbot: QtBot) -> None:
    window = small.window
    places = [Destination("order", number) for number in (CLOSED, UNWANTED, REFUNDED)]
    places += [Destination(name) for name in ("add", "home", "orders", "downloads", "reminders", "help")]
    places += [Destination("reminders", item="settings"), Destination("install", CLOSED)]
    places += [Destination("settings", item=subject) for subject in ("", *SUBJECTS)]
    places += [
        Destination("welcome"),
        Destination("bought"),
        Destination("bought", item="by-hand"),
        Destination("stores"),
    ]
    places += [Destination("purchase", _long_purchase(small, qtbot))]
    for place in places:
        window.navigate_to(place)
        qtbot.waitUntil(lambda: not small.runner.busy)
        area: Any = window.current.findChild(QScrollArea)
        assert area.widget().minimumSizeHint().width() <= area.viewport().width(), place


def test_the_window_opens_no_larger_than_the_screen(program: WindowedProgram) -> None:
    screen = program.window.screen().availableSize()
    assert program.window.size().boundedTo(screen) == program.window.size()
    assert program.window.minimumSize() == QSize(512, 320)


def test_the_steps_keep_the_name_of_the_present_one_where_not_all_fit(qtbot: QtBot) -> None:
    ground, stepper = QWidget(), Stepper()
    QVBoxLayout(ground).addWidget(stepper)
    qtbot.addWidget(ground)
    stepper.show_step(2)
    ground.resize(900, 60)
    ground.show()
    texts = [made.text() for made in stepper._labels]
    assert all(name in text for name, text in zip(STEPS, texts, strict=True))
    ground.resize(400, 60)
    texts = [made.text() for made in stepper._labels]
    assert texts == ["✓", "✓", "3  Download", "4", "5", "6"]
    assert stepper.sizeHint().width() <= stepper.width() < 400
    assert stepper.accessibleName() == "Step 3 of 6: Download"


def test_a_title_is_whole_where_there_is_room_and_else_says_so(qtbot: QtBot, program: WindowedProgram) -> None:
    ground = QWidget()
    across = QHBoxLayout(ground)
    title = TitleLink("Lantern Protect Maximum Family Security", lambda: None)
    across.addWidget(title)
    qtbot.addWidget(ground)
    ground.resize(900, 60)
    ground.show()
    title.grab()
    assert title.toolTip() == ""
    ground.resize(220, 60)
    title.grab()
    assert title.toolTip() == title.text() == title.accessibleName()


def test_who_wants_a_download_opened_again_sees_the_button(small: WindowedProgram, qtbot: QtBot) -> None:
    small.window.navigate_to(Destination("order", CLOSED, EXTEND))
    page: Any = small.window.page("order")
    qtbot.waitUntil(lambda: page._downloads is not None and in_sight(page._downloads, page))
    # The order is read from the store meanwhile, and the page made anew.
    qtbot.waitUntil(lambda: not small.runner.busy)
    qtbot.waitUntil(lambda: in_sight(page._downloads, page))


def test_an_article_chosen_from_a_long_list_comes_into_sight(
    small: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    small.window.navigate_to(Destination("help"))
    page: Any = small.window.page("help")
    qtbot.waitUntil(lambda: not small.runner.busy)
    small.window.notices.clear()
    hits = tuple(services.help.search("order", 12))
    page._open(hits[-1].name)
    qtbot.waitUntil(lambda: in_sight(page._article, page))


def test_what_an_ended_licence_no_longer_gives_is_not_offered(small: WindowedProgram, qtbot: QtBot) -> None:
    small.window.navigate_to(Destination("downloads"))
    page: Any = small.window.page("downloads")
    qtbot.waitUntil(lambda: not small.runner.busy)
    assert {key.order_number for _, key in page._list._places} == {CLOSED, UNWANTED}
    small.window.navigate_to(Destination("install", REFUNDED))
    wizard: Any = small.window.page("install")
    choose = wizard._steps[0]
    qtbot.waitUntil(lambda: bool(choose._downloads))
    assert not choose.onward.isEnabled()


def test_notices_leave_room_for_the_page_and_no_word_of_them_is_cut(small: WindowedProgram, qtbot: QtBot) -> None:
    window = small.window
    window.notices.clear()
    for number in range(3):
        words = "A sentence that is long enough for two lines of a window as small as this one is, and some more."
        window.notices.show_notice(f"n{number}", Notice(f"Notice {number}", words, actions=(("Do it", list),)))
    notices = window.notices.findChildren(Notice)
    shelf = window._shelf

    def whole() -> bool:
        return all(each.height() >= each.heightForWidth(each.width()) for each in notices if not each.isHidden())

    qtbot.waitUntil(lambda: len(notices) >= 3 and shelf.isVisible() and whole())
    qtbot.waitUntil(lambda: window.current.height() >= window.height() // 2)
    window.notices.clear()
    qtbot.waitUntil(lambda: not shelf.isVisible())
