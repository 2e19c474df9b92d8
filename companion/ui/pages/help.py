"""Help: articles for every question, the right support number for this PC, and the case file."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QTextBrowser, QWidget

from companion.domain.core.model import EARLIEST
from companion.domain.support.help_articles import Article
from companion.domain.support.hotline import SupportContact, order_meant, shown_phone
from companion.domain.support.opening_hours import OpenState, opening_sentence, state_words
from companion.services.store.orders import Orders
from companion.services.support.case_file import CaseFileWriter
from companion.services.support.case_values import CaseAbout
from companion.services.support.help_search import HelpSearch, Hit
from companion.ui.dialogs.case_file import show_case_file
from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.support import SUPPORT, contact_of
from companion.ui.widgets.basic import Card, button, chip, clear, column, facts_grid, label, line, row
from companion.ui.widgets.choice import Choice

_MOST_HITS = 6
_TONES = {OpenState.OPEN: "ok", OpenState.ALWAYS: "ok", OpenState.CLOSED: "attention", OpenState.UNKNOWN: ""}


class HelpPage(Page):
    """Search as one types; below it the number that is right for this PC."""

    def __init__(self, app_state: AppState, articles: HelpSearch, case_files: CaseFileWriter, orders: Orders) -> None:
        super().__init__(app_state, "Help")
        self._articles, self._case_files, self._orders = articles, case_files, orders
        self._number = ""
        self._searching: Task | None = None
        self._field = QLineEdit()
        self._field.setPlaceholderText("What is it about? For example: installer close browser")
        self._field.setAccessibleName("Search the help")
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._search)
        self._results = column(spacing=2)
        self._article = ArticleView()
        self._article.hide()
        self._field.textEdited.connect(lambda _: self._article.hide())
        self._support = column(spacing=14)
        search = Card(spacing=12)
        search.add(self._field, self._results)
        self.add(search, self._article, self._support)
        app_state.changed.connect(self.show_values)

    def arrive(self, destination: Destination) -> None:
        self._number = destination.number
        self.show_values()
        if not self._field.text():
            self._search("")
        if destination.item == SUPPORT:
            self._article.hide()
            self.keep_in_sight(self._number_card)
            return
        if destination.item:
            self._open(destination.item)
        self._field.setFocus()

    # Articles

    def _search(self, text: str) -> None:
        """Look for what was typed; an older search that is still under way is dropped."""
        if self._searching is not None:
            self._searching.cancel()
        search = self._articles
        profile = self.app_state.snapshot.profile

        def work(_: Task) -> tuple[Hit, ...]:
            if profile is not None:
                search.use(profile)
            if text.strip():
                return search.search(text, _MOST_HITS)
            return tuple(Hit(name=found.name, title=found.title, excerpt="") for found in search.articles)

        self._searching = self.app_state.runner.run(self, work, partial(self._show_hits, text))

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
        search = self._articles
        self.app_state.runner.run(self, lambda _: search.article(name), self._show_article)

    def _show_article(self, article: Article | None) -> None:
        self._article.setVisible(article is not None)
        if article is not None:
            self._article.show_article(article)
            self.keep_in_sight(lambda: self._article)

    # Support

    def show_values(self) -> None:
        with self.keeping_focus():
            self._render()

    def _render(self) -> None:
        clear(self._support)
        if self.app_state.snapshot.profile is not None:
            self._support.addWidget(self._support_card())
        self._support.addWidget(self._case_card())

    def _number_card(self) -> QWidget | None:
        first = self._support.itemAt(0)
        return first.widget() if first is not None else None

    def _support_card(self) -> Card:
        card = Card(spacing=8)
        card.add(label("Talk to a person", "heading"))
        contact = contact_of(self.app_state, self._number)
        profile = self.app_state.snapshot.profile
        if contact is None:
            name = profile.store.name if profile is not None else "The store"
            card.add(label(f"{name} names no support number for this PC."))
            return card
        entry = contact.entry
        phone = label(shown_phone(entry), "big", wrap=False, selectable=True)
        phone.setAccessibleName(f"Support number {entry.phone}")
        opens = row(chip(state_words(contact.opening.state), _TONES[contact.opening.state]))
        opens.addWidget(label(f"{entry.name}. {opening_sentence(contact.opening, self.app_state.format.moment)}"), 1)
        card.add(
            row(phone, None),
            opens,
            facts_grid(self._reasons(contact)),
            label("Numbers found by searching the web can be scams. This one comes from the store itself.", "small"),
        )
        return card

    @staticmethod
    def _reasons(found: SupportContact) -> list[tuple[str, str]]:
        """What the number was chosen by, and why."""
        pc = " ".join(part for part in (found.maker, found.model) if part) or "Its maker is not known"
        facts = [("This PC", pc)]
        if found.product is not None:
            facts.append(("Product", found.product))
        if found.country is not None:
            country = QLocale.territoryToString(QLocale.codeToTerritory(found.country))
            facts.append(("Country", country or found.country))
        return [*facts, ("Why this one", found.why)]

    def _which_order(self, number: str) -> QHBoxLayout:
        """The order that support is asked about: it also decides which number is the right one."""
        orders = list(self.app_state.snapshot.orders_read)
        orders.sort(key=lambda order: order.placed_at or EARLIEST, reverse=True)
        numbers = [order.number for order in orders]
        texts = [": ".join((order.number, *(item.name for item in order.line_items[:1]))) for order in orders]
        choice = Choice(self.app_state.theme, "The order it is about", texts, numbers.index(number))
        choice.activated.connect(lambda place: self._ask_about(numbers[place]))
        made = row(label("It is about", "muted", wrap=False), spacing=12)
        made.addWidget(choice, 1)
        return made

    def _ask_about(self, number: str) -> None:
        self._number = number
        self.show_values()

    def _show_case_file(self, number: str) -> None:
        show_case_file(self.window(), self.app_state, self._case_files, self._orders, CaseAbout(number or None))

    def _case_card(self) -> Card:
        card = Card(spacing=8)
        orders = self.app_state.snapshot.orders_read
        order = order_meant(orders, self._number)
        number = order.number if order is not None else ""
        open_it = button("Case file…", partial(self._show_case_file, number))
        card.add(
            label("Everything support needs to know", "heading"),
            label(
                "The case file holds what was tried, errors with their codes, versions and what was found on this PC. "
                "You read it first; then save it, or send it and get a case number."
            ),
        )
        if number:
            card.add(self._which_order(number))
        card.add(row(open_it, None))
        for known in self.app_state.snapshot.cases:
            form = self.app_state.format
            card.add(
                line(),
                label(f"Case {known.case.case_number}: {known.summary}", "strong", selectable=True),
                label(
                    f"Sent on {form.moment(known.opened_at)} about order {known.order_number}. "
                    f"An answer comes by {form.moment(known.case.answer_by)}.",
                    "muted",
                ),
            )
        return card


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
