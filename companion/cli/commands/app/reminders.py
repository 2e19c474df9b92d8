"""``companion reminders``: what is due, what lies ahead, and all dates for the calendar."""

from __future__ import annotations

import argparse
import datetime as dt
from itertools import zip_longest
from pathlib import Path

from companion.cli.context import CommandContext
from companion.cli.options import path_named
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import EARLIEST, LATEST, Instant, Model
from companion.domain.core.text import joined, sentence_start
from companion.domain.reminders.dates import Subject
from companion.domain.reminders.due import Reminder
from companion.domain.reminders.history import Agenda
from companion.domain.reminders.icalendar import calendar
from companion.domain.reminders.text import ReminderText, date_words, place_words, reminder_text
from companion.services.app.atomic_file import write_file
from companion.services.container.store import Services


class DueReminder(Model, frozen=True):
    """A reminder that is due, and its words; `store` is the name of the store whose order it is about."""

    reminder: Reminder
    notice: ReminderText
    store: str | None = None


class RemindersResult(Model, frozen=True):
    """``reminders``: what is `due`, every date `ahead`, when something is due next, the calendar file if asked for."""

    at: Instant
    due: tuple[DueReminder, ...]
    ahead: tuple[Subject, ...]
    next_at: Instant | None
    calendar: str | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion reminders``."""
    parser.add_argument(
        "--now", metavar="RFC3339", type=_instant, help="show what is due at this moment instead of now"
    )
    parser.add_argument(
        "--ics", metavar="FILE", type=path_named, help="also save all dates as a calendar file (iCalendar)"
    )
    parser.describe(
        json="{at, due: [{reminder: {subject, lead, days}, notice: {title, body, actions}, store}], ahead: [subject], "
        "nextAt, calendar}; a subject is {kind, orderNumber, about, name, date, amount, previous, cancelBy, …, "
        "purchase: {id, day, wholeDay, stated, disputed, autoRenew, store, page}|null}",
        examples=("reminders", f"reminders --now {_EXAMPLE}", "reminders --ics dates.ics"),
        notes="Orders of all stores and purchases of any shop, as they were last read; no store is asked. "
        "With --store only that store's orders.",
    )


_EXAMPLE = "2027-01-08T09:00:00+01:00"


def _instant(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a moment such as {_EXAMPLE}") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"“{text}” needs a time and its offset from UTC, such as {_EXAMPLE}")
    if not EARLIEST.year <= moment.year <= LATEST.year:
        raise argparse.ArgumentTypeError(f"“{text}” is not of the years {EARLIEST.year} to {LATEST.year}")
    return moment.astimezone(dt.UTC)


def run(context: CommandContext) -> int:
    """Show what is due by the orders as they were last read, whether it was notified or not.

    Muting and quiet hours only apply to notifications; a person who asks gets an answer at any time.
    """
    stores = context.stores_if_any()
    now: dt.datetime = context.arguments.now or context.owned.clock()
    date = context.formats.ends(now)
    agendas = [_of_orders(services.reminders.agenda(now)) for services in stores]
    if not context.arguments.store:
        agendas.append(context.owned.reminders().agenda(now))
    ahead = tuple(sorted((each for found in agendas for each in found.ahead), key=lambda subject: subject.date))
    names = [_name(services) for services in stores]
    shown = RemindersResult(
        at=now,
        due=tuple(
            DueReminder(reminder=each, notice=reminder_text(each, date, context.formats.money), store=store)
            for store, found in zip_longest(names, agendas)
            for each in found.due
        ),
        ahead=ahead,
        next_at=min((found.next_at for found in agendas if found.next_at is not None), default=None),
        calendar=_write_calendar(context, joined(names) or "all shops", ahead, now),
    )
    context.output.result(shown, *_lines(context, shown))
    return EXIT_DONE


def _of_orders(found: Agenda) -> Agenda:
    """The part of a store's dates that is about its orders; purchases of any shop are told once for all stores."""
    return Agenda(
        tuple(each for each in found.due if each.subject.purchase is None),
        tuple(each for each in found.ahead if each.purchase is None),
        found.next_at,
    )


def _name(services: Services) -> str:
    """The store's name; its address where it has never answered."""
    profile = services.orders.cache.remembered_profile()
    return profile.store.name if profile is not None else services.orders.store


def _lines(context: CommandContext, shown: RemindersResult) -> list[str]:
    lines = []
    for each in shown.due:
        place = place_words(each.reminder.subject)
        if each.store is not None and len({other.store for other in shown.due} | {each.store}) > 1:
            place = ", ".join(part for part in (place, each.store) if part)
        named = f" ({sentence_start(place)}.)" if place else ""
        lines.append(f"{each.notice.title}. {each.notice.body}{named}")
    lines = lines or ["Nothing is due."]
    date = context.formats.ends(shown.at)
    for subject in shown.ahead:
        named = f" ({place})" if (place := place_words(subject)) else ""
        lines.append(f"  {date(subject.when)}: {date_words(subject)}{named}")
    if shown.calendar is not None:
        lines.append(f"All dates for your calendar: {shown.calendar}")
    return lines


def _write_calendar(context: CommandContext, store: str, ahead: tuple[Subject, ...], now: dt.datetime) -> str | None:
    if context.arguments.ics is None:
        return None
    path = Path(context.arguments.ics).absolute()
    text = calendar(
        ahead,
        store=store,
        stamp=now,
        format_date=context.formats.exact,
        format_money=context.formats.money,
    )
    write_file(path, text)
    return str(path)
