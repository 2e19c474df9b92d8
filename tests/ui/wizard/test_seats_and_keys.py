"""What the wizard says of seats and keys before the installer does, and without its store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.services.app.cancellation import Cancellation
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.widgets.key import KeyBox
from companion.ui.widgets.question import Question
from companion.ui.wizard.page import InstallPage
from tests.kits.ui import button, texts_of

FULL, FREE, CLOSING = "LF-4821-0937", "LF-5930-2216", "LF-5847-7721"
Add = Callable[[Account], None]


@pytest.fixture
def opens(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> Callable[[str], InstallPage]:
    """Adds an order, has its file downloaded, and goes to its installation."""

    def work(number: str, *, without_store: bool = False) -> InstallPage:
        add(next(account for account in store.accounts if account.order_number == number))
        artifact = services.orders.lookup.order(number).downloads[0].artifact_id
        services.order_downloads.download(number, artifact, cancellation=Cancellation(), progress=lambda _: None)
        if without_store:
            store.close()
        program.app_state.load()
        qtbot.waitUntil(lambda: not program.runner.busy)
        program.window.navigate_to(Destination("install", number, artifact))
        page = program.window.current
        assert isinstance(page, InstallPage)
        return page

    return work


def step(page: InstallPage) -> Any:
    return page._steps[page._stack.currentIndex()]


def goes_on(page: InstallPage, qtbot: QtBot, index: int) -> None:
    """Wait until a step can be left, and leave it."""
    qtbot.waitUntil(lambda: page._stack.currentIndex() == index and step(page).onward.isEnabled())
    step(page).go_on()


def test_no_seat_left_is_said_before_the_download_and_one_can_be_freed_there(
    opens: Callable[..., InstallPage], services: Services, qtbot: QtBot, qapp: QApplication
) -> None:
    page = opens(FULL)
    goes_on(page, qtbot, 0)
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 1 and step(page)._is_free)
    assert "No seat is left for this PC" in texts_of(page)
    assert any("in use on Ada's laptop" in text for text in texts_of(page))
    assert not step(page).onward.isEnabled()
    button(page, "Free the seat of Ada's laptop…").click()
    question = next(each for each in qapp.topLevelWidgets() if isinstance(each, Question) and each.isVisible())
    assert question.keep.isDefault()
    question.agree.click()
    qtbot.waitUntil(lambda: step(page).onward.isEnabled())
    assert "No seat is left for this PC" not in texts_of(page)
    assert services.orders.lookup.order(FULL).licences[0].seats == ()


def test_home_leads_to_the_pcs_of_a_licence_without_a_free_seat(
    opens: Callable[..., InstallPage], program: WindowedProgram, qtbot: QtBot
) -> None:
    opens(FULL)
    program.window.navigate_to(Destination("home"))
    qtbot.waitUntil(lambda: "Free a seat…" in texts_of(program.window.current))
    button(program.window.current, "Free a seat…").click()
    qtbot.waitUntil(lambda: "Free this seat…" in texts_of(program.window.current))


def test_a_file_that_is_soon_out_of_reach_is_offered_without_promising_to_install_it(
    program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot
) -> None:
    add(next(account for account in store.accounts if account.order_number == CLOSING))
    home = program.window.current
    qtbot.waitUntil(lambda: "Download…" in texts_of(home))
    assert "Download and install…" not in texts_of(home)


def test_the_key_stands_beside_the_installer_and_what_is_here_installs_without_the_store(
    opens: Callable[..., InstallPage], services: Services, qtbot: QtBot
) -> None:
    page = opens(FREE, without_store=True)
    qtbot.waitUntil(lambda: any("can be installed all the same" in text for text in texts_of(page)))
    for index in (0, 1):
        goes_on(page, qtbot, index)
    goes_on(page, qtbot, 3)
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 4)
    qtbot.waitUntil(lambda: bool(step(page).findChildren(KeyBox)))
    assert "Copy" in texts_of(page)
    goes_on(page, qtbot, 4)
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 5)
    assert any("is installed" in text for text in texts_of(page))
    qtbot.waitUntil(lambda: bool(step(page).findChildren(KeyBox)))
    assert services.this_pc.seat_id in str(services.library.settings()), "the seat is taken later"
