"""Which lead of a date has come, and when that changes: the limits of each rule, one day on both sides."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.time.periods import Period
from companion.domain.reminders.dates import ReminderKind, Subject
from companion.domain.reminders.schedule import (
    Leads,
    by_subject,
    days_in,
    earliest_day,
    first_showing,
    is_short,
    lead_to_show,
    local_moment,
)
from companion.domain.reminders.settings import AFTERWARDS, AT_OPENING, QuietHours, ReminderSettings, Shown

DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
LOUD = ReminderSettings(quiet=None)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def renewal(build):
    """A renewal in so many days; its leads are 30 and 7 days."""

    def one(days, kind=ReminderKind.RENEWAL, **changes):
        fields = {"kind": kind, "order_number": "LF-1", "about": "sub-1", "name": "Suite", "date": build.day(days)}
        return Subject(**(fields | changes))

    return one


@pytest.fixture
def leads(build):
    return Leads(build.profile(), LOUD)


def told(subject, lead, **changes):
    return Shown(**({"subject": subject.address, "lead": lead, "shown_at": subject.date - 60 * DAY} | changes))


def shown(subject, leads, *records, now, quiet=None, zone=dt.UTC):
    return lead_to_show(subject, leads, by_subject(records), local_moment(now, zone, quiet))


# Quiet hours

NIGHT = QuietHours(begins=dt.time(22), ends=dt.time(8))
NOON = QuietHours(begins=dt.time(12), ends=dt.time(14))


@pytest.mark.parametrize(
    ("quiet", "time", "ends"),
    [
        (None, "23:00", None),
        (QuietHours(begins=dt.time(9), ends=dt.time(9)), "09:00", None),
        (NIGHT, "21:59:59", None),
        (NIGHT, "22:00", "2027-03-11T08:00"),
        (NIGHT, "23:59", "2027-03-11T08:00"),
        (NIGHT, "00:00", "2027-03-10T08:00"),
        (NIGHT, "07:59:59", "2027-03-10T08:00"),
        (NIGHT, "08:00", None),
        (NOON, "11:59:59", None),
        (NOON, "12:00", "2027-03-10T14:00"),
        (NOON, "13:59:59", "2027-03-10T14:00"),
        (NOON, "14:00", None),
    ],
)
def test_whether_it_is_quiet_and_until_when(quiet, time, ends):
    now = dt.datetime.fromisoformat(f"2027-03-10T{time}+00:00")
    found = local_moment(now, dt.UTC, quiet)
    assert found.quiet_until == (None if ends is None else dt.datetime.fromisoformat(f"{ends}+00:00"))
    assert (found.now, found.zone, found.quiet) == (now, dt.UTC, quiet)


def test_the_day_and_the_quiet_hours_are_those_of_the_persons_zone():
    now = dt.datetime(2027, 3, 10, 3, 30, tzinfo=dt.UTC)
    found = local_moment(now, NEW_YORK, NIGHT)
    assert found.today == dt.date(2027, 3, 9).toordinal()
    assert found.quiet_until == dt.datetime(2027, 3, 10, 13, tzinfo=dt.UTC)


def test_an_hour_that_comes_twice_ends_quiet_hours_the_next_time_it_comes():
    # New York puts its clocks back on 7 November 2027 at 2:00: 1:30 comes at 5:30 and at 6:30 in UTC.
    quiet = QuietHours(begins=dt.time(0), ends=dt.time(1, 30))
    night = dt.datetime(2027, 11, 7, tzinfo=dt.UTC)
    assert local_moment(night.replace(hour=5), NEW_YORK, quiet).quiet_until == night.replace(hour=5, minute=30)
    assert local_moment(night.replace(hour=5, minute=45), NEW_YORK, quiet).quiet_until is None
    assert local_moment(night.replace(hour=6, minute=15), NEW_YORK, quiet).quiet_until == night.replace(
        hour=6, minute=30
    )


# Leads


@pytest.mark.parametrize(
    ("period", "days"),
    [("P1D", 1), ("P1M", 31), ("P1Y", 366), ("P1Y1M1D", 398), ("P2W", 14), ("P0D", 0)],
)
def test_the_most_days_a_period_has(period, days):
    assert days_in(Period.parse(period)) == days


@pytest.mark.parametrize(
    ("lead", "term", "short"),
    [
        ("P30D", None, True),
        ("P15D", "P30D", True),
        ("P16D", "P31D", False),
        ("P30D", "P60D", True),
        ("P31D", "P60D", False),
    ],
)
def test_a_lead_is_short_for_a_term_when_it_is_at_most_half_of_it(lead, term, short):
    assert is_short(Period.parse(lead), Period.parse(term) if term else None) is short


def codes(found):
    return [lead.code for lead in found]


def test_the_leads_of_each_kind_are_the_stores_unless_the_person_wants_others(build, leads):
    stores = {
        ReminderKind.RENEWAL: ["P30D", "P7D"],
        ReminderKind.CANCEL_BY: ["P1D"],
        ReminderKind.EXPIRY: ["P30D", "P14D", "P7D", "P3D", "P1D", "P0D"],
        ReminderKind.DOWNLOAD_WINDOW: ["P7D", "P2D", "P1D"],
        ReminderKind.RETURN_DEADLINE: ["P3D", "P1D"],
        ReminderKind.REFUND_OVERDUE: [],
        ReminderKind.PARCEL_OVERDUE: [],
        ReminderKind.RETURN_WAITS: [],
    }
    assert {kind: codes(leads.of(kind)) for kind in ReminderKind} == stores
    own = ReminderSettings(
        renewal=build.periods("P1D"),
        cancel_by=build.periods("P2D"),
        expiry=build.periods("P3D"),
        download_window=build.periods("P4D"),
        return_deadline=(),
    )
    wanted = Leads(build.profile(), own)
    assert {kind: codes(wanted.of(kind)) for kind in list(ReminderKind)[:5]} == {
        ReminderKind.RENEWAL: ["P1D"],
        ReminderKind.CANCEL_BY: ["P2D"],
        ReminderKind.EXPIRY: ["P3D"],
        ReminderKind.DOWNLOAD_WINDOW: ["P4D"],
        ReminderKind.RETURN_DEADLINE: [],
    }


def test_of_a_short_plan_the_long_leads_are_left_out_but_one_remains(leads):
    assert codes(leads.of(ReminderKind.RENEWAL, Period(months=1))) == ["P7D"]
    assert codes(leads.of(ReminderKind.RENEWAL, Period(months=2))) == ["P30D", "P7D"]
    assert codes(leads.of(ReminderKind.RENEWAL, Period(days=7))) == ["P7D"]
    assert codes(leads.of(ReminderKind.EXPIRY, Period(days=0))) == ["P0D"]


@pytest.mark.parametrize(
    ("days", "lead"),
    [(31, None), (30, "P30D"), (29, "P30D"), (8, "P30D"), (7, "P7D"), (1, "P7D"), (0.01, "P7D"), (0, None), (-1, None)],
)
def test_the_nearest_lead_that_has_come(build, renewal, leads, days, lead):
    assert shown(renewal(days), leads, now=build.NOW) == lead


def test_leads_are_counted_in_days_of_the_persons_calendar(build, leads, renewal):
    # 03:00 in UTC is the evening before in New York.
    subject = renewal(0, date=dt.datetime(2027, 4, 10, 3, tzinfo=dt.UTC))
    assert shown(subject, leads, now=build.NOW, zone=dt.UTC) is None
    assert shown(subject, leads, now=build.NOW, zone=NEW_YORK) == "P30D"


def test_leads_in_months_are_counted_by_the_calendar(build, renewal):
    months = Leads(build.profile(), ReminderSettings(quiet=None, renewal=build.periods("P1M", "P2M")))
    now = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)

    def on(month, day):
        return shown(renewal(0, date=dt.datetime(2027, month, day, 12, tzinfo=dt.UTC)), months, now=now)

    assert [on(2, 28), on(3, 1), on(3, 31), on(4, 1)] == ["P1M", "P2M", "P2M", None]


@pytest.mark.parametrize(("over", "code"), [(-1, None), (0, None), (1, AFTERWARDS), (90, AFTERWARDS), (91, None)])
def test_what_is_late_is_told_from_the_day_after_for_ninety_days(build, renewal, leads, over, code):
    subject = renewal(-over, kind=ReminderKind.REFUND_OVERDUE)
    assert shown(subject, leads, now=build.NOW) == code
    silent = Leads(build.profile(), ReminderSettings(quiet=None, overdue=False))
    assert shown(subject, silent, now=build.NOW) is None


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        (1, 20, None),
        (0, 20, AT_OPENING),
        (-1, 20, AT_OPENING),
        (-1, 8, AT_OPENING),
        (-1, 7, "P7D"),
        (-1, 2, "P2D"),
        (-1, 1, "P1D"),
        (1, 5, None),
        (-5, 0, None),
    ],
)
def test_a_download_window_is_told_when_it_opens_and_before_it_closes(build, renewal, leads, opens, closes, code):
    subject = renewal(closes, kind=ReminderKind.DOWNLOAD_WINDOW, opens_at=build.day(opens))
    assert shown(subject, leads, now=build.NOW) == code


def test_who_wants_no_word_of_windows_is_not_told_of_their_opening(build, renewal):
    never = Leads(build.profile(), ReminderSettings(quiet=None, download_window=()))
    subject = renewal(20, kind=ReminderKind.DOWNLOAD_WINDOW, opens_at=build.day(-1))
    assert shown(subject, never, now=build.NOW) is None


# What was shown before


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "P7D"),
        ([("P7D", {})], None),
        ([("P30D", {})], "P7D"),
        ([("P1D", {})], None),  # a nearer one, from before the clock was set back
        ([(AT_OPENING, {})], "P7D"),
        ([("no lead", {})], "P7D"),
        ([("P7D", {"never_again": True})], None),
        ([("P30D", {"never_again": True})], None),
        ([("P30D", {"never_again": True}), ("P7D", {"snoozed": -1})], None),
        ([("P7D", {"snoozed": 1})], None),
        ([("P7D", {"snoozed": 0})], "P7D"),
        ([("P7D", {"snoozed": -1})], "P7D"),
        ([("P30D", {"snoozed": 1})], None),
        ([("P30D", {"snoozed": -1})], "P7D"),
        ([("P1D", {"snoozed": -1})], "P1D"),
        ([("P30D", {}), ("P7D", {})], None),
        ([("P30D", {"snoozed": -1}), ("P7D", {})], None),
        ([("P7D", {"snoozed": -1}), ("P30D", {})], "P7D"),
        ([("P7D", {"snoozed": -1}), ("P1D", {})], None),
    ],
)
def test_what_is_shown_of_a_date_that_was_told_before(build, renewal, leads, records, code):
    subject = renewal(5)
    entries = []
    for lead, answer in records:
        at = {"snoozed_until": build.day(answer["snoozed"])} if "snoozed" in answer else answer
        entries.append(told(subject, lead, **at))
    assert shown(subject, leads, *entries, now=build.NOW) == code
    assert shown(subject, leads, *entries[::-1], now=build.NOW) == code
    assert shown(renewal(5, about="sub-2"), leads, *entries, now=build.NOW) == "P7D", "another subject"


# Quiet hours hold back

EVENING = dt.datetime(2027, 3, 10, 23, tzinfo=dt.UTC)
MORNING = dt.datetime(2027, 3, 11, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("date", "before", "code"),
    [
        (EVENING + 5 * DAY, None, None),
        (EVENING + DAY + SECOND, None, None),
        # The last day of what was never told is not slept through.
        (EVENING + DAY, None, "P7D"),
        (EVENING + DAY, "P30D", None),
        # Nor is the date itself, whatever was told.
        (MORNING + SECOND, "P30D", None),
        (MORNING, "P30D", "P7D"),
        (MORNING - HOUR, "P30D", "P7D"),
    ],
)
def test_what_quiet_hours_hold_back(renewal, leads, date, before, code):
    subject = renewal(0, date=date)
    records = [] if before is None else [told(subject, before)]
    assert shown(subject, leads, *records, now=EVENING, quiet=NIGHT) == code


def test_what_is_late_anyway_waits_for_the_morning(renewal, leads):
    subject = renewal(0, kind=ReminderKind.PARCEL_OVERDUE, date=EVENING - 3 * DAY)
    assert shown(subject, leads, now=EVENING, quiet=NIGHT) is None
    assert shown(subject, leads, now=MORNING, quiet=NIGHT) == AFTERWARDS


# When to look again


@pytest.fixture
def first(leads):
    def at(subject, *records, now, quiet=None, before=None, leads=leads, zone=dt.UTC):
        local = local_moment(now, zone, quiet)
        found = first_showing(subject, leads, by_subject(records), local, before)
        bound = earliest_day(subject, leads, by_subject(records), local)
        if found is not None and before is None:
            assert bound is not None
            assert bound <= found.astimezone(zone).toordinal(), "the bound is never later than the showing"
        return found

    return at


MIDNIGHT = dt.datetime(2027, 3, 10, tzinfo=dt.UTC)


def test_the_first_showing_is_the_beginning_of_the_first_day_of_a_lead(build, renewal, first):
    assert first(renewal(40), now=build.NOW) == MIDNIGHT + 10 * DAY
    assert first(renewal(20), now=build.NOW) == build.NOW
    assert first(renewal(20), told(renewal(20), "P30D"), now=build.NOW) == MIDNIGHT + 13 * DAY
    assert first(renewal(5), told(renewal(5), "P7D"), now=build.NOW) is None
    assert first(renewal(-1), now=build.NOW) is None


def test_the_first_showing_in_months_is_found_by_the_calendar(build, renewal, first):
    months = Leads(build.profile(), ReminderSettings(quiet=None, renewal=build.periods("P1M")))
    subject = renewal(0, date=dt.datetime(2027, 5, 31, 12, tzinfo=dt.UTC))
    # One month after 30 April is 30 May; the first day from which a month reaches 31 May is 1 May.
    assert first(subject, now=build.NOW, leads=months) == dt.datetime(2027, 5, 1, tzinfo=dt.UTC)


def test_a_snooze_ends_at_its_moment(build, renewal, first):
    subject = renewal(5)
    back = build.day(1.3)
    assert first(subject, told(subject, "P7D", snoozed_until=back), now=build.NOW) == back
    assert first(subject, told(subject, "P7D", never_again=True), now=build.NOW) is None


def test_a_window_is_told_when_it_opens(build, renewal, first):
    subject = renewal(40, kind=ReminderKind.DOWNLOAD_WINDOW, opens_at=build.day(3.2))
    assert first(subject, now=build.NOW) == build.day(3.2)


def test_what_is_late_is_told_from_the_beginning_of_the_next_day(build, renewal, first):
    subject = renewal(2, kind=ReminderKind.REFUND_OVERDUE)
    assert first(subject, now=build.NOW) == MIDNIGHT + 3 * DAY
    silent = Leads(build.profile(), ReminderSettings(quiet=None, overdue=False))
    assert first(subject, now=build.NOW, leads=silent) is None


def test_quiet_hours_put_the_first_showing_off_to_their_end(build, renewal, first):
    subject = renewal(40)
    assert first(subject, now=build.NOW, quiet=NIGHT) == MIDNIGHT + 10 * DAY + 8 * HOUR
    assert first(renewal(20), now=EVENING, quiet=NIGHT) == MORNING
    late = renewal(1.4, date=EVENING + DAY + HOUR)
    # Its last day begins within quiet hours: then it is told at once.
    assert first(late, now=EVENING, quiet=NIGHT) == EVENING + HOUR


def test_only_showings_before_a_given_moment_are_looked_for(build, renewal, first):
    begins = MIDNIGHT + 10 * DAY
    assert first(renewal(40), now=build.NOW, before=begins) is None
    assert first(renewal(40), now=build.NOW, before=begins + SECOND) == begins
    assert first(renewal(20), now=build.NOW, before=build.NOW) == build.NOW
    quiet_ends = begins + 8 * HOUR
    assert first(renewal(40), now=build.NOW, quiet=NIGHT, before=quiet_ends) is None
    assert first(renewal(40), now=build.NOW, quiet=NIGHT, before=quiet_ends + SECOND) == quiet_ends


@pytest.mark.parametrize(
    ("days", "records", "bound"),
    [
        (40, [], 10),
        (31, [], 1),
        (30, [], 0),
        (20, [("P30D", {})], 13),
        (8, [("P30D", {})], 1),
        (5, [("P7D", {})], None),
        (5, [("P7D", {"never_again": True})], None),
        (5, [("P7D", {"snoozed_until": MORNING})], 0),
        (40, [("P30D", {"snoozed_until": MORNING})], 0),
        (0, [], None),
        (-1, [], None),
    ],
)
def test_the_earliest_day_is_exact_for_leads_in_days(build, renewal, leads, days, records, bound):
    subject = renewal(days)
    local = local_moment(build.NOW, dt.UTC, None)
    found = earliest_day(subject, leads, by_subject([told(subject, lead, **answer) for lead, answer in records]), local)
    assert found == (None if bound is None else local.today + bound)


def test_the_earliest_day_of_what_is_late_and_of_what_opens(build, renewal, leads):
    local = local_moment(build.NOW, dt.UTC, None)

    def bound(subject, wanted=leads):
        found = earliest_day(subject, wanted, {}, local)
        return None if found is None else found - local.today

    assert bound(renewal(3, kind=ReminderKind.PARCEL_OVERDUE)) == 4
    assert bound(renewal(-3, kind=ReminderKind.PARCEL_OVERDUE)) == 0
    silent = Leads(build.profile(), ReminderSettings(quiet=None, overdue=False))
    assert bound(renewal(3, kind=ReminderKind.PARCEL_OVERDUE), silent) is None
    window = {"kind": ReminderKind.DOWNLOAD_WINDOW}
    assert bound(renewal(40, **window, opens_at=build.day(3))) == 3
    assert bound(renewal(40, **window, opens_at=build.day(-3))) == 0


def test_the_earliest_day_for_leads_in_months_leaves_a_week_of_slack(build, renewal):
    months = Leads(build.profile(), ReminderSettings(quiet=None, renewal=build.periods("P1M")))
    local = local_moment(build.NOW, dt.UTC, None)
    # From 10 March a month reaches 10 April; 50 days later is 29 April, 19 days farther, less a week.
    assert earliest_day(renewal(50), months, {}, local) == local.today + 12
    assert earliest_day(renewal(33), months, {}, local) == local.today


@pytest.mark.parametrize(
    ("now", "zone", "ends"),
    [
        ("2027-03-14T05:28:00+00:00", "America/New_York", "2027-03-14T07:00:00+00:00"),
        ("2027-03-14T23:40:00+00:00", "UTC", "2027-03-15T02:30:00+00:00"),
    ],
)
def test_quiet_hours_that_end_in_the_hour_that_clocks_skip_end_with_the_jump(now, zone, ends):
    quiet = QuietHours(begins=dt.time(23, 30), ends=dt.time(2, 30))
    found = local_moment(dt.datetime.fromisoformat(now), ZoneInfo(zone), quiet)
    assert found.quiet_until == dt.datetime.fromisoformat(ends)
