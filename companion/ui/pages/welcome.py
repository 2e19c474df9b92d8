"""The first start: three ways to begin, none of which has to be known beforehand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from companion.ui.navigation import Destination, Page
from companion.ui.pages.bought.ask_store import AskStore
from companion.ui.pages.bought.dropped import Dropped
from companion.ui.pages.bought.paste import PasteEntry
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, label, row


class WelcomePage(Page):
    """An e-mail, a store, or the demo; `offer` takes what was dropped, pasted or typed, `ask_demo` starts the demo."""

    def __init__(
        self, app_state: AppState, owned: OwnedState, offer: Callable[[Dropped], object], ask_demo: Callable[[], object]
    ) -> None:
        super().__init__(app_state, "Welcome to Companion")
        self._ask_demo = ask_demo
        self._entry = PasteEntry()
        self._entry.offered.connect(offer)
        self._store = AskStore(owned, role="")
        self._store.asked_for.connect(self.navigation_requested)
        self.add(
            label(
                "Companion keeps an eye on the software you bought: when it runs out, what you will be charged, "
                "and downloads and installations that work. Begin in one of three ways.",
                "muted",
            ),
            self._mail(),
            self._by_store(),
            self._demo(),
        )

    def _mail(self) -> Card:
        card = Card(spacing=12)
        card.setObjectName("drop")
        card.add(
            label("Drop or paste the confirmation e-mail", "heading"),
            label("From any shop, anywhere on this window. Nothing is added before you have seen it.", "muted"),
            self._entry,
        )
        return card

    def _by_store(self) -> Card:
        card = Card(spacing=12)
        card.add(
            label("Type the store's name or address", "heading"),
            label("Its address is in the confirmation e-mail.", "muted"),
            self._store,
        )
        return card

    def _demo(self) -> Card:
        card = Card(spacing=12)
        about = row(spacing=12)
        about.addWidget(label("Invented purchases in a window of their own; nothing of yours is touched.", "muted"), 1)
        about.addWidget(button("Try the demo", self._ask_demo))
        card.add(label("Try it with the demo store", "heading"), about)
        return card

    def arrive(self, _destination: Destination) -> None:
        self._entry.box.setFocus()

    def take_focus(self) -> None:
        self._entry.box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave_page(self) -> None:
        """An old error is none of the next visit."""
        self._entry.forget()
        self._store.forget()

    def holds_work(self) -> bool:
        return self._entry.holds_work or self._store.holds_work
