"""The records and settings of reminders, as the window sees them; every change is written in the background."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

from companion.domain.core.errors import CompanionError
from companion.domain.reminders.settings import ReminderSettings
from companion.ui.state.tasks import TaskRunner

if TYPE_CHECKING:
    from companion.domain.core.text import FormatDate, FormatMoney
    from companion.domain.reminders.dates import Subject
    from companion.domain.reminders.due import Reminder, Snooze
    from companion.domain.reminders.history import InboxEntry
    from companion.services.reminders import DueNow, Reminders

T = TypeVar("T")
Failed = Callable[[CompanionError], None]


class ReminderState(QObject):
    """Holds the newest records and settings; `changed` is emitted whenever they are replaced."""

    changed = Signal()

    def __init__(self, reminders: Callable[[], Reminders], runner: TaskRunner) -> None:
        """`reminders` is called in the background."""
        super().__init__()
        self._reminders = reminders
        self._runner = runner
        self.entries: tuple[InboxEntry, ...] = ()
        self.settings = ReminderSettings()
        self._lock = threading.Lock()
        self._count = self._shown = 0

    def load(self) -> None:
        """Read what is remembered."""
        self._then(lambda: None, lambda _: None, in_turn=True)

    def look(self, done: Callable[[DueNow], None], failed: Failed) -> None:
        """Find what is due; it is written down before `done` is told."""
        self._then(lambda: self._reminders().look(), done, failed, in_turn=True)

    def confirm(self, reminders: tuple[Reminder, ...]) -> None:
        """Mark reminders as shown."""
        self._then(lambda: self._reminders().confirm(reminders), lambda _: None)

    def snooze(self, reminders: tuple[Reminder, ...], choice: Snooze, done: Callable[[object], None]) -> None:
        """Put reminders off; `done` gets when the first of them comes back."""

        def work() -> object:
            backs = [self._reminders().snooze(reminder, choice) for reminder in reminders]
            return min((back for back in backs if back is not None), default=None)

        self._then(work, done)

    def silence(self, reminder: Reminder) -> None:
        """Do not remind of this date any more."""
        self._then(lambda: self._reminders().silence(reminder), lambda _: None)

    def restore(self, reminder: Reminder) -> None:
        """Take that back."""
        self._then(lambda: self._reminders().restore(reminder), lambda _: None)

    def keep_settings(self, settings: ReminderSettings) -> None:
        """Keep what the person wants."""
        self._then(lambda: self._reminders().keep_settings(settings), lambda _: None)

    def mute(self, muted: bool) -> None:
        """Show nothing by itself any more, or again."""
        self.keep_settings(msgspec.structs.replace(self.settings, muted=muted))

    def check_clock(self, done: Callable[[CompanionError | None], None]) -> None:
        """Compare this PC's clock with the store's."""
        self._runner.run(self, lambda _: self._reminders().clock_trouble(), done)

    def export(
        self, owner: QObject, path: Path, date: FormatDate, money: FormatMoney,
        done: Callable[[int], None], failed: Failed, *, also: tuple[Subject, ...] = (),
    ) -> None:  # fmt: skip
        """Write all dates as an iCalendar file, together with `also`, those of further stores."""
        self._runner.run(owner, lambda _: self._reminders().export(path, date, money, also), done, failed)

    def _then(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        in_turn: bool = False,
    ) -> None:
        """Do the work, then show records and settings as they are afterwards."""

        def all_of_it(_: object) -> _Found[T]:
            # One after the other, so that what was read later is also what was written later.
            with self._lock:
                result = work()
                self._count += 1
                return _Found(result, self._reminders().entries(), self._reminders().settings(), self._count)

        def show(found: _Found[T]) -> None:
            newer = found.number > self._shown
            if newer and (found.entries, found.settings) != (self.entries, self.settings):
                self.entries, self.settings = found.entries, found.settings
                self.changed.emit()
            self._shown = max(self._shown, found.number)
            done(found.result)

        self._runner.run(self, all_of_it, show, failed, in_turn=in_turn)


@dataclasses.dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    result: T
    entries: tuple[InboxEntry, ...]
    settings: ReminderSettings
    number: int
