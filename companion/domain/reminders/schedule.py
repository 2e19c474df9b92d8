"""Which lead of a date has come, whether it may be shown, and when that changes."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterator
from typing import NamedTuple

from companion.domain.core.time.periods import Period
from companion.domain.reminders.dates import ReminderKind, Subject
from companion.domain.reminders.settings import (
    AFTERWARDS,
    AT_OPENING,
    LEADS_WITHOUT_STORE,
    QuietHours,
    ReminderSettings,
    Shown,
)
from companion.domain.store.profile import Profile

_TOLD_FOR_DAYS = 90  # What is overdue longer than this is known, or no longer matters.
_LAST_DAY = dt.timedelta(hours=24)


class LocalMoment(NamedTuple):
    """A moment in the person's zone: `today` is the ordinal of that day, `quiet_until` is set while it is quiet."""

    now: dt.datetime
    zone: dt.tzinfo
    today: int
    quiet_until: dt.datetime | None
    quiet: QuietHours | None


def local_moment(now: dt.datetime, zone: dt.tzinfo, quiet: QuietHours | None) -> LocalMoment:
    """Returns the moment `now` as the person in `zone` sees it."""
    local = now.astimezone(zone)
    return LocalMoment(now, zone, local.toordinal(), _quiet_until(local, zone, quiet), quiet)


def _quiet_until(local: dt.datetime, zone: dt.tzinfo, quiet: QuietHours | None) -> dt.datetime | None:
    if quiet is None or quiet.begins == quiet.ends:
        return None
    time = local.time()
    if quiet.begins < quiet.ends:
        inside = quiet.begins <= time < quiet.ends
    else:
        inside = time >= quiet.begins or time < quiet.ends
    if not inside:
        return None
    now = local.astimezone(dt.UTC)
    days = (local.date() + dt.timedelta(days=days) for days in (0, 1))
    return min(end for day in days for end in _moments_of(dt.datetime.combine(day, quiet.ends), zone) if end > now)


def _moments_of(wall: dt.datetime, zone: dt.tzinfo) -> tuple[dt.datetime, ...]:
    """When clocks in `zone` show `wall`: twice when they go back; when they jump over it, the moment of that jump."""
    first, second = (wall.replace(fold=fold, tzinfo=zone).astimezone(dt.UTC) for fold in (0, 1))
    if first <= second:
        return first, second
    early, late = second, first
    before = early.astimezone(zone).utcoffset()
    while late - early > dt.timedelta(seconds=1):
        middle = early + (late - early) // 2
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return (late.replace(microsecond=0),)


class Lead(NamedTuple):
    """How long before a date a reminder comes, and its code in records."""

    period: Period
    code: str


class Leads:
    """The leads of each kind, and how far each of them reaches from a given day."""

    def __init__(self, profile: Profile | None, settings: ReminderSettings) -> None:
        defaults = profile.policies.reminders if profile is not None else LEADS_WITHOUT_STORE
        wanted = {
            ReminderKind.RENEWAL: defaults.renewal if settings.renewal is None else settings.renewal,
            ReminderKind.CANCEL_BY: settings.cancel_by,
            ReminderKind.EXPIRY: defaults.expiry if settings.expiry is None else settings.expiry,
            ReminderKind.DOWNLOAD_WINDOW: (
                defaults.download_window if settings.download_window is None else settings.download_window
            ),
            ReminderKind.RETURN_DEADLINE: (
                defaults.return_deadline if settings.return_deadline is None else settings.return_deadline
            ),
        }
        self._leads = {kind: tuple(Lead(period, str(period)) for period in periods) for kind, periods in wanted.items()}
        self._of_term: dict[tuple[ReminderKind, Period | None], tuple[Lead, ...]] = {}
        self._reaches: dict[tuple[ReminderKind, Period | None, int], tuple[tuple[int, Lead], ...]] = {}
        # Most dates are months away, and no lead can reach those; a day more for the zone, one for the part of a day.
        self._farthest = {
            kind: dt.timedelta(days=max((days_in(period) for period in periods), default=0) + 2)
            for kind, periods in wanted.items()
        }
        self.overdue = settings.overdue

    def of(self, kind: ReminderKind, term: Period | None = None) -> tuple[Lead, ...]:
        """The leads wanted for `kind`; of a plan of this `term` only those no longer than half of it.

        Otherwise a monthly plan would be reminded of its next charge on the day of the last one.
        """
        key = (kind, term)
        if key not in self._of_term:
            leads = self._leads.get(kind, ())
            short = tuple(lead for lead in leads if is_short(lead.period, term))
            self._of_term[key] = short or tuple(sorted(leads, key=lambda lead: days_in(lead.period))[:1])
        return self._of_term[key]

    def is_near(
        self, kind: ReminderKind, date: dt.datetime, now: dt.datetime, zone: dt.tzinfo, term: Period | None = None
    ) -> bool:
        """Whether a date is nearer than the longest lead of its `kind`, for a plan of this `term`."""
        day, today = date.astimezone(zone).date(), now.astimezone(zone)
        return any(lead.period.after(today).date() >= day for lead in self.of(kind, term))

    def reaching(self, subject: Subject, today: int) -> tuple[tuple[int, Lead], ...]:
        """For each lead of `subject` the last day it reaches from `today`, the nearest first."""
        key = (subject.kind, subject.term, today)
        if key not in self._reaches:
            start = dt.datetime.combine(dt.date.fromordinal(today), dt.time())
            reaches = [(_reach(start, lead), lead) for lead in self.of(subject.kind, subject.term)]
            self._reaches[key] = tuple(sorted(reaches, key=lambda entry: entry[0]))
        return self._reaches[key]

    def current(self, subject: Subject, local: LocalMoment) -> str | None:
        """The code of the most recent lead that has come, or None if none has, or its time is over."""
        if subject.kind.comes_after:
            over = local.today - subject.date.astimezone(local.zone).toordinal()
            return AFTERWARDS if self.overdue and 0 < over <= _TOLD_FOR_DAYS else None
        if subject.date <= local.now or (subject.opens_at is not None and subject.opens_at > local.now):
            return None
        if subject.date - local.now < self._farthest[subject.kind]:
            day = subject.date.astimezone(local.zone).toordinal()
            for reach, lead in self.reaching(subject, local.today):
                if reach >= day:
                    return lead.code
        return AT_OPENING if subject.opens_at is not None and self.of(subject.kind) else None


@functools.lru_cache(maxsize=256)
def _rank(code: str) -> float:
    """The order in which leads come, the one nearest to the date first."""
    if code == AFTERWARDS:
        return -1
    try:
        return days_in(Period.parse(code))
    except ValueError:
        return float("inf")


def _reach(start: dt.datetime, lead: Lead) -> int:
    return lead.period.after(start).toordinal()


def days_in(period: Period) -> int:
    """How many days `period` has at most."""
    return period.years * 366 + period.months * 31 + period.days


def is_short(lead: Period, term: Period | None) -> bool:
    """Whether `lead` is short enough for something that lasts `term`: at most half as long."""
    return term is None or days_in(lead) * 2 <= days_in(term)


def by_subject(shown: Collection[Shown]) -> dict[str, list[Shown]]:
    """The records of each subject."""
    found: dict[str, list[Shown]] = {}
    for record in shown:
        found.setdefault(record.subject, []).append(record)
    return found


def lead_to_show(subject: Subject, leads: Leads, records: dict[str, list[Shown]], local: LocalMoment) -> str | None:
    """The lead with which `subject` is shown at this moment, or None."""
    code = leads.current(subject, local)
    if code is None:
        return None
    told = records.get(subject.address) if records else None
    if told is None:
        return None if _held(subject, local, never_told=True) else code
    code = _again(code, told, local)
    return None if code is None or _held(subject, local, never_told=False) else code


def _again(code: str, told: list[Shown], local: LocalMoment) -> str | None:
    """The lead to show of a subject that was shown before: a nearer one, or one whose snooze is over."""
    if len(told) == 1 and told[0].lead == code and told[0].snoozed_until is None:
        return None  # By far the most frequent case, and the cheapest answer.
    if any(record.never_again for record in told):
        return None
    if any(record.snoozed_until is not None and record.snoozed_until > local.now for record in told):
        return None
    rank = _rank(code)
    # A clock that was set back must not bring up an earlier lead after a nearer one was shown.
    as_near = [record for record in told if _rank(record.lead) <= rank]
    if not as_near:
        return code
    nearest = min(as_near, key=lambda record: _rank(record.lead))
    return nearest.lead if nearest.snoozed_until is not None else None


def _held(subject: Subject, local: LocalMoment, never_told: bool) -> bool:
    """Returns whether quiet hours hold it back: not past its date, nor through the last day of what was never told."""
    if local.quiet_until is None:
        return False
    if subject.kind.comes_after:
        return True
    if never_told and subject.date - local.now <= _LAST_DAY:
        return False
    return local.quiet_until < subject.date


def earliest_day(subject: Subject, leads: Leads, records: dict[str, list[Shown]], local: LocalMoment) -> int | None:
    """A day before which `subject` is surely not shown (its ordinal), or None if it never is; cheap, not exact."""
    if subject.kind.comes_after:
        return max(local.today, subject.date.astimezone(local.zone).toordinal() + 1) if leads.overdue else None
    if subject.date <= local.now:
        return None
    told = records.get(subject.address, []) if records else []
    for record in told:
        if record.never_again:
            return None
        if record.snoozed_until is not None:
            return local.today
    code = leads.current(subject, local)
    if code is not None and (not told or _again(code, told, local) is not None):
        return local.today
    if not told and subject.opens_at is not None:
        return max(local.today, subject.opens_at.astimezone(local.zone).toordinal())
    day = subject.date.astimezone(local.zone).toordinal()
    ahead = [entry for entry in leads.reaching(subject, local.today) if entry[0] < day]
    if not ahead:
        return None
    # A lead in months reaches a few days farther or less far from one day to the next.
    slack = 7 if any(lead.period.months or lead.period.years for _, lead in ahead) else 0
    return max(local.today, local.today + day - ahead[-1][0] - slack)


def first_showing(
    subject: Subject, leads: Leads, records: dict[str, list[Shown]], local: LocalMoment, before: dt.datetime | None
) -> dt.datetime | None:
    """The exact first moment from now on, and earlier than `before`, at which `subject` is shown, or None.

    What is decided about it can change only when a lead begins, a snooze ends, its window opens, its last day begins
    or quiet hours end.
    """
    if lead_to_show(subject, leads, records, local) is not None:
        return local.now
    last = before.astimezone(local.zone).date() if before is not None else dt.date.max
    raw = {*_lead_starts(subject, leads, local.zone, last), subject.date - _LAST_DAY, local.now}
    raw.update(record.snoozed_until for record in records.get(subject.address, ()) if record.snoozed_until is not None)
    if subject.opens_at is not None:
        raw.add(subject.opens_at)
    moments = set()
    for moment in raw:
        if moment < local.now or (before is not None and moment >= before):
            continue
        moments.add(moment)
        ends = local.quiet_until if moment == local.now else local_moment(moment, local.zone, local.quiet).quiet_until
        if ends is not None and (before is None or ends < before):
            moments.add(ends)
    for moment in sorted(moments - {local.now}):
        if lead_to_show(subject, leads, records, local_moment(moment, local.zone, local.quiet)) is not None:
            return moment
    return None


def _lead_starts(subject: Subject, leads: Leads, zone: dt.tzinfo, last: dt.date) -> Iterator[dt.datetime]:
    """When the leads of `subject` begin, up to the day `last`."""
    day = subject.date.astimezone(zone).date()
    firsts = [day + dt.timedelta(days=1)] if subject.kind.comes_after else []
    firsts += [_first_day(day, lead) for lead in leads.of(subject.kind, subject.term)]
    for first in firsts:
        if first <= last:
            yield _start_of(first, zone)


def _first_day(day: dt.date, lead: Lead) -> dt.date:
    """The first day from which `lead` reaches `day`."""
    if not (lead.period.months or lead.period.years):
        return day - dt.timedelta(days=lead.period.days)
    first = day - dt.timedelta(days=days_in(lead.period) + 1)
    while _reach(dt.datetime.combine(first, dt.time()), lead) < day.toordinal():
        first += dt.timedelta(days=1)
    return first


def _start_of(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
