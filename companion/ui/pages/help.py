"""Help: articles for every question, the right support number for this PC, and the case file."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QTextBrowser

from companion.domain.facts import Machine
from companion.domain.help_text import Article
from companion.domain.orders import Order
from companion.domain.profile import Profile
from companion.domain.support import RightNumber, opening, opening_sentence, right_number
from companion.services.help import Hit
from companion.ui.desk import Desk
from companion.ui.pages.page import Destination, Page
from companion.ui.tasks import Task
from companion.ui.widgets.basic import Card, button, chip, clear, column, label, row

_MOST_HITS = 6


class HelpPage(Page):
    """Search as one types; below it the number that is right for this PC."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Help")
        self._number = ""
        self._maker: str | None = None
        self._searching: Task | None = None
        self._field = QLineEdit()
        self._field.setPlaceholderText("What is it about? For example: installer close browser")
        self._field.setAccessibleName("Search the help")
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._search)
        self._results = column(spacing=2)
        self._article = ArticleView()
        self._article.hide()
        self._support = column(spacing=0)
        search = Card(spacing=12)
        search.add(self._field, self._results)
        self.add(search, self._article, self._support)
        desk.changed.connect(self.show_values)

    def arrive(self, destination: Destination) -> None:
        self._number = destination.number
        self.show_values()
        if destination.item:
            self._open(destination.item)
        elif not self._field.text():
            self._search("")
        self._field.setFocus()
        machine = self.desk.services.this_pc
        self.desk.runner.run(self, lambda _: machine.machine().value, self._know_machine)

    # Articles

    def _search(self, text: str) -> None:
        """Look for what was typed; an older search that is still under way is dropped."""
        if self._searching is not None:
            self._searching.cancel()
        search = self.desk.services.help
        profile = self.desk.snapshot.profile

        def work(_: Task) -> tuple[Hit, ...]:
            if profile is not None:
                search.use(profile)
            if text.strip():
                return search.search(text, _MOST_HITS)
            return tuple(Hit(name=found.name, title=found.title, excerpt="") for found in search.articles)

        self._searching = self.desk.runner.run(self, work, partial(self._show_hits, text))

    def _show_hits(self, text: str, hits: tuple[Hit, ...]) -> None:
        clear(self._results)
        if not hits:
            self._results.addWidget(label(f"Nothing was found for “{text.strip()}”. Try one word less.", "muted"))
        for hit in hits if text.strip() else hits[:_MOST_HITS]:
            self._results.addLayout(row(button(hit.title, partial(self._open, hit.name), "link"), None))
            if hit.excerpt:
                self._results.addWidget(label(hit.excerpt, "small"))
        if not text.strip() and len(hits) > _MOST_HITS:
            every = button(f"Show all {len(hits)} topics", partial(self._show_all, hits), "link")
            self._results.addLayout(row(every, None))

    def _show_all(self, hits: tuple[Hit, ...]) -> None:
        clear(self._results)
        for hit in hits:
            self._results.addLayout(row(button(hit.title, partial(self._open, hit.name), "link"), None))

    def _open(self, name: str) -> None:
        search = self.desk.services.help
        self.desk.runner.run(self, lambda _: search.article(name), self._show_article)

    def _show_article(self, article: Article | None) -> None:
        self._article.setVisible(article is not None)
        if article is not None:
            self._article.show_article(article)

    # Support

    def _know_machine(self, machine: Machine | None) -> None:
        self._maker = machine.maker if machine is not None else None
        self.show_values()

    def show_values(self) -> None:
        clear(self._support)
        profile = self.desk.snapshot.profile
        if profile is not None:
            self._support.addWidget(self._support_card(profile))

    def _order(self) -> Order | None:
        orders = [known.order for known in self.desk.snapshot.orders if known.order is not None]
        named = [order for order in orders if order.number == self._number]
        return max(named or orders, key=lambda order: order.placed_at, default=None)

    def _support_card(self, profile: Profile) -> Card:
        order = self._order()
        product = order.licences[0].product_id if order is not None and order.licences else None
        country = order.country if order is not None else None
        found = right_number(profile.support, self._maker, product, country, self.desk.format.language)
        card = Card(spacing=8)
        card.add(label("Talk to a person", "heading"))
        if found is None:
            card.add(label(f"{profile.store.name} names no support number for this PC."))
            return card
        self._fill(card, found)
        return card

    def _fill(self, card: Card, found: RightNumber) -> None:
        state = opening(found.entry, self.desk.now(), self.desk.services.zone)
        phone = label(spaced(found.entry.phone), "big", wrap=False, selectable=True)
        phone.setAccessibleName(f"Support number {found.entry.phone}")
        now = chip("Open now", "ok") if state.is_open else chip("Closed now", "attention")
        card.add(
            row(phone, now, None),
            label(f"{found.entry.name}. {opening_sentence(state, self.desk.format.moment)}"),
            label(found.why, "muted"),
            label("Numbers found by searching the web can be scams. This one comes from the store itself.", "small"),
        )


class ArticleView(Card):
    """One article, as tall as its text."""

    def __init__(self) -> None:
        super().__init__(spacing=8)
        self._title = label("", "heading")
        self._text = QTextBrowser()
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setOpenLinks(False)
        self._text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._text.setStyleSheet("border: none; padding: 0; background: transparent;")
        self._text.document().setDocumentMargin(0)
        self._text.document().documentLayout().documentSizeChanged.connect(
            lambda size: self._text.setFixedHeight(int(size.height()) + 4)
        )
        head = row(spacing=8)
        head.addWidget(self._title, 1)
        head.addWidget(button("Close", self.hide, "link", name="Close the article"))
        self.add(head, self._text)

    def show_article(self, article: Article) -> None:
        """Show an article of our own: its Markdown may hold emphasis and lists, nothing else."""
        self._title.setText(article.title)
        self._text.setAccessibleName(article.title)
        self._text.setMarkdown(article.body)


def spaced(phone: str) -> str:
    """An E.164 number in groups that can be read aloud: North American ones as they are written there."""
    if phone.startswith("+1") and len(phone) == 12:
        return f"+1 {phone[2:5]} {phone[5:8]} {phone[8:]}"
    rest = phone[3:]
    return " ".join((phone[:3], *(rest[start : start + 3] for start in range(0, len(rest), 3))))
