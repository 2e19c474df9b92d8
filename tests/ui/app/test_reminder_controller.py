"""Reminders in the running program: shown once, answered, put off, withdrawn; after sleep and without a tray."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.reminders.history import EntryStatus, status_of
from companion.domain.reminders.settings import ReminderSettings
from companion.services.container.store import Services
from companion.services.storage.records import ReminderChange
from companion.ui.app.application import WindowedProgram
from companion.ui.app.reminder_controller import LATER, ReminderController
from companion.ui.dialogs.auto_renewal import SwitchDialog
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import SWITCH_OFF, Destination
from companion.ui.notifications import OPENED, Message, Notifications
from tests.kits.ui import button, texts_of

DAY = dt.timedelta(days=1)


class Screen:
    """A way to show messages that remembers them; `works` is whether this desktop shows any."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.withdrawn: list[str] = []
        self.works = True

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        if self.works:
            self.messages.append(message)
        shown(self.works)

    def withdraw(self, key: str) -> None:
        self.withdrawn.append(key)

    def close(self) -> None:
        pass

    def titles(self) -> list[str]:
        return [message.title for message in self.messages]


@pytest.fixture
def renewing(store: DemoStore, services: Services) -> Account:
    """The order that renews in six days has been added, and no hour is quiet."""
    account = next(each for each in store.accounts if "Renews in 6 days" in each.about)
    services.orders.lookup.profile()
    services.orders.lookup.add(account.order_number, Secret(account.order_password))
    services.reminders.keep_settings(ReminderSettings(quiet=None))
    return account


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def program(
    qapp: QApplication, qtbot: QtBot, services: Services, screen: Screen, renewing: Account
) -> Iterator[WindowedProgram]:
    """The program on a desktop that shows its messages."""
    made = WindowedProgram(qapp, services, theme=LIGHT)
    made.reminding.notifications = Notifications(screen)
    made.start(in_tray=False)
    yield made
    made.close()
    made.window.deleteLater()


def entries(services: Services) -> list[EntryStatus]:
    return [status_of(entry, services.clock()) for entry in services.reminders.inbox()]


def settled(program: WindowedProgram, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not program.runner.busy)


def test_what_is_due_is_shown_once_marked_and_offers_what_to_do(
    program: WindowedProgram, services: Services, screen: Screen, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: entries(services) == [EntryStatus.CURRENT])
    (message,) = screen.messages
    assert "renews in 6 days at a higher price" in message.title
    assert "$59.95" in message.body
    assert [text for _, text in message.actions] == ["Switch off auto-renewal", "Later"]
    for _ in range(3):
        program.reminding.controller.look()
        settled(program, qtbot)
    assert len(screen.messages) == 1


def test_a_notices_button_asks_in_the_window_and_switches_nothing_by_itself(
    program: WindowedProgram, services: Services, screen: Screen, renewing: Account, qtbot: QtBot
) -> None:
    """A notice is shown by another program: its button opens the question, and a press in the window answers it."""
    qtbot.waitUntil(lambda: bool(screen.messages))
    key, action = screen.messages[0].key, screen.messages[0].actions[0][0]
    program.reminding.controller.pressed(key, action)
    dialog = _question(program, qtbot)
    settled(program, qtbot)
    assert services.orders.lookup.order(renewing.order_number).subscriptions[0].auto_renew
    assert "Switch auto-renewal off?" in texts_of(dialog)
    assert program.window.isVisible()
    focused = dialog.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Leave it as it is", "a key that was meant for another window must not switch it"
    button(dialog, "Switch off").click()
    qtbot.waitUntil(lambda: "Auto-renewal is off" in texts_of(dialog))
    assert not services.orders.lookup.order(renewing.order_number).subscriptions[0].auto_renew
    (receipt,) = services.orders.cache.receipts(renewing.order_number)
    assert any(receipt.id in text for text in texts_of(dialog))
    qtbot.waitUntil(lambda: key in screen.withdrawn)
    dialog.reject()
    qtbot.waitUntil(lambda: not program.window.findChildren(SwitchDialog))
    # An old notice whose button is pressed once more does no harm.
    program.reminding.controller.pressed(key, action)
    settled(program, qtbot)
    assert not program.window.findChildren(SwitchDialog)
    assert len(services.orders.cache.receipts(renewing.order_number)) == 1
    assert not [title for title in screen.titles() if "runs out" in title]


def test_a_subscription_that_is_gone_is_said_instead_of_asked_about(
    program: WindowedProgram, screen: Screen, renewing: Account, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(screen.messages))
    program.open(Destination("order", renewing.order_number, f"{SWITCH_OFF}another"))
    qtbot.waitUntil(lambda: "There is nothing to switch off" in texts_of(program.window))
    settled(program, qtbot)


def _question(program: WindowedProgram, qtbot: QtBot) -> SwitchDialog:
    qtbot.waitUntil(lambda: bool(program.window.findChildren(SwitchDialog)))
    return program.window.findChildren(SwitchDialog)[0]


def test_later_puts_it_off_until_the_morning_and_offers_other_times(
    program: WindowedProgram, services: Services, screen: Screen, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: entries(services) == [EntryStatus.CURRENT])
    program.reminding.controller.pressed(screen.messages[0].key, LATER)
    qtbot.waitUntil(lambda: "You will be reminded again" in screen.titles())
    (entry,) = services.reminders.inbox()
    assert entry.snoozed_until is not None
    assert entry.snoozed_until.astimezone(services.zone).time() == dt.time(9)
    told = screen.messages[-1]
    assert [text for _, text in told.actions] == ["In an hour instead", "In 3 days instead"]
    program.reminding.controller.pressed(told.key, told.actions[0][0])
    qtbot.waitUntil(lambda: len(screen.messages) == 3)
    (entry,) = services.reminders.inbox()
    assert entry.snoozed_until is not None
    assert entry.snoozed_until - services.clock() < dt.timedelta(minutes=61)


def test_several_at_once_become_one_summary(
    program: WindowedProgram, store: DemoStore, services: Services, screen: Screen, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(screen.messages) == 1)
    settled(program, qtbot)
    for account in store.accounts[:2]:
        services.orders.lookup.add(account.order_number, Secret(account.order_password))
    program.app_state.load()
    qtbot.waitUntil(lambda: len(screen.messages) == 2)
    summary = screen.messages[-1]
    assert summary.title == "2 dates need your attention"
    assert summary.actions == ((OPENED, "Show them"), (LATER, "Later"))
    program.reminding.controller.pressed(summary.key, OPENED)
    assert program.window.current is program.window.page("reminders")
    settled(program, qtbot)
    assert len(services.reminders.inbox()) == 3


def test_a_desktop_that_shows_nothing_marks_nothing_and_the_page_shows_it_all_the_same(
    qapp: QApplication, services: Services, screen: Screen, renewing: Account, qtbot: QtBot
) -> None:
    screen.works = False
    program = WindowedProgram(qapp, services, theme=LIGHT)
    program.reminding.notifications = Notifications(screen)
    program.start(in_tray=False)
    qtbot.waitUntil(lambda: len(services.reminders.entries()) == 1)
    settled(program, qtbot)
    assert services.reminders.inbox() == ()
    assert len(services.reminders.agenda().due) == 1
    program.close()
    program.window.deleteLater()


def test_the_next_way_is_taken_when_one_does_not_work(screen: Screen) -> None:
    broken = Screen()
    broken.works = False
    shown: list[bool] = []
    ways = Notifications(broken, screen)
    ways.show(Message("key", "Title", "Body"), shown.append)
    assert (shown, screen.titles(), broken.titles()) == ([True], ["Title"], [])
    Notifications(broken).show(Message("key", "Title", "Body"), shown.append)
    assert shown == [True, False]


def test_without_tray_and_daemon_the_window_tells_with_all_its_buttons(
    qapp: QApplication, services: Services, renewing: Account, qtbot: QtBot
) -> None:
    program = WindowedProgram(qapp, services, theme=LIGHT)
    program.start(in_tray=False)
    qtbot.waitUntil(lambda: any("renews in 6 days" in text for text in texts_of(program.window.notices)))
    assert any("This desktop has no place for its icon" in text for text in texts_of(program.window.notices))
    button(program.window.notices, "Switch off auto-renewal").click()
    _question(program, qtbot).reject()
    program.close()
    again = WindowedProgram(qapp, services, theme=LIGHT)
    again.start(in_tray=False)
    settled(again, qtbot)
    told = texts_of(again.window.notices)
    assert not any("no place for its icon" in text for text in told), "said once"
    for each in (program, again):
        each.close()
        each.window.deleteLater()


def test_a_sleeping_pc_catches_up_when_it_wakes(
    program: WindowedProgram, services: Services, screen: Screen, qtbot: QtBot
) -> None:
    """The two clocks part ways by a sleep; what was written meanwhile is found by the tick, not by the due moment."""
    qtbot.waitUntil(lambda: len(screen.messages) == 1)
    settled(program, qtbot)
    steady = [100.0]
    reminding = ReminderController(program.app_state, lambda: steady[0])
    reminding.start(Notifications(screen))
    program.app_state.working.emit(False)  # the store has just been asked
    settled(program, qtbot)
    (entry,) = services.reminders.inbox()
    services.reminders.restore(entry.reminder)
    unmarked = msgspec.structs.replace(entry, shown_at=None, decided_at=entry.decided_at - DAY)
    services.library.replace_reminders(services.orders.store, [ReminderChange(entry, unmarked)])
    reminding._tick()
    settled(program, qtbot)
    assert len(screen.messages) == 1, "nothing has happened as far as the clocks say"
    steady[0] -= 3600
    reminding._tick()
    qtbot.waitUntil(lambda: len(screen.messages) == 2)
    reminding.stop()


def test_a_pc_that_failed_to_reach_the_store_asks_again_when_it_wakes(
    program: WindowedProgram, store: DemoStore, qtbot: QtBot
) -> None:
    controller, state = program.reminding.controller, program.app_state
    store.close()
    state.refresh()
    qtbot.waitUntil(lambda: bool(state.snapshot.troubles))
    qtbot.waitUntil(lambda: controller._refresh_at(state.now()) > state.now() + dt.timedelta(hours=1))
    controller.woke()
    assert controller._refresh_at(state.now()) < state.now() + dt.timedelta(minutes=11)
    state.refresh()
    qtbot.waitUntil(lambda: state.look_plan.failures == 2)
    controller.woke()
    assert controller._refresh_at(state.now()) > state.now() + dt.timedelta(hours=1), "the store itself is down"


def test_a_wrong_clock_is_told_in_the_window_and_once_as_a_notice(
    program: WindowedProgram, screen: Screen, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(screen.messages))
    settled(program, qtbot)
    wrong = CompanionError(ErrorCode.CLOCK_WRONG, "This PC's clock is wrong", "It is 3 days behind.", "Set it.")
    for _ in range(3):
        program.reminding.controller._tell_of_clock(wrong)
    assert screen.titles().count("This PC's clock is wrong") == 1
    qtbot.waitUntil(lambda: "This PC's clock is wrong" in texts_of(program.window.notices))
    program.reminding.controller._tell_of_clock(None)
    qtbot.waitUntil(lambda: "This PC's clock is wrong" not in texts_of(program.window.notices))


def test_a_muted_program_shows_nothing_until_it_is_unmuted(
    qapp: QApplication, services: Services, screen: Screen, renewing: Account, qtbot: QtBot
) -> None:
    services.reminders.keep_settings(ReminderSettings(quiet=None, muted=True))
    program = WindowedProgram(qapp, services, theme=LIGHT)
    program.reminding.notifications = Notifications(screen)
    program.start(in_tray=False)
    settled(program, qtbot)
    qtbot.waitUntil(lambda: bool(program.app_state.snapshot.cards))
    assert screen.messages == []
    program.app_state.reminders.mute(False)
    qtbot.waitUntil(lambda: len(screen.messages) == 1)
    settled(program, qtbot)
    program.close()
    program.window.deleteLater()


def test_every_action_leads_somewhere(program: WindowedProgram, screen: Screen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(screen.messages))
    wanted: list[Destination] = []
    program.reminding.controller.navigation_requested.connect(wanted.append)
    key = screen.messages[0].key
    for action in ("renew", "downloadNow", "askForReturn", "getSupport", "turnOffAutoRenewal", OPENED, "nonsense"):
        program.reminding.controller.pressed(key, action)
    assert [each.page for each in wanted] == ["order", "install", "order", "help", "order", "reminders", "reminders"]
    assert wanted[4].item.startswith(SWITCH_OFF)
    _question(program, qtbot).reject()
    settled(program, qtbot)
