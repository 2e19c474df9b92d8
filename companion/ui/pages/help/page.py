"""Help: articles for every question, the right support number, and the case file, for everything that was bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from companion.domain.overview.card_statement import StoreOrders
from companion.domain.overview.purchase_cards import not_ordered
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.several_stores import StoreDates
from companion.domain.support.help_articles import Article, Group
from companion.domain.support.hotline import NOTHING_STATED, Stated, products_of
from companion.domain.support.makers_desk import DirectoryDesk
from companion.domain.support.subjects import (
    DueDate,
    SupportSubject,
    order_subjects,
    purchase_subjects,
    subject_in_need,
)
from companion.services.snapshot import Snapshot
from companion.services.support.case_values import CaseAbout
from companion.services.support.help_search import HelpSearch, Hit
from companion.ui.dialogs.case_file import show_case_file
from companion.ui.navigation import Destination, Page
from companion.ui.pages.help.article import ArticleView
from companion.ui.pages.help.statement import StatementCard
from companion.ui.pages.help.support import NO_PRODUCTS, ProductChoice, product_choice, purchase_card, store_card
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.prepared import Prepared
from companion.ui.state.store_book import StoreBook
from companion.ui.state.tasks import Task
from companion.ui.support import SUPPORT
from companion.ui.widgets.basic import Card, TitleLink, button, clear, column, inside, label, line, row
from companion.ui.widgets.choice import Choice, captioned
from companion.ui.widgets.fields import ClearableField

_MOST_HITS = 6
_COLUMNS, _TWO_FIT = 2, 640


class _Shelf(NamedTuple):
    """What is known of one store, and its dates at a moment."""

    store: str
    snapshot: Snapshot
    told: StoreDates


class _Found(NamedTuple):
    """All that support can be asked about, each in words, what of it needs attention, and each store's products.

    `places` tells where each stands, `by_number` which is the order of a store and a number.
    """

    subjects: tuple[SupportSubject, ...] = ()
    texts: tuple[str, ...] = ()
    places: Mapping[SupportSubject, int] = MappingProxyType({})
    by_number: Mapping[tuple[str, str], SupportSubject] = MappingProxyType({})
    in_need: SupportSubject | None = None
    products: Mapping[str, ProductChoice] = MappingProxyType({})


class HelpPage(Page):
    """Topics and a search; an article takes their place. Below them, whom to call about what was bought."""

    def __init__(
        self, app_state: AppState, owned: OwnedState, book: StoreBook, articles: HelpSearch, opener: Opener
    ) -> None:
        super().__init__(app_state, "Help")
        self._owned, self._book, self._articles, self._opener = owned, book, articles, opener
        self._chosen: SupportSubject | None = None
        self._number = ""
        self._stated = NOTHING_STATED
        self._desks: dict[str, DirectoryDesk | None] = {}
        self._searching: Task | None = None
        self._listed: object = None
        self._field = ClearableField("Search the help", "Search the help, for example: close browser")
        self._columns = _COLUMNS
        self._field.textChanged.connect(self._search)
        self._results = column(spacing=2)
        self._topics = Card(spacing=12)
        self._topics.add(self._field, self._results)
        self._back = button("‹ All topics", self._leave_article, "link", name="All topics")
        self._back.hide()
        self._article = ArticleView()
        self._article.hide()
        self._article.asked_for.connect(self._open)
        self._article.web_page.connect(lambda url: opener.open_url(url))
        self._support = column(spacing=14)
        self.add_to_head(button("Call support", self._show_number))
        self._statement = StatementCard(app_state, self._known)
        self._found = _Found()
        self._prepared = Prepared(app_state.runner, self, self._show_found_subjects)
        self.add(self._topics, row(self._back, None), self._article, self._statement, self._support)
        self.follow(app_state.changed, book.changed, owned.changed)

    def arrive(self, destination: Destination) -> None:
        if destination.number != self._number:
            self._chosen, self._stated = None, NOTHING_STATED
            clear(self._support)  # until what it is about now is known
        self._number = destination.number
        self.show_values()
        if not self._field.text():
            self._search("")
        if destination.item == SUPPORT:
            self._show_number()
            return
        if destination.item:
            self._open(destination.item)
            return
        self._leave_article()
        self._field.setFocus()

    def take_focus(self) -> None:
        (self._field if self._field.isVisible() else self.title).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = _COLUMNS if self.width() >= _TWO_FIT else 1
        if columns != self._columns:
            self._columns = columns
            self._search(self._field.text())

    # Articles

    def _search(self, text: str) -> None:
        """Look for what was typed; an older search that is still under way is dropped."""
        if self._searching is not None:
            self._searching.cancel()
        search = self._articles
        profile = self.app_state.snapshot.profile

        def work(_: Task) -> tuple[Article, ...] | tuple[Hit, ...]:
            if profile is not None:
                search.use(profile)
            return search.search(text, _MOST_HITS) if text.strip() else search.articles

        self._searching = self.app_state.runner.run(self, work, partial(self._show_topics, text))

    def _show_topics(self, text: str, found: tuple[Article, ...] | tuple[Hit, ...]) -> None:
        listed = (text, found, self._columns)
        if listed == self._listed:
            return
        self._listed = listed
        clear(self._results)
        if not text.strip():
            self._results.addLayout(self._all_topics([each for each in found if isinstance(each, Article)]))
            return
        if not found:
            self._results.addWidget(label(f"Nothing was found for “{text.strip()}”. Try one word less.", "muted"))
        for hit in found:
            self._results.addLayout(row(button(hit.title, partial(self._open, hit.name), "link"), None))
            if isinstance(hit, Hit) and hit.excerpt:
                self._results.addWidget(label(hit.excerpt, "small"))

    def _all_topics(self, articles: list[Article]) -> QGridLayout:
        """Every topic in its group."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(14)
        for place, group in enumerate(Group):
            topics = QVBoxLayout()
            topics.setSpacing(2)
            topics.addWidget(label(group.heading, "strong"))
            for article in articles:
                if article.group is group:
                    link = TitleLink(article.title, partial(self._open, article.name), role="link")
                    # In a row of its own it takes the room that its words need, up to the whole column.
                    topics.addLayout(row(link, None))
            topics.addStretch(1)
            grid.addLayout(topics, place // self._columns, place % self._columns)
        for each in range(self._columns):
            grid.setColumnStretch(each, 1)
        return grid

    def _open(self, name: str) -> None:
        search = self._articles
        profile = self.app_state.snapshot.profile

        def work(_: Task) -> Article | None:
            if profile is not None:
                search.use(profile)
            return search.article(name)

        self.app_state.runner.run(self, work, self._show_article)

    def _show_article(self, article: Article | None) -> None:
        if article is None:
            return
        self._article.show_article(article, self._book.name_where_several(self.app_state))
        self._take_turns(reading=True)
        self.scroll_to_top()
        self._back.setFocus()

    def _leave_article(self) -> None:
        was_reading = self._article.isVisible()
        self._take_turns(reading=False)
        if was_reading:
            self.scroll_to_top()
            self._field.setFocus()

    def _take_turns(self, *, reading: bool) -> None:
        self._topics.setVisible(not reading)
        self._article.setVisible(reading)
        self._statement.setVisible(not reading)
        self._back.setVisible(reading)

    # What is known

    def _known(self) -> tuple[tuple[StoreOrders, ...], tuple[Overview, ...]]:
        stores = (
            StoreOrders(profile.store.name if (profile := state.snapshot.profile) is not None else state.store, orders)
            for state in self._book.states
            if (orders := state.snapshot.orders_read)
        )
        return tuple(stores), self._purchases()

    def _purchases(self) -> tuple[Overview, ...]:
        """The purchases of any shop, without the orders of stores that are read themselves."""
        return not_ordered(self._owned.purchases, self._book.orders())

    def _subject(self) -> SupportSubject | None:
        """What was chosen, else the order that led here, else what needs attention."""
        if self._chosen in self._found.places:
            return self._chosen
        here = self._found.by_number.get((self.app_state.store, self._number)) if self._number else None
        return here or self._found.in_need

    # Support

    def render_values(self) -> None:
        shelves = [
            _Shelf(state.store, state.snapshot, state.store_dates())
            for state in dict.fromkeys((self.app_state, *self._book.states))
        ]
        stores = frozenset(state.store for state in self._book.states)
        settings = self.app_state.reminders.settings
        self._prepared.ask(partial(_find, shelves, stores, self._owned.purchases, settings))

    def _show_found_subjects(self, found: _Found) -> None:
        self._found = found
        self._show_support()

    def _show_support(self) -> None:
        with self.keeping_focus():
            clear(self._support)
            subject = self._subject()
            if subject is not None and subject.purchase:
                self._show_purchase(subject.purchase)
            else:
                state = self._book.state(subject.store) if subject is not None else self.app_state
                if state is not None and state.snapshot.profile is not None:
                    number = subject.number if subject is not None else ""
                    products = self._found.products.get(state.store, NO_PRODUCTS)
                    self._support.addWidget(store_card(state, number, self._stated, products, self._say))
            self._support.addWidget(self._case_card(subject))

    def _show_purchase(self, purchase_id: str) -> None:
        """Show what the directory knows; it is read in the background the first time."""
        purchase = self._owned.purchase(purchase_id)
        if purchase is None:
            return
        if purchase_id in self._desks:
            self._support.addWidget(purchase_card(purchase, self._desks[purchase_id]))
            return
        self._owned.support_desk(self, purchase_id, partial(self._learn, purchase_id))

    def _learn(self, purchase_id: str, desk: DirectoryDesk | None) -> None:
        self._desks[purchase_id] = desk
        self._show_support()

    def _say(self, stated: Stated) -> None:
        self._stated = stated
        self._show_support()

    def _show_number(self) -> None:
        self._leave_article()
        self.keep_in_sight(self._number_card)

    def _number_card(self) -> QWidget | None:
        return next((each for each in inside(self._support) if isinstance(each, QWidget)), None)

    def _which(self, subject: SupportSubject) -> QHBoxLayout:
        """What support is asked about: it also decides which number is the right one."""
        subjects = self._found.subjects
        place = self._found.places[subject]
        choice = Choice(self.app_state.theme, "What it is about", self._found.texts, place)
        choice.activated.connect(lambda place: self._ask_about(subjects[place]))
        return captioned("It is about", choice)

    def _ask_about(self, subject: SupportSubject) -> None:
        self._chosen, self._stated = subject, NOTHING_STATED
        self._show_support()

    def _show_case_file(self, subject: SupportSubject | None) -> None:
        store = subject.store if subject is not None and subject.store else self.app_state.store
        state, desk = self._book.state(store) or self.app_state, self._book.case_desks[store]()
        about = CaseAbout()
        if subject is not None and subject.purchase:
            about = CaseAbout(purchase=self._owned.purchase(subject.purchase))
        elif subject is not None:
            about = CaseAbout(subject.number)
        show_case_file(self.window(), state, desk.writer, desk.orders, about)

    def _case_card(self, subject: SupportSubject | None) -> Card:
        card = Card(spacing=8)
        card.add(
            label("Everything support needs to know", "heading"),
            label(
                "The case file holds what was tried, errors with their codes, versions and what was found on this PC. "
                "You read it first; then save it, or send it and get a case number."
            ),
        )
        if subject is not None:
            card.add(self._which(subject))
        card.add(row(button("Case file…", partial(self._show_case_file, subject)), None))
        for known in (case for state in self._book.states for case in state.snapshot.cases):
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


def _find(
    shelves: Sequence[_Shelf],
    stores: frozenset[str],
    purchases: tuple[Overview, ...],
    settings: ReminderSettings,
) -> _Found:
    """Returns what support can be asked about at these stores and elsewhere; called in the background."""
    asked = [shelf for shelf in shelves if shelf.store in stores]
    orders = [(shelf.store, known.number) for shelf in asked for known in shelf.snapshot.orders if known.order]
    subjects = (
        *(
            subject
            for shelf in asked
            if (profile := shelf.snapshot.profile) is not None
            for subject in order_subjects(shelf.store, profile.store.name, shelf.snapshot.orders_read)
        ),
        *purchase_subjects(not_ordered(purchases, orders)),
    )
    due = (DueDate(shelf.store, each.subject) for shelf in shelves for each in shelf.told.due(settings))
    several = len({each.place for each in subjects}) > 1
    return _Found(
        subjects,
        tuple(_subject_text(each, several=several) for each in subjects),
        {subject: place for place, subject in enumerate(subjects)},
        {(each.store, each.number): each for each in reversed(subjects)},
        subject_in_need(subjects, shelves[0].snapshot.failures, due),
        {shelf.store: product_choice(products_of(shelf.snapshot.orders_read)) for shelf in shelves},
    )


def _subject_text(subject: SupportSubject, *, several: bool) -> str:
    said = ": ".join(part for part in (subject.number, subject.name) if part)
    return f"{said}, {subject.place}" if several and subject.place else said
