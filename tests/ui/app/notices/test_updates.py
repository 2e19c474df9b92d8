"""Updates in the window: nothing is put into place without consent, nor in the middle of something."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from companion.domain.updates.decisions import Activity
from companion.domain.updates.release import InstallKind
from companion.ui.app.application import WindowedProgram
from companion.ui.app.notices.updates import KEY, UpdateNotices
from companion.ui.navigation import Destination
from companion.ui.pages.settings.updates import UpdatesCard
from companion.ui.state.tasks import TaskRunner
from companion.ui.state.update_state import UpdateState
from companion.ui.widgets.notice import Notices
from companion.ui.widgets.switch import Switch
from tests.conftest import SYSTEM
from tests.kits.ui import button, texts_of
from tests.kits.updates import Made, Site, base, present_version, served

__all__ = ["base", "served"]
pytestmark = pytest.mark.skipif(SYSTEM == "windows", reason="there the installer does this")
WAIT = 60_000


class Window:
    """The parts of the window that updates have to do with."""

    def __init__(self, made: Made) -> None:
        self.made, self.runner, self.shown = made, TaskRunner(), Notices()
        self.state = UpdateState(lambda: made.updates, self.runner)
        self.activity = Activity()
        self.opened: list[Destination] = []
        self.later = made.now
        self.notices = UpdateNotices(
            self.state, self.shown, lambda: self.activity, lambda: self.later, self.opened.append
        )

    def settled(self) -> bool:
        return not self.runner.busy

    def close(self) -> None:
        self.runner.shut_down()
        for each in (self.notices, self.state, self.shown):
            each.deleteLater()


@pytest.fixture
def window(served: Site, base: Path, qtbot: QtBot) -> Iterator[Window]:
    made = Window(Made(base, served.source()))
    made.notices.start()
    qtbot.waitUntil(made.settled, timeout=WAIT)
    yield made
    made.close()


def look(window: Window, qtbot: QtBot) -> None:
    """A day later."""
    window.later = window.made.now + dt.timedelta(days=2)
    window.notices.look()
    qtbot.waitUntil(window.settled, timeout=WAIT)


def test_it_looks_when_it_is_time_and_not_before(window: Window, served: Site, qtbot: QtBot) -> None:
    window.notices.look()
    assert window.settled()
    assert served.asked == []
    look(window, qtbot)
    assert served.asked != []
    assert window.shown.shows(KEY)


def test_what_was_fetched_waits_for_consent(window: Window, base: Path, qtbot: QtBot) -> None:
    look(window, qtbot)
    assert "Companion 0.2.0 is ready" in texts_of(window.shown)
    assert any("Faster." in text for text in texts_of(window.shown))
    assert (window.made.launched, present_version(base)) == (0, "0.1.0")
    button(window.shown, "Not now").click()
    assert not window.shown.shows(KEY)
    assert window.made.launched == 0


def test_with_consent_the_update_begins_at_once(window: Window, qtbot: QtBot) -> None:
    look(window, qtbot)
    button(window.shown, "Update now").click()
    qtbot.waitUntil(lambda: window.made.launched == 1, timeout=WAIT)
    assert "Updating" in texts_of(window.shown)


def test_what_is_under_way_is_waited_for(window: Window, qtbot: QtBot) -> None:
    look(window, qtbot)
    window.activity = Activity(downloading=True)
    button(window.shown, "Update now").click()
    assert "Waiting for a quiet moment" in texts_of(window.shown)
    assert window.made.launched == 0
    window.activity = Activity()
    qtbot.waitUntil(lambda: window.made.launched == 1, timeout=WAIT)


def test_consent_can_be_taken_back_while_it_waits(window: Window, qtbot: QtBot) -> None:
    look(window, qtbot)
    window.activity = Activity(installing=True)
    window.notices.agree()
    button(window.shown, "Not now").click()
    window.activity = Activity()
    assert not window.notices._waiting.isActive()


def test_a_version_that_was_taken_back_is_told_once(served: Site, base: Path, qtbot: QtBot) -> None:
    made = Made(base, served.source())
    made.updates.taken_back("0.2.0")
    for told in (True, False):
        window = Window(made)
        window.notices.start()
        qtbot.waitUntil(window.settled, timeout=WAIT)
        assert window.shown.shows(KEY) is told
        window.close()


def test_where_it_cannot_update_itself_it_tells_and_leads_to_the_settings(
    served: Site, base: Path, qtbot: QtBot
) -> None:
    window = Window(Made(base, served.source(), InstallKind.OTHER))
    window.notices.start()
    qtbot.waitUntil(window.settled, timeout=WAIT)
    look(window, qtbot)
    assert "Companion 0.2.0 is there" in texts_of(window.shown)
    button(window.shown, "Show").click()
    assert window.opened == [Destination("settings", item="updates")]
    window.close()


def card_of(program: WindowedProgram, window: Window, qtbot: QtBot) -> UpdatesCard:
    desk = dataclasses.replace(program._settings_desk(), updates=window.state, update_now=window.notices.agree)
    card = UpdatesCard(desk)
    qtbot.addWidget(card)
    qtbot.waitUntil(window.settled, timeout=WAIT)
    return card


def test_the_settings_look_fetch_and_update(program: WindowedProgram, window: Window, qtbot: QtBot) -> None:
    card = card_of(program, window, qtbot)
    assert "Not looked yet." in texts_of(card)
    button(card, "Look now").click()
    qtbot.waitUntil(lambda: "What is new in 0.2.0" in texts_of(card), timeout=WAIT)
    assert "• Faster." in texts_of(card)
    qtbot.waitUntil(window.settled, timeout=WAIT)
    button(card, "Download it").click()
    qtbot.waitUntil(lambda: window.state.file is not None and window.settled(), timeout=WAIT)
    button(card, "Update now").click()
    qtbot.waitUntil(lambda: window.made.launched == 1, timeout=WAIT)


def test_the_settings_tell_of_a_failure_and_switch_it_off(
    program: WindowedProgram, window: Window, served: Site, qtbot: QtBot
) -> None:
    card = card_of(program, window, qtbot)
    served.close()
    button(card, "Look now").click()
    qtbot.waitUntil(lambda: "The update server does not answer" in texts_of(card), timeout=WAIT)
    qtbot.waitUntil(window.settled, timeout=WAIT)
    # What was taken off the page may not be deleted yet.
    qtbot.waitUntil(lambda: len(_checked(card)) == 1, timeout=WAIT)
    _checked(card)[0].requested.emit(False)
    qtbot.waitUntil(lambda: not window.made.updates.remembered().enabled, timeout=WAIT)


def _checked(card: UpdatesCard) -> list[Switch]:
    return [each for each in card.findChildren(Switch) if not each.isHidden() and each.isChecked()]


def test_this_build_says_that_it_has_no_source(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("settings", item="updates"))
    qtbot.waitUntil(lambda: not program.runner.busy, timeout=WAIT)
    said = " ".join(texts_of(program.window.current))
    assert "This build has no update source." in said
    assert "git pull" in said
    program.update_notices.look()
