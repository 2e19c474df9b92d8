"""The stores with the Store API that the window shows, each with a state of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from companion.ui.state.app_state import AppState

if TYPE_CHECKING:
    from companion.domain.overview.product_cards import ProductCard
    from companion.services.store.orders import Orders
    from companion.services.support.case_file import CaseFileWriter


class CaseDesk(NamedTuple):
    """What writes the case files of a store, and what sends them."""

    writer: CaseFileWriter
    orders: Orders


class StoreBook(QObject):
    """Holds one `AppState` for each store; each is read by itself, so that none holds up or hides another.

    `case_desks` has what builds the desk for the case files of each store, by its address.

    `changed` is emitted whenever one of them is replaced, `working` when the first starts asking its store and when the
    last has ended, `added` with each further state.
    """

    changed = Signal()
    working = Signal(bool)
    added = Signal(object)

    def __init__(self, first: AppState) -> None:
        super().__init__()
        self._states: list[AppState] = []
        self._busy: set[str] = set()
        self.case_desks: dict[str, Callable[[], CaseDesk]] = {}
        self.add(first)

    def add(self, state: AppState) -> None:
        """Show one more store."""
        self._states.append(state)
        state.changed.connect(self.changed)
        state.working.connect(lambda busy: self._count(state.store, busy))
        self.added.emit(state)

    def _count(self, store: str, busy: bool) -> None:
        before = bool(self._busy)
        (self._busy.add if busy else self._busy.discard)(store)
        if before != bool(self._busy):
            self.working.emit(bool(self._busy))

    @property
    def states(self) -> tuple[AppState, ...]:
        """The states of all stores that can be asked."""
        return tuple(state for state in self._states if state.has_store)

    def state(self, store: str) -> AppState | None:
        """Returns the state of a store, by its address."""
        return next((state for state in self._states if state.store == store), None)

    def cards(self) -> Iterator[tuple[AppState, ProductCard]]:
        """Yields every card, with the state of its store."""
        for state in self.states:
            for card in state.snapshot.cards:
                yield state, card

    def orders(self) -> tuple[tuple[str, str], ...]:
        """Returns the address of its store and the number of every order that has been read."""
        return tuple(
            (state.store, known.number) for state in self.states for known in state.snapshot.orders if known.order
        )

    def name_where_several(self, state: AppState) -> str:
        """Returns the name of a store where there are several, else nothing: one store needs no name."""
        if len(self.states) < 2:
            return ""
        profile = state.snapshot.profile
        return profile.store.name if profile is not None else state.store.partition("://")[2]

    def refresh(self) -> None:
        """Ask every store; each answers for itself."""
        for state in self.states:
            state.refresh()
