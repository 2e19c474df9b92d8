"""ReminderController: when to look, what to show, and what a pressed button of a notice does.

There is one timer and it is coarse. It fires when something is due, when the store is to be asked again, and every
few minutes to compare the clocks: a timer loses time while the PC sleeps and knows nothing of clocks that are set.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from companion.domain.core.errors import CompanionError
from companion.domain.core.time.clock import Clocks
from companion.domain.reminders.clock import after_waking, jumped, next_refresh
from companion.domain.reminders.due import Reminder, Snooze
from companion.domain.reminders.text import ACTION_WORDS, ReminderAction, is_pressing, summary
from companion.services.reminders import DueNow
from companion.ui.navigation import Destination, destination_of
from companion.ui.notifications import OPENED, Message, Notifications
from companion.ui.state.app_state import AppState

_log = logging.getLogger(__name__)

_TICK = dt.timedelta(minutes=5)
_LEAST = dt.timedelta(seconds=1)
_SEVERAL = "several dates"

LATER = "later"
HOUR, THREE_DAYS = "inAnHour", "inThreeDays"
_INSTEAD = {HOUR: Snooze.ONE_HOUR, THREE_DAYS: Snooze.THREE_DAYS}


class ReminderController(QObject):
    """Looks in time and shows what is due.

    `navigation_requested` carries where a pressed button leads; `troubled` tells of a wrong clock, `untroubled` that it
    is right again.
    """

    navigation_requested = Signal(object)
    troubled = Signal(object)
    untroubled = Signal()

    def __init__(self, app_state: AppState, steady: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._app_state = app_state
        self._steady = steady
        self._notifications = Notifications()
        # What a pressed button is about: notices that remind, and those that tell until when it was put off.
        self._shown: dict[str, tuple[Reminder, ...]] = {}
        self._answers: dict[str, tuple[Reminder, ...]] = {}
        self._clocks = self._read_clocks()
        self._next_look: dt.datetime | None = app_state.now()
        self._looking = self._again = False
        self._refreshing = False
        self._not_before = self._woken = app_state.now()
        self._clock_told = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self, notifications: Notifications) -> None:
        """Begin: what is due already is shown at once."""
        self._notifications = notifications
        app_state = self._app_state
        app_state.changed.connect(self.look)
        app_state.working.connect(self._store_asked)
        app_state.reminders.changed.connect(self._records_changed)
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def woke(self) -> None:
        """The PC woke up: look at once, and ask the store when the network is likely to be there."""
        now, this_pc = self._app_state.now(), self._app_state.snapshot.seat_id
        self._woken = self._not_before = after_waking(now, this_pc)
        self._clocks = self._read_clocks()
        self._app_state.load()

    # When

    def _read_clocks(self) -> Clocks:
        return Clocks(self._app_state.now().timestamp(), self._steady())

    def _tick(self) -> None:
        self._app_state.runner.run(self, lambda _: self._app_state.zone.reread(), self._compare_clocks)

    def _compare_clocks(self, travelled: bool) -> None:
        before, self._clocks = self._clocks, self._read_clocks()
        now = self._app_state.now()
        if jumped(before, self._clocks) or travelled:
            _log.info("the PC slept, or its clock or time zone was changed")
            self.woke()
        elif self._next_look is not None and self._next_look <= now:
            self.look()
        if not self._refreshing and self._refresh_at(now) <= now:
            self._app_state.refresh(asked=False)
        self._set_timer()

    def ask_if_due(self) -> None:
        """Ask the store if it is time, as at the start of the program."""
        if not self._refreshing and self._refresh_at(self._app_state.now()) <= self._app_state.now():
            self._app_state.refresh(asked=False)

    def _refresh_at(self, now: dt.datetime) -> dt.datetime:
        plan = self._app_state.look_plan
        at = next_refresh(plan.last, plan.failed, now, self._app_state.snapshot.seat_id)
        if plan.failures == 1 and plan.failed is not None and plan.failed < self._woken:
            # It can have been the network of this PC that failed before it slept.
            at = min(at, self._woken)
        wanted = plan.not_before if plan.not_before is not None and plan.waits(now) else at
        return max(at, wanted, self._not_before)

    def _set_timer(self) -> None:
        now = self._app_state.now()
        moments = [now + _TICK]
        if not self._refreshing:
            moments.append(self._refresh_at(now))
        if self._next_look is not None and not self._looking:
            moments.append(self._next_look)
        wait = min(max(min(moments) - now, _LEAST), _TICK)
        self._timer.start(int(wait.total_seconds() * 1000))

    def _store_asked(self, begun: bool) -> None:
        """The store is being asked, or has been asked, for whatever reason."""
        self._refreshing = begun
        if begun:
            return
        if self._app_state.look_plan.failed is None:
            self._app_state.reminders.check_clock(self._tell_of_clock)
        self._set_timer()

    def _tell_of_clock(self, trouble: CompanionError | None) -> None:
        if trouble is None:
            self._clock_told = False
            self.untroubled.emit()
            return
        self.troubled.emit(trouble)
        if not self._clock_told:
            self._clock_told = True
            self._notifications.show(Message(trouble.code, trouble.title, f"{trouble.message} {trouble.hint}"))

    # Looking and showing

    def look(self) -> None:
        """Look now; a look under way is followed by another one."""
        if self._looking:
            self._again = True
            return
        self._looking, self._again = True, False
        self._app_state.reminders.look(self._found, self._look_failed)

    def _records_changed(self) -> None:
        """Settings or answers changed, perhaps what is due with them."""
        if not self._looking:
            self.look()

    def _look_failed(self, error: CompanionError) -> None:
        """Nothing was shown, because it could not be written down: told, and tried again at the next tick."""
        self._looking = False
        self._next_look = self._app_state.now() + _TICK
        self._app_state.runner.unhandled.emit(error)
        self._set_timer()

    def _found(self, look: DueNow) -> None:
        self._looking = False
        self._next_look = look.next_at
        gone = set(look.withdrawn)
        for key, reminders in tuple(self._shown.items()):
            if gone and all(each.address in gone for each in reminders):
                del self._shown[key]
                self._notifications.withdraw(key)
        if look.to_show:
            self._show(look.to_show)
        if self._again:
            self.look()
        self._set_timer()

    def _show(self, reminders: tuple[Reminder, ...]) -> None:
        form = self._app_state.format
        told = summary(reminders, form.ends(self._app_state.now()), form.money)
        if told is None:
            return
        key = reminders[0].address if len(reminders) == 1 else _SEVERAL
        actions = tuple((action.value, ACTION_WORDS[action]) for action in told.actions)
        first = actions or ((OPENED, "Show them"),)
        pressing = any(map(is_pressing, reminders))
        message = Message(key, told.title, told.body, (*first, (LATER, "Later")), stays=True, pressing=pressing)
        self._shown[key] = reminders
        self._notifications.show(message, lambda worked: self._was_shown(reminders, worked))

    def _was_shown(self, reminders: tuple[Reminder, ...], worked: bool) -> None:
        """Mark what was shown; what could not be shown anywhere stays unmarked and is tried again."""
        if worked:
            self._app_state.reminders.confirm(reminders)

    # What was pressed

    def knows(self, key: str) -> bool:
        """Whether this one has shown the notice."""
        return key in self._shown or key in self._answers

    def pressed(self, key: str, action: str) -> None:
        """A button of a notice was pressed, or the notice itself.

        Buttons put off and show pages. What costs or changes money is asked about in the window, for a notice is shown
        by another program.
        """
        reminders = self._shown.get(key) or self._answers.get(key, ())
        if action == LATER and reminders:
            self._put_off(reminders, Snooze.TOMORROW_MORNING)
        elif action in _INSTEAD and reminders:
            self._put_off(reminders, _INSTEAD[action])
        elif action in set(ReminderAction) and reminders:
            self.navigation_requested.emit(destination_of(ReminderAction(action), reminders[0]))
        else:
            self.navigation_requested.emit(Destination("reminders"))

    def _put_off(self, reminders: tuple[Reminder, ...], choice: Snooze) -> None:
        def done(back: object) -> None:
            if not isinstance(back, dt.datetime):
                return
            key = f"put off {reminders[0].address}"
            self._answers[key] = reminders
            words = {HOUR: "In an hour instead", THREE_DAYS: "In 3 days instead"}
            actions = tuple((code, text) for code, text in words.items() if _INSTEAD[code] is not choice)
            title = "You will be reminded again"
            body = f"On {self._app_state.format.moment(back)}."
            self._notifications.show(Message(key, title, body, actions))

        self._app_state.reminders.snooze(reminders, choice, done)
