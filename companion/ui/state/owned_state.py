"""What is owned, whatever shop it came from: the purchases that pages show, and the work pages may start on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.mail.inputs import Recognised
from companion.domain.purchases.draft import Draft
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview
from companion.services.container import Owned
from companion.services.purchases.registry import Added, Removed
from companion.services.storage.records import KnownStore
from companion.ui.state.tasks import Task, TaskRunner

Failed = Callable[[CompanionError], None]
MOST_FOUND = 500
"""So many purchases of one mailbox are listed at once."""


class MailPlace(NamedTuple):
    """An e-mail within a mailbox file, and the byte at which it begins."""

    path: Path
    offset: int


class Offered(NamedTuple):
    """What was dropped, pasted or chosen: files, e-mails within files, contents by name, and texts by name."""

    files: tuple[Path, ...] = ()
    places: tuple[MailPlace, ...] = ()
    contents: tuple[tuple[str, bytes], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.files or self.places or self.contents or self.texts)


class Intaken(NamedTuple):
    """What was recognised in all inputs, and why some could not be read; `cut` says that there was more."""

    found: tuple[Recognised, ...]
    troubles: tuple[CompanionError, ...] = ()
    cut: bool = False


class OwnedState(QObject):
    """Holds every purchase as it was last read from the library; `changed` is emitted whenever that is replaced."""

    changed = Signal()
    store_added = Signal(object)
    """A `KnownStore` was added."""
    news = Signal(str, str, object)
    """Something was done: its title, a sentence, and what undoes it (a function, or None)."""

    def __init__(self, owned: Owned, runner: TaskRunner) -> None:
        super().__init__()
        self._owned = owned
        self.runner = runner
        self.purchases: tuple[Overview, ...] = ()
        self._asked = self._shown = 0

    def now(self) -> dt.datetime:
        """The current moment."""
        return self._owned.clock()

    def purchase(self, purchase_id: str) -> Overview | None:
        """Returns one purchase, or None."""
        return next((each for each in self.purchases if each.id == purchase_id), None)

    def load(self, done: Callable[[], None] | None = None) -> None:
        """Show what the library holds."""
        self._asked += 1
        number = self._asked

        def show(found: tuple[Overview, ...]) -> None:
            # Of two readings at the same time, the one that began later is the newer.
            if number > self._shown:
                self._shown, self.purchases = number, found
                self.changed.emit()
            if done is not None:
                done()

        self.runner.run(self, lambda _: self._owned.purchases.all(), show)

    # Recognising

    def recognise(
        self, owner: QObject, offered: Offered, done: Callable[[Intaken], None], progress: Callable[[float], None],
        cancelled: Callable[[], None],
    ) -> Task:  # fmt: skip
        """Find out what was offered; an input that cannot be read keeps no other from being read."""
        return self.runner.run(
            owner, lambda task: self._recognise(task, offered), done, progress=progress, cancelled=cancelled
        )

    def _recognise(self, task: Task, offered: Offered) -> Intaken:
        found: list[Recognised] = []
        troubles: list[CompanionError] = []

        def report(read: int, size: int) -> None:
            task.report(read / size if size else 0.0)

        for path in offered.files:
            try:
                for each in self._owned.intake.read_file(path, task.cancellation, report):
                    found.append(each)
                    if len(found) >= MOST_FOUND:
                        return Intaken(tuple(found), tuple(troubles), cut=True)
            except CompanionError as error:
                task.cancellation.check()
                troubles.append(error)
        for place in offered.places:
            try:
                found.append(self._owned.intake.read_mail_at(place.path, place.offset))
            except CompanionError as error:
                troubles.append(error)
        for name, content in offered.contents:
            found.append(self._owned.intake.recognise(name, content))
        for name, text in offered.texts:
            found.append(self._owned.intake.recognise_text(name, text))
        return Intaken(tuple(found), tuple(troubles))

    # Changing

    def add(
        self, owner: QObject, draft: Draft, done: Callable[[Added], None], failed: Failed, *,
        into: str | None = None, as_new: bool = False,
    ) -> Task:  # fmt: skip
        """Add a draft; `done` is called when the pages show it."""
        return self.runner.run(
            owner,
            lambda _: self._owned.purchases.add(draft, into=into, as_new=as_new),
            lambda outcome: self.load(partial(done, outcome)),
            failed,
        )

    def add_several(
        self, owner: QObject, drafts: Sequence[Draft], done: Callable[[tuple[Added, ...]], None], failed: Failed
    ) -> Task:
        """Add drafts one after the other; one that may belong to a known purchase is left for the person to decide."""
        return self.runner.run(
            owner,
            lambda _: tuple(self._owned.purchases.add(draft) for draft in drafts),
            lambda outcome: self.load(partial(done, outcome)),
            failed,
        )

    def undo_adding(self, owner: QObject, outcomes: Iterable[Added], done: Callable[[], None]) -> None:
        """Take what was added away again; purchases that were only added to become what they were."""
        listed = tuple(outcomes)

        def work(_: Task) -> None:
            for outcome in reversed(listed):
                if outcome.before is not None:
                    self._owned.purchases.restore(outcome.before)
                elif outcome.purchase_id is not None:
                    self._owned.purchases.remove(outcome.purchase_id)

        self.runner.run(owner, work, lambda _: self.load(done))

    def edit(
        self, owner: QObject, purchase_id: str, changes: Sequence[tuple[Field, str, str]], done: Callable[[], None],
        failed: Failed,
    ) -> Task:  # fmt: skip
        """Set values as the person's word (field, text, name of the item); an empty text takes the word back."""
        return self.runner.run(
            owner,
            lambda _: self._owned.purchases.edit(purchase_id, changes),
            lambda _: self.load(done),
            failed,
        )

    def remove(self, owner: QObject, purchase_id: str, done: Callable[[Removed], None], failed: Failed) -> Task:
        """Forget a purchase; what `done` gets puts it back."""
        return self.runner.run(
            owner,
            lambda _: self._owned.purchases.remove(purchase_id),
            lambda held: self.load(partial(done, held)),
            failed,
        )

    def put_back(self, owner: QObject, held: Removed, done: Callable[[], None]) -> None:
        """Undo `remove`."""
        self.runner.run(owner, lambda _: self._owned.purchases.put_back(held), lambda _: self.load(done))

    def key(
        self, owner: QObject, purchase_id: str, item: str, done: Callable[[Secret | None], None], failed: Failed
    ) -> Task:
        """Read the licence key of a product from the keychain."""
        return self.runner.run(owner, lambda _: self._owned.purchases.key(purchase_id, item), done, failed)

    def link(
        self, owner: QObject, purchase_id: str, item: str, done: Callable[[Secret | None], None], failed: Failed
    ) -> Task:
        """Read the address of a download from the keychain."""
        return self.runner.run(owner, lambda _: self._owned.purchases.link(purchase_id, item), done, failed)

    def stores(self, owner: QObject, done: Callable[[tuple[KnownStore, ...]], None]) -> Task:
        """Read the list of stores."""
        return self.runner.run(owner, lambda _: self._owned.stores.all(), done)

    def add_store(self, owner: QObject, address: str, done: Callable[[KnownStore], None], failed: Failed) -> Task:
        """Look what kind of store answers at an address, and remember it."""

        def show(store: KnownStore) -> None:
            self.store_added.emit(store)
            done(store)

        return self.runner.run(owner, lambda task: self._owned.stores.add(address, task.cancellation), show, failed)
