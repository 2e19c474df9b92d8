"""When a support number is answered, in the person's own time."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.serialization import encode
from companion.domain.core.text import plain_moment
from companion.domain.store.profile import OpeningHours
from companion.domain.support.opening_hours import Opening, OpenState, opening, opening_sentence, state_words


def at(text, zone="UTC"):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def desk(build, *hours, zone="America/New_York"):
    return build.entry(
        time_zone=zone,
        hours=tuple(
            OpeningHours(weekdays=days, opens=dt.time.fromisoformat(opens), closes=dt.time.fromisoformat(closes))
            for days, opens, closes in hours
        ),
    )


WEEK = (1, 2, 3, 4, 5)
DAILY = (1, 2, 3, 4, 5, 6, 7)


def test_open_now_until_when_in_the_persons_own_time(build):
    found = opening(desk(build, (WEEK, "09:00", "17:00")), at("2027-01-13T15:00"), ZoneInfo("Europe/Berlin"))
    assert found.state is OpenState.OPEN
    assert found.changes_at == at("2027-01-13T23:00", "Europe/Berlin")
    assert opening_sentence(found, plain_moment(ZoneInfo("Europe/Berlin"))) == (
        "Open now until Wednesday 13 January 2027, 23:00."
    )


def test_closed_over_the_weekend_opens_on_monday(build):
    found = opening(desk(build, (WEEK, "09:00", "17:00")), at("2027-01-15T22:00"), ZoneInfo("America/New_York"))
    assert found.state is OpenState.CLOSED
    assert found.changes_at == at("2027-01-18T09:00", "America/New_York")


def test_the_weeks_between_two_clock_changes_move_the_hours(build):
    # New York changes its clocks on 14 March 2027, Berlin on 28 March: for two weeks the desk opens an hour earlier.
    berlin = ZoneInfo("Europe/Berlin")
    hours = desk(build, (WEEK, "09:00", "17:00"))
    opens = [
        opening(hours, at(f"2027-03-{day}T03:00"), berlin).changes_at.astimezone(berlin).hour
        for day in ("12", "17", "30")
    ]
    assert opens == [15, 14, 15]


def test_hours_past_midnight(build):
    night = desk(build, (WEEK, "18:00", "02:00"))
    zone = ZoneInfo("America/New_York")
    assert opening(night, at("2027-01-16T01:30", "America/New_York"), zone).changes_at == at(
        "2027-01-16T02:00", "America/New_York"
    )
    assert opening(night, at("2027-01-16T02:00", "America/New_York"), zone).state is OpenState.CLOSED


def test_spans_that_touch_are_one_and_around_the_clock_is_said(build):
    zone = ZoneInfo("UTC")
    assert opening(desk(build, (DAILY, "00:00", "00:00")), at("2027-01-16T01:30"), zone).state is OpenState.ALWAYS
    assert opening(desk(build, (DAILY, "00:00", "23:59:59")), at("2027-01-16T01:30"), zone).state is OpenState.ALWAYS
    weekdays = opening(desk(build, (WEEK, "00:00", "23:59"), zone="UTC"), at("2027-01-13T01:30"), zone)
    assert weekdays.changes_at == at("2027-01-15T23:59")
    split = desk(build, (WEEK, "09:00", "12:00"), (WEEK, "13:00", "17:00"), zone="UTC")
    assert opening(split, at("2027-01-13T12:30"), zone).changes_at == at("2027-01-13T13:00")


def test_a_gap_in_the_clock_at_opening_time(build):
    # 02:30 does not exist in New York on 14 March 2027.
    found = opening(desk(build, ((7,), "02:30", "05:00")), at("2027-03-14T06:00"), ZoneInfo("America/New_York"))
    assert found.changes_at == at("2027-03-14T07:30")


def test_what_the_profile_does_not_say_is_not_made_up(build):
    for entry in (
        desk(build),
        desk(build, (WEEK, "09:00", "17:00"), zone="Nowhere/Land"),
        desk(build, ((), "09:00", "10:00")),
    ):
        found = opening(entry, at("2027-01-13T15:00"), dt.UTC)
        assert found == Opening(state=OpenState.UNKNOWN)
        assert "does not say" in opening_sentence(found, plain_moment(dt.UTC))


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(
        dt.datetime.fromisoformat("2026-01-01"), dt.datetime.fromisoformat("2029-01-01"), timezones=st.just(dt.UTC)
    ),
    st.times(),
    st.times(),
    st.sets(st.integers(1, 7), min_size=1),
    st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"]),
    st.sampled_from(["Europe/London", "Pacific/Apia", "UTC"]),
)
def test_until_the_told_moment_nothing_changes_and_there_it_does(build, now, opens, closes, days, zone, mine):
    entry = build.entry(time_zone=zone, hours=(OpeningHours(weekdays=tuple(days), opens=opens, closes=closes),))
    found = opening(entry, now, ZoneInfo(mine))
    if found.state is OpenState.ALWAYS:
        return
    assert found.changes_at is not None
    assert found.changes_at > now
    second = dt.timedelta(seconds=1)
    before = opening(entry, max(now, found.changes_at - second), ZoneInfo(mine))
    assert (before.state, before.changes_at) == (found.state, found.changes_at)
    assert opening(entry, found.changes_at, ZoneInfo(mine)).state is not found.state


def test_the_state_in_words_never_says_closed_when_the_hours_are_not_known():
    assert {state: state_words(state) for state in OpenState} == {
        OpenState.OPEN: "Open now",
        OpenState.ALWAYS: "Open now",
        OpenState.CLOSED: "Closed now",
        OpenState.UNKNOWN: "Hours not known",
    }


def test_the_json_key_of_the_state_is_stable():
    assert encode(Opening(state=OpenState.CLOSED)) == b'{"desk":"closed","changesAt":null,"holiday":null}'


def test_the_states_are_stable_words():
    assert [state.value for state in OpenState] == ["open", "closed", "always", "unknown"]


def test_the_sentences_of_every_state():
    show = plain_moment(dt.UTC)
    when = at("2027-01-13T23:00")
    assert opening_sentence(Opening(state=OpenState.ALWAYS), show) == "Open now, at any time of any day."
    assert opening_sentence(Opening(state=OpenState.UNKNOWN), show) == (
        "The store does not say when this number is answered."
    )
    assert opening_sentence(Opening(state=OpenState.OPEN, changes_at=when), show) == (
        "Open now until Wednesday 13 January 2027, 23:00."
    )
    assert opening_sentence(Opening(state=OpenState.CLOSED, changes_at=when), show) == (
        "Closed now; opens Wednesday 13 January 2027, 23:00."
    )


def test_hours_of_different_days_are_all_heard(build):
    hours = desk(build, ((), "00:00", "00:00"), ((6,), "10:00", "12:00"), (WEEK, "09:00", "17:00"), zone="UTC")
    # 13 January 2027 is a Wednesday.
    assert opening(hours, at("2027-01-13T10:00"), dt.UTC).changes_at == at("2027-01-13T17:00")
    assert opening(hours, at("2027-01-15T17:00"), dt.UTC).changes_at == at("2027-01-16T10:00")


def test_a_break_of_more_than_a_minute_is_a_break(build):
    def until(resumes):
        hours = desk(build, (DAILY, "09:00", "12:00"), (DAILY, resumes, "17:00"), zone="UTC")
        return opening(hours, at("2027-01-13T10:00"), dt.UTC).changes_at

    assert until("12:00") == until("12:01") == at("2027-01-13T17:00")
    assert until("12:01:01") == at("2027-01-13T12:00")


def test_hours_within_others_do_not_shorten_them(build):
    hours = desk(build, (DAILY, "09:00", "17:00"), (DAILY, "10:00", "12:00"), zone="UTC")
    assert opening(hours, at("2027-01-13T11:00"), dt.UTC).changes_at == at("2027-01-13T17:00")


def test_a_day_a_week_is_found_from_the_day_after(build):
    monday = desk(build, ((1,), "09:00", "10:00"), zone="UTC")
    assert opening(monday, at("2027-01-11T10:00"), dt.UTC).changes_at == at("2027-01-18T09:00")


def test_open_for_six_days_is_not_always_open(build):
    long = desk(build, ((1, 2, 3, 4, 5, 6), "00:00", "00:00"), zone="UTC")
    found = opening(long, at("2027-01-11T00:00"), dt.UTC)
    assert (found.state, found.changes_at) == (OpenState.OPEN, at("2027-01-17T00:00"))


NEW_YORK = ZoneInfo("America/New_York")
THANKSGIVING = at("2026-11-26T10:00", "America/New_York")


def closed_on_holidays(build, *hours, closed=True, country=None, zone="America/New_York"):
    return msgspec.structs.replace(desk(build, *hours, zone=zone), closed_on_holidays=closed, country=country)


def test_closed_on_a_public_holiday_of_the_stores_country(build):
    found = opening(closed_on_holidays(build, (WEEK, "09:00", "17:00")), THANKSGIVING, NEW_YORK, "US")
    assert (found.state, found.holiday) == (OpenState.CLOSED, "Thanksgiving Day")
    assert opening_sentence(found, plain_moment(NEW_YORK)) == (
        "Closed today: Thanksgiving Day. It opens Friday 27 November 2026, 09:00."
    )


def test_the_holidays_are_those_of_the_place_where_it_is_answered(build):
    london = closed_on_holidays(build, (WEEK, "09:00", "17:00"), country="GB", zone="Europe/London")
    assert opening(london, at("2026-11-26T10:00"), NEW_YORK, "US").state is OpenState.OPEN
    boxing_day = opening(london, at("2026-12-28T10:00"), NEW_YORK, "US")
    assert (boxing_day.state, boxing_day.holiday) == (OpenState.CLOSED, "Boxing Day (observed)")


def test_a_weekend_before_a_holiday_opens_after_it(build):
    # 18 January 2027 is Martin Luther King Jr. Day.
    week = closed_on_holidays(build, (WEEK, "09:00", "17:00"))
    found = opening(week, at("2027-01-16T12:00", "America/New_York"), NEW_YORK, "US")
    assert (found.changes_at, found.holiday) == (at("2027-01-19T09:00", "America/New_York"), None)


def test_a_night_that_begins_before_the_holiday_is_finished(build):
    night = closed_on_holidays(build, (DAILY, "18:00", "02:00"))
    early = opening(night, at("2026-11-26T01:00", "America/New_York"), NEW_YORK, "US")
    assert (early.state, early.changes_at) == (OpenState.OPEN, at("2026-11-26T02:00", "America/New_York"))
    evening = opening(night, at("2026-11-26T19:00", "America/New_York"), NEW_YORK, "US")
    assert (evening.state, evening.changes_at) == (OpenState.CLOSED, at("2026-11-27T18:00", "America/New_York"))
    assert opening(night, at("2026-11-27T01:00", "America/New_York"), NEW_YORK, "US").state is OpenState.CLOSED


def test_around_the_clock_but_not_on_holidays(build):
    daily = closed_on_holidays(build, (DAILY, "00:00", "00:00"))
    found = opening(daily, at("2026-11-20T10:00", "America/New_York"), NEW_YORK, "US")
    assert (found.state, found.changes_at) == (OpenState.OPEN, at("2026-11-26T00:00", "America/New_York"))


def test_answered_on_holidays_is_taken_at_its_word(build):
    found = opening(closed_on_holidays(build, (WEEK, "09:00", "17:00"), closed=False), THANKSGIVING, NEW_YORK, "US")
    assert (found.state, found.holiday) == (OpenState.OPEN, None)


def test_where_the_store_says_nothing_of_holidays_it_is_not_known(build):
    found = opening(desk(build, (WEEK, "09:00", "17:00")), THANKSGIVING, NEW_YORK, "US")
    assert (found.state, found.holiday) == (OpenState.UNKNOWN, "Thanksgiving Day")
    assert "does not say whether the number is answered" in opening_sentence(found, plain_moment(NEW_YORK))
    always = opening(desk(build, (DAILY, "00:00", "00:00")), THANKSGIVING, NEW_YORK, "US")
    assert always.state is OpenState.ALWAYS
    unknown_country = opening(desk(build, (WEEK, "09:00", "17:00")), THANKSGIVING, NEW_YORK, "XX")
    assert unknown_country.state is OpenState.OPEN
