"""Reminders: what needs a decision now, and every date that lies ahead."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from companion.domain.periods import days_until
from companion.domain.reminder_dates import Subject
from companion.domain.reminder_settings import ReminderSettings
from companion.domain.reminder_texts import Notice as ReminderNotice
from companion.domain.reminder_texts import ReminderAction, date_words, notice
from companion.domain.reminders import Reminder, due, upcoming
from companion.domain.wording import days_away
from companion.ui.desk import Desk
from companion.ui.pages.page import Destination, Page
from companion.ui.renewal import ask_to_switch
from companion.ui.widgets.basic import Card, button, column, label, line, row

_ACTION_WORDS = {
    ReminderAction.TURN_OFF_AUTO_RENEWAL: "Turn off auto-renewal…",
    ReminderAction.RENEW: "How to renew…",
    ReminderAction.DOWNLOAD_NOW: "Download now…",
    ReminderAction.ASK_FOR_RETURN: "Ask for a return…",
    ReminderAction.GET_SUPPORT: "Contact support…",
}


class RemindersPage(Page):
    """Everything is computed from the orders, so nothing here can be out of date with them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Reminders")
        desk.changed.connect(self.show_values)

    def show_values(self) -> None:
        self.empty()
        snapshot = self.desk.snapshot
        if snapshot.profile is None:
            self.add(label("The dates appear here once an order has been added.", "muted"))
            return
        now, zone = self.desk.now(), self.desk.services.zone
        orders = [known.order for known in snapshot.orders if known.order is not None]
        downloaded = {file.artifact for file in snapshot.files}
        # The page shows what is due at any hour; quiet hours are for what pops up by itself.
        settings = ReminderSettings(quiet=None)
        for reminder in due(orders, snapshot.profile, (), settings, now, zone, downloaded):
            self.add(self._due(reminder))
        self.add(self._ahead(upcoming(orders, snapshot.profile, now, zone, downloaded)))

    def _due(self, reminder: Reminder) -> Card:
        form = self.desk.format
        told: ReminderNotice = notice(reminder, form.date, form.money)
        card = Card(spacing=6)
        card.add(label(told.title, "strong", tone="attention"), label(told.body))
        number = reminder.subject.order_number
        buttons: list[QWidget | None] = [
            button(_ACTION_WORDS[action], partial(self._act, action, reminder.subject)) for action in told.actions
        ]
        card.add(row(*buttons, button(f"Open order {number}", partial(self._open, number), "link"), None))
        return card

    def _act(self, action: ReminderAction, subject: Subject) -> None:
        number = subject.order_number
        if action is ReminderAction.TURN_OFF_AUTO_RENEWAL:
            order = self.desk.snapshot.order(number)
            plans = order.subscriptions if order is not None else ()
            plan = next((plan for plan in plans if plan.id == subject.about), None)
            if plan is not None:
                ask_to_switch(self, self.desk, number, plan.licence_id, False)
        elif action is ReminderAction.DOWNLOAD_NOW:
            self.go.emit(Destination("install", number, subject.about))
        elif action is ReminderAction.GET_SUPPORT:
            self.go.emit(Destination("help", number))
        else:
            item = "renew" if action is ReminderAction.RENEW else "return"
            self.go.emit(Destination("order", number, item))

    def _open(self, number: str) -> None:
        self.go.emit(Destination("order", number))

    def _ahead(self, subjects: tuple[Subject, ...]) -> Card:
        card = Card(spacing=10)
        card.add(label("Dates ahead", "heading"))
        if not subjects:
            card.add(label("There is no date ahead: nothing will be charged and nothing runs out.", "muted"))
        for position, subject in enumerate(subjects):
            if position:
                card.add(line())
            days = days_until(subject.date, self.desk.now(), self.desk.services.zone)
            when = label(self.desk.format.date(subject.date), wrap=False)
            when.setFixedWidth(170)
            entry = row(when, spacing=12)
            entry.addLayout(
                column(label(date_words(subject)), label(f"Order {subject.order_number}", "small"), spacing=0), 1
            )
            entry.addWidget(label(days_away(days), "muted", wrap=False))
            card.add(entry)
        return card
