"""Reminders: what needs a decision now, every date that lies ahead, and everything that was ever shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.core.text import counted, days_away, sentence_start
from companion.domain.core.time.periods import days_until
from companion.domain.reminders.dates import Subject
from companion.domain.reminders.due import Reminder
from companion.domain.reminders.history import EntryStatus, InboxEntry, status_of
from companion.domain.reminders.text import (
    ACTION_WORDS,
    ReminderAction,
    date_words,
    no_date_sentence,
    open_downloads,
    place_words,
    reminder_text,
)
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.dialogs.save_file import ask_where, open_file
from companion.ui.navigation import Destination, Page, destination_of
from companion.ui.pages.reminders.parts import below_line, later, tone
from companion.ui.pages.reminders.rows import AT_FIRST, ReminderRows, View, reminder_rows
from companion.ui.pages.reminders.settings import QuietCard, StartCard, WhenCard
from companion.ui.state.app_state import AppState
from companion.ui.state.prepared import Prepared
from companion.ui.state.settings.autostart_state import AutostartState
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.action_row import ActionRow
from companion.ui.widgets.basic import Card, button, clear, column, label, row
from companion.ui.widgets.lists.kept_parts import KeptParts, Part
from companion.ui.widgets.lists.long_list import Rows
from companion.ui.widgets.notice import Notice

SETTINGS = "settings"


class RemindersPage(Page):
    """What is due is computed from the orders, so nothing here can be out of date with them."""

    def __init__(self, app_state: AppState, book: StoreBook, autostart: AutostartState) -> None:
        super().__init__(app_state, "Reminders")
        self._book = book
        self._autostart = autostart
        self._in_settings = False
        self._all_shown = self._all_dates = False
        self._turn = button("Settings", self._turn_over, name="Settings of reminders")
        self.add_to_head(self._turn)
        self._news = QVBoxLayout()
        self._above, self._below = KeptParts(), KeptParts()
        self._settings = column(spacing=14)
        self._due_list = self.long_list(self._due)
        self.add(self._news, self._above, self._due_list, self._below, self._settings)
        self._shown_states: tuple[AppState, ...] = ()
        self._prepared = Prepared(app_state.runner, self, self._show_dates)
        self.follow(book.changed, *(state.reminders.changed for state in self._states()))
        self.listen(book.added, lambda state: self.follow(state.reminders.changed))
        autostart.changed.connect(self._show_start)

    def arrive(self, destination: Destination) -> None:
        self._in_settings = destination.item == SETTINGS
        self._all_shown = self._all_dates = False
        self._tell(None)
        self.show_values()
        self.scroll_to_top()

    def _turn_over(self) -> None:
        self.arrive(Destination("reminders", item="" if self._in_settings else SETTINGS))

    def render_values(self) -> None:
        self.title.setText("Settings of reminders" if self._in_settings else "Reminders")
        self._turn.setText("Back to the reminders" if self._in_settings else "Settings")
        self._turn.setAccessibleName(self._turn.text())
        clear(self._settings)
        if self._in_settings:
            self._above.show_parts(())
            self._due_list.show_rows(())
            self._below.show_parts(())
            start = StartCard(self.app_state, self._autostart)
            for card in (QuietCard(self.app_state), WhenCard(self.app_state), start):
                self._settings.addWidget(card)
            return
        self._shown_states = self._states()
        stores = [state.store_dates() for state in self._shown_states]
        zone = self.app_state.zone
        today = self.app_state.now().astimezone(zone).date()
        view = View(today, zone.rules, len(self._book.states), self._all_dates, self._all_shown)
        self._prepared.ask(partial(reminder_rows, stores, self.app_state.reminders.settings, view))

    def _show_dates(self, found: ReminderRows) -> None:
        if self._in_settings:
            return
        with self.keeping_focus():
            self._put_dates(found)

    def _states(self) -> tuple[AppState, ...]:
        """The first store's state, which has the dates of purchases too, and those of all further stores."""
        return (self.app_state, *(state for state in self._book.states if state is not self.app_state))

    def _put_dates(self, found: ReminderRows) -> None:
        muted, starts = self.app_state.reminders.settings.muted, self._autostart.starts
        above = (Part("muted", None, self._muted),) if muted else ()
        self._above.show_parts((*above, *((Part("start", None, self._not_started),) if starts is False else ())))
        self._due_list.show_rows(found.due)
        self._below.show_parts(tuple(self._parts(found)) if found.known else (Part("unknown", None, _unknown),))

    def _parts(self, found: ReminderRows) -> Iterator[Part]:
        """Yields what stands below the reminders; what a date is called depends on the day, and on the stores too."""
        names = tuple(self._book.name_where_several(state) for state in self._shown_states)
        now, zone = self.app_state.now(), self.app_state.zone
        today = now.astimezone(zone).date(), zone.rules, names
        if found.open_downloads:
            made = partial(self._downloads, found.open_downloads)
            yield Part("downloads", (found.open_downloads, today), made)
        elif not found.due:
            yield Part("calm", None, _calm)
        why = "" if found.ahead else self._why_no_date()
        yield Part("ahead", (found.ahead, found.dates, why, today), partial(self._ahead, found.ahead, found.dates, why))
        if found.shown:
            states = [status_of(each.of[1], now) for each in found.shown]
            made = partial(self._shown, found.shown, found.records)
            yield Part("shown", (found.shown, found.records, states, today), made)

    def _show_start(self) -> None:
        # In the settings the switch itself shows it.
        if not self._in_settings:
            self._values_changed()

    def _not_started(self) -> Notice:
        words = "After a restart nothing reminds you until you open Companion yourself."
        start = ("Start with this PC", self._start_with_pc)
        title = "Companion does not start with this PC"
        return Notice(title, words, tone="attention", actions=(start,), closable=False, standing=True)

    def _start_with_pc(self) -> None:
        def answered(starts: bool) -> None:
            if not starts:
                words = "This system keeps it switched off. You can allow it in the system's own settings."
                self._tell(Notice("It is still off", words, tone="attention"))

        self._autostart.switch(self, True, answered, lambda error: self._tell(error))

    def _muted(self) -> Notice:
        words = "Nothing pops up. What is due waits here, and the icon beside the clock shows that something waits."
        again = ("Show them again", partial(self.app_state.reminders.mute, False))
        return Notice("Reminders are muted", words, tone="attention", actions=(again,), closable=False, standing=True)

    # What needs a decision

    def _due(self, of: tuple[int, Reminder]) -> Card:
        state, reminder = self._shown_states[of[0]], of[1]
        form = self.app_state.format
        told = reminder_text(reminder, state.ends, form.money)
        card = Card(spacing=6)
        card.setAccessibleName(told.title)
        card.add(label(told.title, "strong", tone=tone(reminder)), label(told.body))
        place = self._place(state, reminder.subject)
        actions = [
            button(
                f"{ACTION_WORDS[action]}…",
                partial(self._act, state, action, reminder),
                name=f"{ACTION_WORDS[action]}: {told.title}, {place}",
            )
            for action in told.actions
        ]
        never = button(
            "Don't remind me of this",
            partial(state.reminders.silence, reminder),
            "link",
            name=f"Don't remind me of this: {told.title}, {place}",
        )
        card.add(ActionRow(*actions, later(state, reminder, f"{told.title}, {place}")))
        store = self._store_name(state, reminder.subject)
        told_store = [label(f"at {store}", "small", wrap=False)] if store else []
        card.add(ActionRow(self._owner(state, reminder.subject), *told_store, never, spacing=18))
        return card

    def _downloads(self, rows: Rows) -> Card:
        """Many downloads that close are one matter, and one card."""
        reminders = [each.of[1] for each in rows]
        told = open_downloads(reminders)
        card = Card(spacing=10)
        card.setAccessibleName(told.title)
        card.add(label(told.title, "strong", tone=tone(*reminders)), label(told.body))
        self._add_rows(card, rows, self._download)
        return card

    def _download(self, of: tuple[int, Reminder]) -> QWidget:
        state, reminder = self._shown_states[of[0]], of[1]
        told, subject = reminder_text(reminder, state.ends, self.app_state.format.money), reminder.subject
        place = self._capital_place(state, subject)
        closes = f"{place} · closes {days_away(reminder.days)}, on {state.ends(subject.when)}"
        across = row(spacing=12)
        across.addLayout(column(label(subject.name, tone=tone(reminder)), label(closes, "small"), spacing=0), 1)
        for action in told.actions:
            words, named = f"{ACTION_WORDS[action]}…", f"{ACTION_WORDS[action]}: {subject.name}, {place}"
            across.addWidget(button(words, partial(self._act, state, action, reminder), name=named))
        across.addWidget(later(state, reminder, f"{subject.name}, {place}", never=True))
        made = below_line(across)
        made.setAccessibleName(f"{subject.name}, {closes}")
        return made

    def _store_name(self, state: AppState, subject: Subject) -> str:
        """Returns the name of the store of an order, where there are several stores."""
        return self._book.name_where_several(state) if subject.purchase is None else ""

    def _place(self, state: AppState, subject: Subject) -> str:
        """Returns what a date belongs to, with its store where there are several."""
        store = self._store_name(state, subject)
        return ", ".join(part for part in (place_words(subject), store) if part)

    def _capital_place(self, state: AppState, subject: Subject) -> str:
        place = self._place(state, subject)
        return sentence_start(place)

    def _owner(self, state: AppState, subject: Subject) -> QWidget:
        """What the date belongs to: a link to the order, or where a purchase was made."""
        if subject.purchase is not None:
            there = Destination("purchase", subject.purchase.id)
            return button(f"Open {subject.name}", partial(self.navigation_requested.emit, there), "link")
        number = subject.order_number
        return button(f"Open order {number}", partial(self._open, state, number), "link")

    def _act(self, state: AppState, action: ReminderAction, reminder: Reminder) -> None:
        if action is not ReminderAction.TURN_OFF_AUTO_RENEWAL or reminder.subject.purchase is not None:
            self.navigation_requested.emit(destination_of(action, reminder)._replace(store=state.store))
            return
        number, subject = reminder.subject.order_number, reminder.subject
        order = state.snapshot.order(number)
        plans = order.subscriptions if order is not None else ()
        plan = next((plan for plan in plans if plan.id == subject.about), None)
        if plan is not None:
            ask_to_switch(self, state, number, plan.licence_id, False)

    def _open(self, state: AppState, number: str) -> None:
        self.navigation_requested.emit(Destination("order", number, store=state.store))

    # Dates ahead

    def _ahead(self, rows: Rows, dates: int, why_none: str) -> Card:
        card = Card(spacing=10)
        head = row()
        head.addWidget(label("Dates ahead", "heading"), 1)
        if rows:
            head.addWidget(button("Save for my calendar…", self._export))
        card.add(head)
        if not rows:
            card.add(label(why_none, "muted"))
        self._add_rows(card, rows, self._date)
        if dates > len(rows):
            card.add(row(button(f"Show all {dates} dates", self._show_all_dates, "link"), None))
        return card

    def _why_no_date(self) -> str:
        """What may be said of an empty list: a promise only where every store has just answered."""
        states = [state for state in self._states() if state.has_store]
        read = [known.read_at for state in states for known in state.snapshot.orders]
        # What e-mails told of purchases at other shops says nothing of today.
        complete = not self.app_state.snapshot.purchases and not any(state.snapshot.troubles for state in states)
        return no_date_sentence(read, self.app_state.now(), self.app_state.asked, complete=complete)

    def _date(self, of: tuple[int, Subject, bool]) -> QWidget:
        store, subject, is_first = of
        days = days_until(subject.date, self.app_state.now(), self.app_state.zone)
        on = self.app_state.ends(subject.when)
        when = label(on, wrap=False, columns=21)
        place = self._capital_place(self._shown_states[store], subject)
        entry = row(when, spacing=12)
        entry.addLayout(column(label(date_words(subject)), label(place, "small"), spacing=0), 1)
        entry.addWidget(label(days_away(days), "muted", wrap=False))
        made = below_line(entry, is_first=is_first)
        made.setAccessibleName(f"{date_words(subject)}, {on}, {place}")
        return made

    def _add_rows(self, card: Card, rows: Rows, make: Callable[[Any], QWidget]) -> None:
        """Put rows into a card: all of them where they are few, else those that are seen."""
        if len(rows) <= AT_FIRST:
            for each in rows:
                card.add(make(each.of))
            return
        listed = self.long_list(make, spacing=card.body.spacing())
        card.add(listed)
        listed.show_rows(rows)

    def _show_all_dates(self) -> None:
        self._all_dates = True
        self.show_values()

    def _export(self) -> None:
        path = ask_where(self, "Save all dates for a calendar", "Companion dates.ics", "Calendar (*.ics)")
        if path is None:
            return
        form = self.app_state.format

        def done(count: int) -> None:
            words = f"{counted(count, 'date')} in {path}. Open it, and your calendar program takes them over."
            actions = (("Open it", partial(open_file, path)), ("Show the folder", partial(open_file, path.parent)))
            self._tell(Notice("The dates are saved", words, tone="ok", actions=actions))

        others = tuple(
            subject
            for state in self._states()[1:]
            for subject in state.snapshot.ahead
            if subject.date > self.app_state.now()
        )
        self.app_state.reminders.export(self, path, form.exact, form.money, done, self._tell, also=others)

    # What was shown

    def _shown(self, rows: Rows, records: int) -> Card:
        card = Card(spacing=8)
        card.add(
            label("Shown so far", "heading"),
            label("Everything you were reminded of, so that a notice you missed is not lost.", "muted"),
        )
        self._add_rows(card, rows, self._entry)
        if records > len(rows):
            card.add(row(button(f"Show all {records}", self._show_all, "link"), None))
        return card

    def _show_all(self) -> None:
        self._all_shown = True
        self.show_values()

    def _entry(self, of: tuple[int, InboxEntry]) -> QWidget:
        state, entry = self._shown_states[of[0]], of[1]
        form, now = self.app_state.format, self.app_state.now()
        status, day = status_of(entry, now), self.app_state.ends(entry.reminder.subject.when)
        told = reminder_text(entry.reminder, self.app_state.ends, form.money)
        when = label(form.date(entry.shown_at) if entry.shown_at is not None else "", "muted", wrap=False, columns=21)
        words = {
            EntryStatus.CURRENT: f"{date_words(entry.reminder.subject)} on {day}",
            EntryStatus.NO_LONGER: "No longer applies",
            EntryStatus.SILENCED: "You will not be reminded of this again",
            EntryStatus.PUT_OFF: f"Put off until {form.moment(entry.snoozed_until)}" if entry.snoozed_until else "",
        }[status]
        gone = status is EntryStatus.NO_LONGER
        across = row(when, spacing=12)
        across.addLayout(column(label(told.title, "muted" if gone else ""), label(words, "small"), spacing=0), 1)
        if status in (EntryStatus.SILENCED, EntryStatus.PUT_OFF):
            again = partial(state.reminders.restore, entry.reminder)
            across.addWidget(button("Remind me again", again, "link", name=f"Remind me again: {told.title}"))
        made = below_line(across)
        made.setAccessibleName(f"{told.title}, {words}")
        return made

    def _tell(self, what: Notice | CompanionError | None) -> None:
        clear(self._news)
        if what is not None:
            told = Notice.of_error(what) if isinstance(what, CompanionError) else what
            told.closed.connect(partial(self._tell, None))
            self._news.addWidget(told)


def _unknown() -> QWidget:
    return label("The dates appear here once something you bought has been added.", "muted")


def _calm() -> Card:
    calm = Card()
    calm.add(label("Nothing needs a decision", "heading"), label("You are told as soon as something does."))
    return calm
