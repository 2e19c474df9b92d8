"""Notices of Windows with buttons: shown before the balloon, which stays where they do not work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from companion.domain.reminders.notices.links import code_of
from companion.ui.notifications import OPENED, Message, Notifications
from companion.ui.notifications.toast import ToastChannel
from companion.ui.state.tasks import TaskRunner
from tests.kits.toast_desk import ToastDesk

RENEWAL = Message("renewal", "Renewal", "On Monday.", (("tomorrow", "Tomorrow"),), stays=True)


class Balloon:
    """The next way, which always works."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        self.shown.append(message.key)
        shown(True)

    def withdraw(self, key: str) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize("refuses", [False, True])
def test_it_is_shown_first_and_the_balloon_where_it_does_not_work(
    runner: TaskRunner, qtbot: QtBot, refuses: bool
) -> None:
    desk, balloon, worked = ToastDesk(refuses=refuses), Balloon(), list[bool]()
    notices = Notifications(ToastChannel(runner, lambda key, action: None, desk), balloon)
    notices.show(RENEWAL, worked.append)
    qtbot.waitUntil(lambda: worked == [True])
    assert (len(desk.shown), balloon.shown) == ((0, ["renewal"]) if refuses else (1, []))


def test_only_the_links_of_what_is_shown_are_heeded(runner: TaskRunner, qtbot: QtBot) -> None:
    desk, pressed, worked = ToastDesk(), list[tuple[str, str]](), list[bool]()
    channel = ToastChannel(runner, lambda key, action: pressed.append((key, action)), desk)
    channel.show(RENEWAL, worked.append)
    qtbot.waitUntil(lambda: worked == [True])
    assert not channel.arrived("unknown")
    assert pressed == []
    assert channel.arrived(code_of(desk.link("Tomorrow")) or "")
    channel.show(RENEWAL, worked.append)
    qtbot.waitUntil(lambda: worked == [True, True])
    assert channel.arrived(code_of(desk.link()) or "")
    assert pressed == [("renewal", "tomorrow"), ("renewal", OPENED)]
    channel.show(RENEWAL, worked.append)
    qtbot.waitUntil(lambda: len(worked) == 3)
    channel.withdraw("renewal")
    qtbot.waitUntil(lambda: desk.shown == {})
    channel.close()
