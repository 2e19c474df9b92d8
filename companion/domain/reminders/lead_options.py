"""How long before a date a reminder comes, as choices a person can make without counting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from companion.domain.core.text import joined, sentence_start
from companion.domain.core.time.periods import Period
from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.schedule import days_in
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.store.profile import ReminderLeads

CHOOSABLE = (
    ReminderKind.RENEWAL,
    ReminderKind.CANCEL_BY,
    ReminderKind.EXPIRY,
    ReminderKind.DOWNLOAD_WINDOW,
    ReminderKind.RETURN_DEADLINE,
)
"""The kinds whose leads can be chosen; what is late is told or not."""

_FIELDS = {
    ReminderKind.RENEWAL: "renewal",
    ReminderKind.CANCEL_BY: "cancel_by",
    ReminderKind.EXPIRY: "expiry",
    ReminderKind.DOWNLOAD_WINDOW: "download_window",
    ReminderKind.RETURN_DEADLINE: "return_deadline",
}


class LeadChoice(NamedTuple):
    """One choice: its words, and what it stands for in the settings (None: the store's own)."""

    words: str
    leads: tuple[Period, ...] | None


def _days(*counts: int) -> tuple[Period, ...]:
    return tuple(Period(days=count) for count in counts)


_OFTEN, _ONCE = _days(30, 14, 7, 3, 1), (14, 7, 3, 1)


def choices(
    kind: ReminderKind, settings: ReminderSettings, defaults: ReminderLeads | None
) -> tuple[tuple[LeadChoice, ...], int]:
    """What can be chosen for `kind`, and which of it is in force; `defaults` are the store's."""
    field = _FIELDS[kind]
    standard = ReminderSettings().cancel_by if kind is ReminderKind.CANCEL_BY else None
    suggested = getattr(defaults, field, None) if standard is None else standard
    first = f"{_sentence(lead_words(suggested))} (suggested)" if suggested is not None else "As the store suggests"
    found = [LeadChoice(first, standard)]
    others = (_OFTEN, *(_days(count) for count in _ONCE), ())
    found += [LeadChoice(_sentence(lead_words(leads)), leads) for leads in others if leads != suggested]
    wanted = getattr(settings, field)
    position = next((index for index, choice in enumerate(found) if choice.leads == wanted), None)
    if position is None:
        found.append(LeadChoice(_sentence(lead_words(wanted)), wanted))
        position = len(found) - 1
    return tuple(found), position


def _sentence(words: str) -> str:
    return sentence_start(words)


def with_leads(settings: ReminderSettings, kind: ReminderKind, leads: tuple[Period, ...] | None) -> ReminderSettings:
    """`settings` with other leads for `kind`."""
    return msgspec.structs.replace(settings, **{_FIELDS[kind]: leads})


def lead_words(leads: Sequence[Period]) -> str:
    """``30 and 7 days before``, ``1 day before and on the day``, ``never``."""
    if not leads:
        return "never"
    before = sorted((lead for lead in leads if days_in(lead)), key=days_in, reverse=True)
    said = []
    if before and all(lead.days and not (lead.months or lead.years) for lead in before):
        counts = [str(lead.days) for lead in before]
        said.append(f"{joined(counts)} day{'' if counts == ['1'] else 's'} before")
    elif before:
        said.append(f"{joined([lead.as_words() for lead in before])} before")
    if len(before) < len(leads):
        said.append("on the day")
    return " and ".join(said)
