"""Updates of this program, as the window sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from companion.domain.core.errors import CompanionError
from companion.ui.state.tasks import Task, TaskRunner

if TYPE_CHECKING:
    from companion.domain.transfers.models import TransferProgress
    from companion.domain.updates.release import FoundRelease, InstallKind
    from companion.services.updates.memory import Remembered
    from companion.services.updates.service import LookOutcome, Updates


class UpdateNews(NamedTuple):
    """What is known: `kind` is how this copy was installed, `next_look` when it looks by itself, if it does."""

    kind: InstallKind
    has_source: bool
    installed: str
    remembered: Remembered
    next_look: dt.datetime | None


class UpdateState(QObject):
    """`changed` is emitted after each step; `ready` and `there` name a release that is fetched, or only told of.

    `taken_back` names a version that did not come up here. Work that a person asked for tells its failure by `error`,
    work in the background by nothing: it is tried again.
    """

    changed = Signal()
    ready = Signal(object)
    there = Signal(object)
    taken_back = Signal(str)

    def __init__(self, make: Callable[[], Updates], runner: TaskRunner) -> None:
        """`make` builds the service; it is called in the background, when it is first needed."""
        super().__init__()
        self._make, self._runner = make, runner
        self._made: Updates | None = None
        self._task: Task | None = None
        self.news: UpdateNews | None = None
        self.found: FoundRelease | None = None
        self.file: Path | None = None
        """The release that is fetched, whole and proven."""
        self.error: CompanionError | None = None
        self.progress: TransferProgress | None = None
        self.looking = False

    @property
    def busy(self) -> bool:
        """Whether something is being looked for, fetched or put into place."""
        return self._task is not None and self._task.running

    @property
    def newest(self) -> FoundRelease | None:
        """The newest release that is known: from the last look, or remembered from an earlier one."""
        return self.found or (self.news.remembered.found if self.news is not None else None)

    def load(self) -> None:
        """Read what is known from before, and tell of a version that was taken back since."""
        self._runner.run(self, lambda _: (self._updates().failure_to_tell(), self._read()), self._loaded)

    def switch(self, on: bool) -> None:
        """Switch looking in the background on or off."""
        self._runner.run(self, lambda _: (self._updates().switch(on), self._read())[1], self._show)

    def look_if_due(self, now: dt.datetime) -> None:
        """Look in the background, and fetch what is newer, where it is time."""
        due = self.news.next_look if self.news is not None else None
        if due is None or now < due or self.busy or self.file is not None:
            return
        self._task = self._runner.run(
            self,
            lambda task: (self._updates().look_in_background(task.cancellation), self._read()),
            self._looked_by_itself,
            lambda _: self._reread(),
        )

    def look(self) -> None:
        """Look now, because the person wants to know."""
        if self.busy:
            return
        self.error, self.looking = None, True
        self._task = self._runner.run(
            self, lambda task: (self._updates().look(task.cancellation), self._read()), self._looked, self._failed
        )
        self.changed.emit()

    def fetch(self) -> None:
        """Download what was found, because the person wants it."""
        found = self.newest
        if found is None or self.busy:
            return
        self.error = None
        self._task = self._runner.run(
            self,
            lambda task: self._updates().fetch(found, task.cancellation, task.report),
            lambda file: self._fetched(found, file),
            self._failed,
            self._show_progress,
            self._stopped,
        )
        self.changed.emit()

    def stop(self) -> None:
        """Stop fetching; what has arrived is kept."""
        if self._task is not None:
            self._task.cancel()

    def install(self) -> None:
        """Put what was fetched into place: this program is asked to quit soon, and the new version comes up."""
        found, file = self.found, self.file
        if found is None or file is None or self.busy:
            return
        self._task = self._runner.run(
            self,
            lambda _: self._updates().install_from_window(found, file),
            lambda _: self.changed.emit(),
            self._failed,
        )

    def _updates(self) -> Updates:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _read(self) -> UpdateNews:
        updates = self._updates()
        return UpdateNews(
            updates.kind, updates.source is not None, updates.installed, updates.remembered(), updates.next_look()
        )

    def _reread(self) -> None:
        self._runner.run(self, lambda _: self._read(), self._show)

    def _loaded(self, read: tuple[str | None, UpdateNews]) -> None:
        version, news = read
        self._show(news)
        if version is not None:
            self.taken_back.emit(version)

    def _show(self, news: UpdateNews) -> None:
        self.news = news
        self.changed.emit()

    def _looked_by_itself(self, read: tuple[LookOutcome, UpdateNews]) -> None:
        from companion.domain.updates.decisions import Wanted

        outcome, news = read
        self.found, self.file = outcome.found, outcome.fetched
        self._show(news)
        if outcome.fetched is not None:
            self.ready.emit(outcome.found)
        elif outcome.wanted is Wanted.TELL:
            self.there.emit(outcome.found)

    def _looked(self, read: tuple[FoundRelease | None, UpdateNews]) -> None:
        self.found, news = read
        self.looking = False
        self._show(news)

    def _fetched(self, found: FoundRelease, file: Path) -> None:
        self.found, self.file, self.progress = found, file, None
        self.changed.emit()
        self.ready.emit(found)

    def _show_progress(self, progress: TransferProgress) -> None:
        self.progress = progress
        self.changed.emit()

    def _stopped(self) -> None:
        self.progress, self.looking = None, False
        self.changed.emit()

    def _failed(self, error: CompanionError) -> None:
        self.error, self.progress, self.looking = error, None, False
        self.changed.emit()
