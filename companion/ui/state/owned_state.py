"""What is owned, whatever shop it came from: the purchases that pages show, and the work pages may start on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from companion.domain.purchases.facts import SourceKind
from companion.domain.purchases.receipts import receipts_about
from companion.domain.purchases.values import STORE_API
from companion.ui.state.download_state import DownloadState
from companion.ui.state.offered import Intaken, Offered, recognise_all
from companion.ui.state.tasks import Task, TaskRunner

if TYPE_CHECKING:
    from companion.domain.connectors.answers import StoreAnswer
    from companion.domain.connectors.capabilities import Capabilities
    from companion.domain.core.errors import CompanionError
    from companion.domain.core.model import Secret
    from companion.domain.purchases.draft import Draft
    from companion.domain.purchases.facts import Field
    from companion.domain.purchases.purchase import Overview, Product
    from companion.domain.purchases.receipts import EmailReceipt
    from companion.domain.support.makers_desk import DirectoryDesk
    from companion.domain.transfers.left_downloads import LeftDownload
    from companion.services.container.owned import Owned
    from companion.services.purchases.activations import Changed
    from companion.services.purchases.refresh import Refreshed
    from companion.services.purchases.registry import Added, Removed
    from companion.services.purchases.stores import AddedStore
    from companion.services.storage.records import KnownStore

    Failed = Callable[[CompanionError], None]

_LOOK_EVERY_MS = 15 * 60 * 1000
"""So often it is looked which stores are to be asked; how often each is asked is planned for each of them."""
_SHOWN_EVERY_MS = 500
"""So often what stores have answered is shown while others are still being asked."""


class _Read(NamedTuple):
    """What the library holds of purchases, and whether that is other than what was shown before."""

    purchases: tuple[Overview, ...]
    by_id: dict[str, Overview]
    capabilities: dict[str, Capabilities]
    receipts: tuple[EmailReceipt, ...]
    news: bool


def _call_all(calls: Iterable[Callable[[], None]]) -> None:
    for call in calls:
        call()


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
        self._by_id: dict[str, Overview] = {}
        self.capabilities: dict[str, Capabilities] = {}
        """What programs can do at the store of a purchase, by its id; without an entry they can do nothing."""
        self._receipts: tuple[EmailReceipt, ...] = ()
        self.downloads = DownloadState(lambda: owned.asking.downloads, runner)
        """The downloads of purchases, each by the purchase's id and the item."""
        self.answers: dict[str, StoreAnswer] = {}
        """What the store of a purchase answered last, by its id."""
        self._loading: list[Callable[[], None]] | None = None
        self._waiting: list[Callable[[], None]] | None = None
        self._asking: Task | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._ask_due)
        self._soon = QTimer(self, singleShot=True, interval=_SHOWN_EVERY_MS)
        self._soon.timeout.connect(self.load)

    def now(self) -> dt.datetime:
        """The current moment."""
        return self._owned.clock()

    def purchase(self, purchase_id: str) -> Overview | None:
        """Returns one purchase, or None."""
        return self._by_id.get(purchase_id)

    def receipts_of(self, found: Overview) -> tuple[EmailReceipt, ...]:
        """Returns the receipts of a purchase that came by e-mail, newest first."""
        return receipts_about(found, self._receipts)

    def load(self, done: Callable[[], None] | None = None) -> None:
        """Show what the library holds; `done` is called when that is what it held at this moment or later.

        What is asked for while it is being read is read once more afterwards, however often it was asked for.
        """
        asking = [done] if done is not None else []
        if self._loading is not None:
            self._waiting = [*(self._waiting or ()), *asking]
            return
        self._loading = asking
        shown = (self.purchases, self.capabilities, self._receipts)
        self.runner.run(self, lambda _: self._read(shown), self._loaded, self._not_loaded, in_turn=True)

    def _read(self, shown: object) -> _Read:
        self.downloads.look()
        # Orders of the Store API are purchases too.
        self._owned.mirror.run()
        found = self._owned.purchases.all()
        connectors = self._owned.asking.refresh.connectors_of(found)
        can = {id_: connector.capabilities for id_, connector in connectors.items()}
        receipts = self._owned.library.email_receipts()
        news = (found, can, receipts) != shown
        return _Read(found, {each.id: each for each in found}, can, receipts, news)

    def _loaded(self, read: _Read) -> None:
        self.purchases, self._by_id, self.capabilities = read.purchases, read.by_id, read.capabilities
        self._receipts = read.receipts
        if read.news:
            self.changed.emit()
        self._end_loading()

    def _not_loaded(self, error: CompanionError) -> None:
        self.news.emit(error.title, f"{error.message} {error.hint}", None)
        self._end_loading()

    def _end_loading(self) -> None:
        done, waiting = self._loading or (), self._waiting
        self._loading = self._waiting = None
        if waiting is not None:
            self.load(lambda: _call_all(waiting))
        _call_all(done)

    # Asking the stores

    def start_asking(self) -> None:
        """Ask the stores whose time has come, now and from then on."""
        self._timer.start()
        self._ask_due()

    def stop_asking(self) -> None:
        """Ask no more by itself."""
        self._timer.stop()
        self._soon.stop()

    def _ask_due(self) -> None:
        self._ask(lambda task, told: self._owned.asking.refresh.due(task.cancellation, told))

    def refresh(self) -> None:
        """Ask every store about everything; each on its own, so that one without an answer holds up no other."""
        self._ask(lambda task, told: self._owned.asking.refresh.all(task.cancellation, told))

    def _ask(self, work: Callable[[Task, Callable[[Refreshed], None]], Iterable[Refreshed]]) -> None:
        if self._asking is not None and self._asking.running:
            return

        def asked(task: Task) -> Iterable[Refreshed]:
            return work(task, lambda _: task.report(None))

        self._asking = self.runner.run(self, asked, self._answered, progress=lambda _: self._show_soon())

    def _show_soon(self) -> None:
        """What comes of each store is shown as it comes; of thousands of purchases, not after each single one."""
        if not self._soon.isActive():
            self._soon.start()

    def _answered(self, found: Iterable[Refreshed]) -> None:
        self.answers |= {each.purchase_id: each.answer for each in found}
        self.load(self.changed.emit)

    def ask_about(self, owner: QObject, purchase_id: str, done: Callable[[StoreAnswer], None], failed: Failed) -> Task:
        """Ask the store about one purchase."""

        def show(found: Refreshed) -> None:
            self.answers[purchase_id] = found.answer
            self.changed.emit()
            self.load(lambda: done(found.answer))

        work = self._owned.asking.refresh.one
        return self.runner.run(owner, lambda task: work(purchase_id, task.cancellation), show, failed)

    # Recognising

    def recognise(
        self, owner: QObject, offered: Offered, done: Callable[[Intaken], None], progress: Callable[[float], None],
        cancelled: Callable[[], None],
    ) -> Task:  # fmt: skip
        """Find out what was offered; an input that cannot be read keeps no other from being read."""
        return self.runner.run(
            owner,
            lambda task: recognise_all(self._owned.intake, offered, task),
            done,
            progress=progress,
            cancelled=cancelled,
        )

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
            lambda _: self._owned.purchases.add_all(drafts),
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

    def change_seat(
        self, owner: QObject, purchase_id: str, product: Product, take: bool, done: Callable[[Changed], None],
        failed: Failed,
    ) -> Task:  # fmt: skip
        """Take (or free) the seat of this PC at the store; the person has agreed."""
        seats = self._owned.asking.activations
        work = seats.activate if take else seats.deactivate
        return self.runner.run(
            owner,
            lambda task: work(purchase_id, product, task.cancellation),
            lambda changed: self.load(partial(done, changed)),
            failed,
        )

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
        """Forget a purchase and its unfinished downloads; what `done` gets puts the purchase back."""

        def removed(held: Removed) -> None:
            self.downloads.remove_order(purchase_id)
            self.load(partial(done, held))

        return self.runner.run(owner, lambda _: self._owned.purchases.remove(purchase_id), removed, failed)

    def forget_order(self, store: str, number: str, done: Callable[[tuple[Removed, ...]], None]) -> None:
        """Forget what is known of a purchase only because it was an order of `store`; what others say stays.

        What `done` gets can be given to `put_back`.
        """

        def goes(found: Overview) -> bool:
            same = (found.store.address or "").rstrip("/") == store.rstrip("/") and found.order_number == number
            return same and all(fact.source.kind is SourceKind.STORE for fact in found.facts)

        def work(_: Task) -> tuple[Removed, ...]:
            purchases = self._owned.purchases
            return tuple(purchases.remove(found.id) for found in purchases.all() if goes(found))

        self.runner.run(self, work, lambda held: self.load(partial(done, held)))

    def put_back(self, held: Iterable[Removed], done: Callable[[], None]) -> None:
        """Undo `remove` or `forget_order`."""

        def work(_: Task) -> None:
            for each in held:
                self._owned.purchases.put_back(each)

        self.runner.run(self, work, lambda _: self.load(done))

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

    def start_download(self, found: Overview, item: str) -> None:
        """Download a file of a purchase; one that is under way or was paused goes on."""
        work = self._owned.asking.downloads.queue_entry
        self.runner.run(self, lambda _: work(found, item), self.downloads.start)

    # What is left of downloads

    def left_downloads(self) -> tuple[LeftDownload, ...]:
        """Returns what is left of unfinished downloads of what is gone, without those to be kept; blocks."""
        return tuple(each for each in self._owned.left_downloads.found() if not each.kept)

    def keep_left(self, left: LeftDownload, done: Callable[[], None]) -> None:
        """Remember that what is left of a download is kept."""
        self.runner.run(self, lambda _: self._owned.left_downloads.keep(left), lambda _: done())

    def remove_left(self, left: LeftDownload, done: Callable[[], None]) -> None:
        """Delete what is left of a download."""
        self.runner.run(self, lambda _: self._owned.left_downloads.remove(left), lambda _: done())

    def support_desk(self, owner: QObject, purchase_id: str, done: Callable[[DirectoryDesk | None], None]) -> None:
        """Find the support of a purchase in the directory of makers."""

        def work(_: Task) -> DirectoryDesk | None:
            from companion.domain.support.makers_desk import directory_desk

            return directory_desk(self._owned.purchases.get(purchase_id), self._owned.directory.current)

        self.runner.run(owner, work, done)

    def stores(self, owner: QObject, done: Callable[[tuple[KnownStore, ...]], None]) -> Task:
        """Read the list of stores."""
        return self.runner.run(owner, lambda _: self._owned.stores.all(), done)

    def other_stores(self, owner: QObject, but: str, done: Callable[[tuple[str, ...]], None]) -> None:
        """Find the addresses of stores with the Store API that were added or have orders, without the one `but`."""

        def work(_: Task) -> tuple[str, ...]:
            offering = (store.address for store in self._owned.stores.all() if store.kind == STORE_API)
            known = dict.fromkeys((*self._owned.library.stores_with_orders(), *offering))
            return tuple(address for address in known if address.rstrip("/") != but.rstrip("/"))

        self.runner.run(owner, work, done)

    def add_store(self, owner: QObject, typed: str, done: Callable[[AddedStore], None], failed: Failed) -> Task:
        """Look what kind of store answers at an address, or at that of a name, and remember it."""

        def show(added: AddedStore) -> None:
            self.store_added.emit(added.store)
            done(added)

        def work(task: Task) -> AddedStore:
            from companion.domain.directory.store_names import store_address

            address = store_address(typed, self._owned.directory.current)
            return self._owned.stores.add(address, task.cancellation)

        return self.runner.run(owner, work, show, failed)
