"""Add what you bought: one page to drop, paste or type an e-mail, a key, a link or an order number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from companion.domain.core.text import counted
from companion.domain.mail.inputs import InputKind, Recognised
from companion.services.purchases.registry import Added, AddedKind
from companion.services.store.keychain.keychain import Kept
from companion.ui.navigation import Destination, Page
from companion.ui.pages.bought.by_hand import ByHandCard
from companion.ui.pages.bought.confirm import KIND_WORDS, ConfirmCard
from companion.ui.pages.bought.dropped import Dropped
from companion.ui.pages.bought.found_list import FoundList
from companion.ui.pages.bought.paste import PasteEntry
from companion.ui.state.app_state import AppState
from companion.ui.state.offered import Intaken
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.store_book import StoreBook
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import Card, IconLabel, button, clear, column, label, row
from companion.ui.widgets.notice import Notice

BY_HAND = "by-hand"
_MOST_NOTICES = 3


class BoughtPage(Page):
    """Shows one thing at a time: the place to drop, what was recognised, or the form to type it.

    `ask_demo` starts the demo in a window of its own.
    """

    def __init__(self, app_state: AppState, owned: OwnedState, book: StoreBook, ask_demo: Callable[[], object]) -> None:
        super().__init__(app_state, "Add what you bought")
        self._owned, self._book, self._ask_demo = owned, book, ask_demo
        self._task: Task | None = None
        self._left: list[Recognised] = []
        self._news = column(spacing=8)
        self._view = column(spacing=14)
        self.add(self._news, self._view)
        self._entry: PasteEntry | None = None
        self._form: ByHandCard | None = None
        self._show_entry()

    def arrive(self, destination: Destination) -> None:
        if destination.item == BY_HAND and self._form is None:
            self._type_it()
        elif not self.holds_work():
            self._back_to_entry()

    def holds_work(self) -> bool:
        typed = any(part is not None and part.holds_work for part in (self._entry, self._form))
        return typed or bool(self._left) or (self._task is not None and self._task.running)

    def take_focus(self) -> None:
        (self._entry.box if self._entry is not None else self.title).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave_page(self) -> None:
        if self._entry is not None:
            self._entry.forget()
        if self._task is not None:
            self._task.cancel()

    # The place to drop

    def _show(self, *parts: QWidget) -> None:
        clear(self._view)
        self._entry = self._form = None
        for part in parts:
            self._view.addWidget(part)
        self.scroll_to_top()

    def _show_entry(self) -> PasteEntry:
        self._left = []
        entry = PasteEntry()
        entry.offered.connect(self.offer)
        self._show(self._drop_area(entry), self._other_ways())
        self._entry = entry
        return entry

    def _drop_area(self, entry: PasteEntry) -> Card:
        card = Card(spacing=12)
        card.setObjectName("drop")
        mail = IconLabel(self.app_state.theme, "downloads", "accent", 40)
        card.body.addWidget(mail, 0, Qt.AlignmentFlag.AlignHCenter)
        title = label("Drop the e-mail of any shop here", "heading")
        words = label(
            "The order confirmation, or the mail with your licence key. A saved e-mail, a whole mailbox, a web page, "
            "or text dragged out of your mail program. Nothing is added before you have seen it.",
            "muted",
        )
        for part in (title, words):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        card.add(title, words, entry)
        return card

    def _other_ways(self) -> Card:
        card = Card(spacing=10)
        go = self.navigation_requested.emit
        ways: list[tuple[str, str, Callable[[], object]]] = [
            ("Add by hand", "A product, its order number or key, and a date.", self._type_it),
            ("Add a store", "A shop that Companion can ask by itself.", lambda: go(Destination("stores"))),
        ]
        for state in self._book.states:
            name = self._book.name_where_several(state)
            text = f"Add an order of {name}" if name else "Add an order"
            there = Destination("add", store=state.store)
            ways.append((text, "By its number and password, or by e-mail and card.", partial(go, there)))
        ways.append(("Try the demo", "Invented purchases in a window of their own; nothing of yours is touched.",
                     self._ask_demo))  # fmt: skip
        for text, about, work in ways:
            press = button(text, work)
            press.setMinimumWidth(140)
            line = row(press, spacing=14)
            line.addWidget(label(about, "muted"), 1)
            card.add(line)
        return card

    def _type_it(self) -> None:
        card = ByHandCard(self._owned, self.app_state.theme)
        card.added.connect(lambda added: self._done((added,)))
        card.closed.connect(self._back_to_entry)
        self._tell()
        self._show(card)
        self._form = card
        card.start()

    def _back_to_entry(self) -> None:
        self._show_entry().box.setFocus()

    # Recognising

    def offer(self, dropped: Dropped) -> None:
        """Look at what was dropped, pasted or chosen."""
        if self._task is not None:
            self._task.cancel()
        self._tell()
        if dropped.hint:
            title = "This could not be taken" if dropped.offered.empty else "Not everything could be taken"
            self._tell(Notice(title, dropped.hint, tone="attention", closable=False))
        if dropped.offered.empty:
            self._show_entry()
            return
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Progress of reading")

        def progress(share: float) -> None:
            bar.setRange(0, 1000)
            bar.setValue(int(share * 1000))

        stop = button("Cancel", self._cancel)
        card = Card()
        card.add(label("Looking at it…", "heading"), bar, row(stop, None))
        self._show(card)
        stop.setFocus()
        self._task = self._owned.recognise(self, dropped.offered, self._recognised, progress, self._back_to_entry)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _recognised(self, intaken: Intaken) -> None:
        self._tell_of_troubles(intaken)
        self._left = [each for each in intaken.found if each.draft is not None]
        store = next((each.address for each in intaken.found if each.kind is InputKind.STORE_ADDRESS), None)
        if self._left:
            self._show_left()
        elif store is not None:
            self._show_entry()
            self.navigation_requested.emit(Destination("stores", item=store))
        else:
            self._back_to_entry()

    def _tell_of_troubles(self, intaken: Intaken) -> None:
        for error in intaken.troubles[:_MOST_NOTICES]:
            self._news.addWidget(Notice.of_error(error, closable=False))
        unknown = [each for each in intaken.found if each.draft is None and each.kind is not InputKind.STORE_ADDRESS]
        for each in unknown[:_MOST_NOTICES]:
            self._news.addWidget(self._not_recognised(each))
        untold = len(unknown[_MOST_NOTICES:]) + len(intaken.troubles[_MOST_NOTICES:])
        if untold:
            words = "Drop fewer at once to see what each of them is."
            self._news.addWidget(Notice(f"{untold} more could not be used", words, tone="attention", closable=False))
        if not intaken.found and not intaken.troubles:
            words = "There is no e-mail about a purchase in it."
            self._tell(Notice("Nothing was found", words, tone="attention", closable=False))
        if intaken.cut:
            words = f"These are the first {len(intaken.found)}. Add them, then open the mailbox again."
            self._news.addWidget(Notice("There is more", words, closable=False))

    def _not_recognised(self, each: Recognised) -> Notice:
        if each.warning is not None:
            return Notice("Be careful with this one", each.warning, tone="over", closable=False)
        hint = " ".join(each.doubts) or "You can paste the text of the e-mail, or type three fields by hand."
        title = f"{KIND_WORDS[each.kind]}: {each.input}"
        return Notice(title, each.reason, hint, tone="attention", closable=False,
                      actions=(("Add by hand", self._type_it),))  # fmt: skip

    def _show_left(self) -> None:
        """Show the only thing there is, or the list of all."""
        if len(self._left) == 1:
            self._look_at(0)
            return
        found = FoundList(self._owned, tuple(self._left), self._back_to_entry)
        found.look.connect(self._look_at)
        found.added.connect(partial(self._listed, found))
        self._show(found)
        found.start()

    def _look_at(self, place: int) -> None:
        each = self._left[place]
        if each.draft is None:
            return
        back = self._show_left if len(self._left) > 1 else None
        card = ConfirmCard(self._owned, each, each.draft, back)
        card.added.connect(partial(self._one_added, each))
        card.refused.connect(partial(self._put_aside, each))
        self._show(card)
        card.start()

    # What came of it

    def _put_aside(self, each: Recognised) -> None:
        self._left.remove(each)
        if self._left:
            self._show_left()
        else:
            self._tell()
            self._back_to_entry()

    def _one_added(self, each: Recognised, added: Added) -> None:
        self._left.remove(each)
        self._done((added,))

    def _listed(self, shown: FoundList, outcomes: tuple[Added, ...]) -> None:
        """What may belong to a known purchase stays on the list, to be looked at one by one."""
        asked = shown.marked_of(outcomes, AddedKind.ASK)
        unmarked = shown.unmarked()
        self._left = [each for each in self._left if each in asked or each in unmarked]
        self._done(tuple(each for each in outcomes if each.kind is not AddedKind.ASK))

    def _done(self, outcomes: tuple[Added, ...]) -> None:
        if self._left:
            self._show_left()
        elif len(outcomes) == 1 and outcomes[0].purchase_id is not None:
            self._show_entry()
            self.navigation_requested.emit(Destination("purchase", outcomes[0].purchase_id))
        else:
            self._show_entry()
            self.navigation_requested.emit(Destination("home"))
        if outcomes:
            self._tell_added(outcomes)

    def _tell_added(self, outcomes: tuple[Added, ...]) -> None:
        new = sum(each.kind is AddedKind.ADDED for each in outcomes)
        first = self._owned.purchase(outcomes[0].purchase_id or "")
        name = first.name if first is not None else "The purchase"
        title = f"{name} was added" if len(outcomes) == 1 else f"{counted(len(outcomes), 'purchase')} added"
        if len(outcomes) == 1 and not new:
            title = f"{name} knows more now"
        kept = "Keys and links are in the keychain, and nowhere else."
        if any(each.kept is Kept.SESSION for each in outcomes):
            kept = "There is no keychain: keys and links are gone when Companion is closed."
        self._owned.news.emit(title, kept, partial(self._owned.undo_adding, self._owned, outcomes, self._undone))

    def _undone(self) -> None:
        self.navigation_requested.emit(Destination("home"))

    def _tell(self, notice: Notice | None = None) -> None:
        clear(self._news)
        if notice is not None:
            self._news.addWidget(notice)
