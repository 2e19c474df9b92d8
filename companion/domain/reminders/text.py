"""What a reminder says and offers: the thing, the day, the amount, and how not to be charged."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Sequence

from companion.domain.core.model import Model
from companion.domain.core.text import FormatDate, FormatMoment, FormatMoney, days_away, sentence_start
from companion.domain.reminders.dates import ReminderKind, Subject
from companion.domain.reminders.due import Reminder
from companion.domain.reminders.purchase_text import purchase_words
from companion.domain.reminders.settings import AT_OPENING

FEW_DOWNLOADS = 2
"""So many downloads that close are told one by one; more of them are told together."""


class ReminderAction(enum.StrEnum):
    """What a notice offers to do; putting it off is always possible besides."""

    TURN_OFF_AUTO_RENEWAL = "turnOffAutoRenewal"
    RENEW = "renew"
    DOWNLOAD_NOW = "downloadNow"
    ASK_FOR_RETURN = "askForReturn"
    GET_SUPPORT = "getSupport"
    READ_LETTER = "readLetter"


ACTION_WORDS = {
    ReminderAction.TURN_OFF_AUTO_RENEWAL: "Switch off auto-renewal",
    ReminderAction.RENEW: "How to renew",
    ReminderAction.DOWNLOAD_NOW: "Download now",
    ReminderAction.ASK_FOR_RETURN: "Ask for a return",
    ReminderAction.GET_SUPPORT: "Contact support",
    ReminderAction.READ_LETTER: "Read the letter",
}
"""What the button of each action says."""


class ReminderText(Model, frozen=True):
    """A notice as it pops up: a title, whole sentences, and what it offers."""

    title: str
    body: str
    actions: tuple[ReminderAction, ...] = ()


_ACTIONS = {
    ReminderKind.RENEWAL: (ReminderAction.TURN_OFF_AUTO_RENEWAL,),
    ReminderKind.CANCEL_BY: (ReminderAction.TURN_OFF_AUTO_RENEWAL,),
    ReminderKind.EXPIRY: (ReminderAction.RENEW,),
    ReminderKind.DOWNLOAD_WINDOW: (ReminderAction.DOWNLOAD_NOW,),
    ReminderKind.RETURN_DEADLINE: (ReminderAction.ASK_FOR_RETURN,),
    ReminderKind.REFUND_OVERDUE: (ReminderAction.GET_SUPPORT,),
    ReminderKind.PARCEL_OVERDUE: (ReminderAction.GET_SUPPORT,),
    ReminderKind.RETURN_WAITS: (ReminderAction.READ_LETTER,),
}


def reminder_text(reminder: Reminder, format_date: FormatDate, format_money: FormatMoney) -> ReminderText:
    """The notice of one reminder."""
    if reminder.subject.purchase is not None:
        title, body = purchase_words(reminder.subject, reminder.days, format_date, format_money)
        return ReminderText(title=title, body=body)
    title, body = _TEXTS[reminder.kind](reminder.subject, reminder.days, format_date, format_money)
    # Downloading on this PC, which has the file, helps no other one.
    actions = () if reminder.subject.elsewhere else _ACTIONS[reminder.kind]
    return ReminderText(title=title, body=body, actions=actions)


def summary(reminders: Sequence[Reminder], format_date: FormatDate, format_money: FormatMoney) -> ReminderText | None:
    """One notice for everything that is due at once: None for nothing, the reminder's own for one."""
    if not reminders:
        return None
    if len(reminders) == 1:
        return reminder_text(reminders[0], format_date, format_money)
    if len(reminders) > FEW_DOWNLOADS and all(reminder.kind is ReminderKind.DOWNLOAD_WINDOW for reminder in reminders):
        return open_downloads(sorted(reminders, key=lambda reminder: reminder.subject.date))
    titles = [reminder_text(reminder, format_date, format_money).title for reminder in reminders]
    shown = titles[:3] if len(titles) <= 4 else titles[:2]
    rest = len(titles) - len(shown)
    body = ". ".join(shown) + "." + (f" And {rest} more." if rest else "")
    return ReminderText(title=f"{len(titles)} dates need your attention", body=body)


def open_downloads(reminders: Sequence[Reminder]) -> ReminderText:
    """Returns what is said of several downloads that close, the first of which closes first."""
    title = f"{len(reminders)} downloads are still open; the first closes {days_away(reminders[0].days)}"
    return ReminderText(title=title, body="A file that you have downloaded can be installed at any later time.")


def is_pressing(reminder: Reminder) -> bool:
    """Whether a date is near, by what the person wants to be told before it, and not told only because it began."""
    return reminder.lead != AT_OPENING


Texts = Callable[[Subject, int, FormatDate, FormatMoney], tuple[str, str]]


def _renewal(subject: Subject, days: int, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, str]:
    rises = _rises(subject)
    title = f"{subject.name} renews {days_away(days)}{' at a higher price' if rises else ''}"
    return title, " ".join([_charge(subject, format_date, format_money), _how_to_cancel(subject, format_date)])


def _cancel_by(subject: Subject, days: int, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, str]:
    when = "Today is" if days == 0 else f"{days_away(days).capitalize()} is"
    body = f"{when} the last day to switch off auto-renewal before {_amount(subject, format_money)} is charged."
    return f"Last day to cancel {subject.name}: {format_date(subject.date)}", body + _price_change(
        subject, format_money
    )


def _charge(subject: Subject, format_date: FormatDate, format_money: FormatMoney) -> str:
    term = f" for {subject.term.as_words()}" if subject.term is not None else ""
    charge = f"{sentence_start(_amount(subject, format_money))} will be charged on {format_date(subject.date)}{term}."
    return charge + _price_change(subject, format_money)


def _amount(subject: Subject, format_money: FormatMoney) -> str:
    return subject.amount_words(format_money) or "the renewal price"


def _price_change(subject: Subject, format_money: FormatMoney) -> str:
    if subject.previous is None or subject.amount is None:
        return ""
    verb = "rises" if _rises(subject) else "falls"
    return f" The price {verb} from {format_money(subject.previous)} to {format_money(subject.amount)}."


def _rises(subject: Subject) -> bool:
    now, before = subject.amount, subject.previous
    return now is not None and before is not None and now.amount > before.amount


def _how_to_cancel(subject: Subject, format_date: FormatDate) -> str:
    by = format_date(subject.cancel_by or subject.date)
    where = "here or on the store's own page"
    return f"To avoid the charge, switch auto-renewal off {where} by {by}. Otherwise nothing needs to be done."


def _expiry(subject: Subject, days: int, format_date: FormatDate, _format_money: FormatMoney) -> tuple[str, str]:
    day = format_date(subject.date)
    title = f"{subject.name} runs out {days_away(days)}"
    return title, f"It is active until {day} and does not renew by itself. To keep it, renew it before then."


def _window(subject: Subject, days: int, format_date: FormatDate, _format_money: FormatMoney) -> tuple[str, str]:
    title = f"{subject.name}: download it {'today' if days == 0 else 'now'}, it stays yours"
    left = (
        f"closes today ({format_date(subject.date)})"
        if days == 0
        else f"closes {days_away(days)}, on {format_date(subject.date)}"
    )
    if subject.elsewhere:
        title = f"{subject.name}: another PC can still have it"
        copied = "Download it there, or take the file of this PC along"
        return title, f"This PC has the file, and the licence is for more PCs. The download window {left}. {copied}."
    return title, f"The download window {left}. A file that you have downloaded can be installed at any later time."


def _return(subject: Subject, days: int, format_date: FormatDate, _format_money: FormatMoney) -> tuple[str, str]:
    title = f"{subject.name}: returns are possible until {format_date(subject.date)}"
    return title, f"If you do not want to keep it, ask for your money back by then. That day is {days_away(days)}."


def _refund(subject: Subject, _days: int, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, str]:
    amount = sentence_start(_amount(subject, format_money))
    body = (
        f"{amount} should have been on your account by {format_date(subject.date)}. "
        "Look at your account first; if it is not there, support can find out why."
    )
    return f"Your refund for {subject.name} is late", body


def _parcel(subject: Subject, _days: int, format_date: FormatDate, _format_money: FormatMoney) -> tuple[str, str]:
    body = f"It was expected by {format_date(subject.date)}. If it has not arrived, support can help."
    return f"The parcel of order {subject.order_number} is late", body


def _waiting(subject: Subject, _days: int, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, str]:
    body = (
        f"You asked for the return on {format_date(subject.date)}. Before {_amount(subject, format_money)} is given "
        "back, the store needs you to accept the Electronic Letter of Destruction."
    )
    return f"The refund for {subject.name} waits for you", body


_TEXTS: dict[ReminderKind, Texts] = {
    ReminderKind.RENEWAL: _renewal,
    ReminderKind.CANCEL_BY: _cancel_by,
    ReminderKind.EXPIRY: _expiry,
    ReminderKind.DOWNLOAD_WINDOW: _window,
    ReminderKind.RETURN_DEADLINE: _return,
    ReminderKind.REFUND_OVERDUE: _refund,
    ReminderKind.PARCEL_OVERDUE: _parcel,
    ReminderKind.RETURN_WAITS: _waiting,
}


def place_words(subject: Subject) -> str:
    """Returns where something was bought, for lists: ``order LF-1``, ``Harbour Works, order 18``; empty if unknown."""
    store = subject.purchase.store if subject.purchase is not None else None
    parts = [store or "", f"order {subject.order_number}" if subject.order_number else ""]
    return ", ".join(part for part in parts if part)


def date_words(subject: Subject) -> str:
    """What happens on a subject's day, in a few words for lists, menus and calendars: ``Harbour Suite renews``."""
    words = {
        ReminderKind.RENEWAL: "{} renews",
        ReminderKind.CANCEL_BY: "Last day to cancel {}",
        ReminderKind.EXPIRY: "{} runs out",
        ReminderKind.DOWNLOAD_WINDOW: "Download window of {} closes",
        ReminderKind.RETURN_DEADLINE: "Last day to return {}",
        ReminderKind.REFUND_OVERDUE: "Refund for {} expected",
        ReminderKind.PARCEL_OVERDUE: "Parcel with {} expected",
        ReminderKind.RETURN_WAITS: "Return of {} asked for",
    }
    return words[subject.kind].format(subject.name)


_FRESH = dt.timedelta(days=1)


def no_date_sentence(
    read: Sequence[dt.datetime | None], now: dt.datetime, format_asked: FormatMoment, *, complete: bool
) -> str:
    """Returns what may be said where no date lies ahead.

    `format_asked` shows when something was asked. `read` says when each order was read last, None for one that never
    was; `complete` that these orders are all there is and that every store has answered. Only then is it a promise.
    """
    if not read and complete:
        return "Companion knows no order yet, so it cannot warn you of anything."
    known = [moment for moment in read if moment is not None]
    if not complete or len(known) < len(read) or now - min(known) > _FRESH:
        return "No date is known to lie ahead. Not everything was read lately, so something may still be charged."
    said = "There is no date ahead: nothing will be charged and nothing runs out."
    return f"{said} Checked with the store {format_asked(min(known))}."
