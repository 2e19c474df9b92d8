"""The first start: three ways to begin, none of which has to be known beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from companion.ui.navigation import Destination, Page
from companion.ui.pages.bought.ask_store import AskStore
from companion.ui.pages.bought.dropped import Dropped
from companion.ui.pages.bought.paste import FILE_TYPES, PasteBox
from companion.ui.state.app_state import AppState
from companion.ui.state.offered import Offered
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, label, row


class WelcomePage(Page):
    """An e-mail, a store, or the demo; `offer` takes what was dropped, pasted or typed, `ask_demo` starts the demo."""

    def __init__(
        self, app_state: AppState, owned: OwnedState, offer: Callable[[Dropped], object], ask_demo: Callable[[], object]
    ) -> None:
        super().__init__(app_state, "Welcome to Companion")
        self._owned, self._offer, self._ask_demo = owned, offer, ask_demo
        self._box = PasteBox()
        self._box.offered.connect(self._offer)
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
        look = button("Look at it", self._look, "primary", name="Look at what was pasted or typed")
        card.add(
            label("Drop or paste the confirmation e-mail", "heading"),
            label("From any shop, anywhere on this window. Nothing is added before you have seen it.", "muted"),
            self._box,
            row(look, button("Open a file…", self._open), None),
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
        self._box.setFocus()

    def take_focus(self) -> None:
        self._box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave_page(self) -> None:
        """An old error is none of the next visit."""
        self._store.forget()

    def holds_work(self) -> bool:
        return bool(self._box.toPlainText()) or self._store.holds_work

    def _look(self) -> None:
        text = self._box.toPlainText()
        if not text.strip():
            self._box.setFocus()
            return
        self._box.clear()
        self._offer(Dropped(Offered(texts=(("What you typed", text),))))

    def _open(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Open e-mails or texts", str(Path.home()), FILE_TYPES)
        if chosen:
            self._offer(Dropped(Offered(files=tuple(Path(path) for path in chosen))))
