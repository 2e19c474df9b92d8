"""`due` and `next_wake` driven through sleeps, restarts, clock and zone changes, with a plain model beside them."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.reminders.dates import ReminderFacts, ReminderKind
from companion.domain.reminders.due import Snooze, due, next_wake, snoozed
from companion.domain.reminders.settings import AFTERWARDS, AT_OPENING, QuietHours, ReminderSettings
from companion.domain.reminders.subjects import subjects
from companion.domain.store.orders import SubscriptionStatus
from companion.domain.store.returns import ReturnEligibility
from tests.kits.build import Build

ZONES = [ZoneInfo(name) for name in ("UTC", "America/New_York", "Europe/Berlin", "Pacific/Apia", "Africa/Cairo")]
HOUR = dt.timedelta(hours=1)
QUIET = [
    None,
    QuietHours(),
    QuietHours(begins=dt.time(1), ends=dt.time(5, 30)),
    QuietHours(begins=dt.time(23, 30), ends=dt.time(2, 30)),
]


def customer(build, random_):
    """Some orders with dates within the next year."""
    orders = []
    for number in range(random_.randint(1, 4)):
        charge = build.day(random_.uniform(1, 200))
        ends = build.day(random_.uniform(1, 200))
        opens = build.day(random_.uniform(-20, 60))
        renews = random_.random() < 0.6
        orders.append(
            build.order(
                number=f"LF-{number}",
                licences=(build.licence(expires_at=ends),),
                subscriptions=(
                    build.subscription(
                        auto_renew=renews,
                        status=SubscriptionStatus.ACTIVE if renews else SubscriptionStatus.CANCELLED,
                        next_charge_at=charge,
                        cancel_by=charge - dt.timedelta(days=random_.choice([0, 1, 3])),
                    ),
                ),
                downloads=(build.download(available_from=opens, available_until=opens + dt.timedelta(days=30)),),
                return_eligibility=ReturnEligibility(
                    eligible=random_.random() < 0.5, counted_from=build.NOW, deadline=ends, rule="30 days"
                ),
            )
        )
    return orders


def leads_of(subject, profile, wanted):
    """The leads of a subject as plain day counts, straight from the profile."""
    defaults = profile.policies.reminders
    periods = {
        ReminderKind.RENEWAL: defaults.renewal,
        ReminderKind.CANCEL_BY: wanted.cancel_by,
        ReminderKind.EXPIRY: defaults.expiry,
        ReminderKind.DOWNLOAD_WINDOW: defaults.download_window,
        ReminderKind.RETURN_DEADLINE: defaults.return_deadline,
    }[subject.kind]
    return [period.days for period in periods]


def first_day_of(subject, profile, wanted, zone):
    """The moment from which a reminder of `subject` is called for."""
    if subject.opens_at is not None:
        return subject.opens_at
    day = subject.date.astimezone(zone).date() - dt.timedelta(days=max(leads_of(subject, profile, wanted)))
    return dt.datetime.combine(day, dt.time(), zone)


def is_quiet(quiet, now, zone):
    if quiet is None:
        return False
    time = now.astimezone(zone).time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= time < quiet.ends
    return time >= quiet.begins or time < quiet.ends


class Laptop:
    """A PC that looks when it is on, keeps its records through a crash, and counts what the person saw."""

    def __init__(self, orders, profile, wanted):
        self.orders, self.profile, self.wanted = orders, profile, wanted
        self.records, self.seen, self.snoozes = {}, [], {}

    def look(self, now, zone):
        found = due(ReminderFacts(tuple(self.orders), self.profile, zone), self.records.values(), self.wanted, now)
        for reminder in found:
            assert reminder.kind.comes_after or now < reminder.subject.date
            self.seen.append(reminder.address)
            self.records[reminder.address] = Build.shown(reminder, now)
        return found

    def snooze(self, reminder, choice, now, zone):
        self.records[reminder.address] = snoozed(reminder, choice, self.wanted, now, zone)
        self.snoozes[reminder.address] = self.snoozes.get(reminder.address, 0) + 1


@pytest.mark.parametrize("seed", range(60))
def test_every_date_is_told_in_time_and_nothing_twice(build, seed):
    random_ = random.Random(seed)
    profile, zone = build.profile(), random_.choice(ZONES)
    wanted = ReminderSettings(quiet=random_.choice(QUIET))
    pc = Laptop(customer(build, random_), profile, wanted)
    dates = list(subjects(ReminderFacts(tuple(pc.orders), profile, dt.UTC)))
    now, called_for = build.NOW, set()
    while now < build.day(210):
        found = pc.look(now, zone)
        for subject in dates:
            awake = not is_quiet(wanted.quiet, now, zone) or subject.date - now <= 24 * HOUR
            called = first_day_of(subject, profile, wanted, zone) <= now < subject.date
            if awake and called and not subject.by_choice:
                called_for.add(subject.address)
        if found and random_.random() < 0.3:
            pc.snooze(random_.choice(found), random_.choice(list(Snooze)), now, zone)
        # Nothing is told again by looking again, after a crash or by a second program.
        assert {entry.address for entry in pc.look(now, zone)}.isdisjoint(set(pc.records) - set(pc.snoozes))
        now += random_.choice([HOUR / 6, 3 * HOUR, 9 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR * random_.randint(2, 40)])
    told = {address.rpartition("@")[0] for address in pc.seen}
    assert called_for - told == set()
    assert told.isdisjoint(subject.address for subject in dates if subject.by_choice), "an end that was chosen"
    for address in pc.seen:
        assert pc.seen.count(address) <= 1 + pc.snoozes.get(address, 0)


@pytest.mark.parametrize("seed", range(40))
def test_travel_and_a_clock_that_jumps_double_nothing_and_lose_nothing(build, seed):
    random_ = random.Random(1000 + seed)
    profile = build.profile()
    pc = Laptop(customer(build, random_), profile, ReminderSettings(quiet=None))
    true_now, called_for = build.NOW, set()
    while true_now < build.day(210):
        zone = random_.choice(ZONES)
        error = random_.choice([0, 0, 0, -3, 2, 400]) * 24 * HOUR
        pc.look(true_now + error, zone)
        pc.look(true_now, zone)
        for subject in subjects(ReminderFacts(tuple(pc.orders), profile, zone)):
            called = first_day_of(subject, profile, pc.wanted, zone) <= true_now < subject.date
            if called and not subject.by_choice:
                called_for.add(subject.address)
        true_now += random_.choice([3 * HOUR, 24 * HOUR, 24 * HOUR * random_.randint(2, 30)])
    assert len(pc.seen) == len(set(pc.seen))
    assert called_for - {address.rpartition("@")[0] for address in pc.seen} == set()


@pytest.mark.parametrize("seed", range(60))
def test_of_one_date_the_leads_come_in_order(build, seed):
    random_ = random.Random(2000 + seed)
    pc = Laptop(customer(build, random_), build.profile(), ReminderSettings())
    now = build.NOW
    while now < build.day(210):
        found = pc.look(now, ZONES[1])
        assert len({reminder.subject.address for reminder in found}) == len(found)
        now += 24 * HOUR * random_.uniform(0.1, 12)
    nearness: dict[str, int] = {}
    for address in pc.seen:
        subject, _, lead = address.rpartition("@")
        days = {AT_OPENING: 999, AFTERWARDS: -1}.get(lead) or int(lead[1:-1])
        assert days < nearness.get(subject, 1000)
        nearness[subject] = days


@settings(max_examples=120, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(ZONES),
    st.sampled_from(QUIET),
    st.floats(0, 200),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_next_wake_is_the_first_moment_with_something_to_show(build, seed, zone, quiet, offset, between):
    random_ = random.Random(seed)
    profile, wanted = build.profile(), ReminderSettings(quiet=quiet)
    if random_.random() < 0.3:
        wanted = ReminderSettings(quiet=quiet, renewal=build.periods("P1M", "P1W"), expiry=build.periods("P2M"))
    pc = Laptop(customer(build, random_), profile, wanted)
    now = build.day(offset)
    for earlier in sorted(random_.uniform(0, offset) for _ in range(random_.randint(0, 3))):
        for reminder in pc.look(build.day(earlier), zone):
            if random_.random() < 0.4:
                pc.snooze(reminder, random_.choice(list(Snooze)), build.day(earlier), zone)

    facts = ReminderFacts(tuple(pc.orders), profile, zone)

    def anything(moment):
        return due(facts, pc.records.values(), wanted, moment)

    wake = next_wake(facts, pc.records.values(), wanted, now)
    horizon = wake or build.day(400)
    if wake is not None:
        assert wake >= now
        assert anything(wake)
        just_before = max(now, wake - dt.timedelta(seconds=1))
        assert wake == now or not anything(just_before)
    for part in between:
        moment = now + (horizon - now) * part
        assert moment == wake or not anything(moment)
