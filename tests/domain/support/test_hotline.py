import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.text import plain_moment
from companion.domain.store.profile import MakerName, OpeningHours, Support
from companion.domain.support.hotline import (
    Desk,
    normalise_maker,
    offers_number,
    opening,
    opening_sentence,
    right_number,
)

MAKERS = (
    MakerName(name="HP", spellings=("HP", "Hewlett-Packard", "HP Inc.")),
    MakerName(name="Dell", spellings=("Dell Inc.",)),
    MakerName(name="Lenovo", spellings=("LENOVO",)),
    MakerName(name="ASUS", spellings=("ASUSTeK COMPUTER INC.",)),
)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("HP", "HP"),
        ("Hewlett-Packard", "HP"),
        ("HEWLETT PACKARD", "HP"),
        ("hewlett-packard company", "HP"),
        ("HP Inc.", "HP"),
        ("HP, Inc", "HP"),
        ("  Dell Computer Corporation ", "Dell"),
        ("ASUSTeK Computer Inc.", "ASUS"),
        ("ASUS", "ASUS"),
        ("LENOVO", "Lenovo"),
        ("HPE Systems", "HPE Systems"),
        ("Framework", "Framework"),
        ("Micro-Star International Co., Ltd.", "Micro-Star International"),
        ("To Be Filled By O.E.M.", None),
        ("System manufacturer", None),
        ("", None),
        (None, None),
    ],
)
def test_one_maker_has_one_name(raw, name):
    assert normalise_maker(raw, MAKERS) == name


@pytest.fixture
def desks(build):
    return Support(
        entries=(
            build.entry(id="us", countries=("US",), languages=("en",), phone="+18005550001"),
            build.entry(id="us-hp", countries=("US",), makers=("HP",), languages=("en",), phone="+18005550002"),
            build.entry(id="us-monthly", countries=("US",), products=("monthly",), phone="+18005550003"),
            build.entry(id="de", countries=("DE", "AT"), languages=("de", "en"), phone="+4930555001"),
            build.entry(id="gb-hp", countries=("GB",), makers=("HP",), phone="+442055550001"),
        ),
        makers=MAKERS,
    )


@pytest.mark.parametrize(
    ("maker", "product", "country", "language", "id_"),
    [
        ("Hewlett-Packard", "suite", "US", "en-US", "us-hp"),
        ("Dell Inc.", "suite", "US", "en", "us"),
        (None, "suite", "US", "en", "us"),
        ("Dell", "monthly", "US", "en", "us-monthly"),
        ("HP Inc.", "suite", "DE", "de_DE", "de"),
        ("HP", "suite", "GB", "en", "gb-hp"),
        ("HP", None, "FR", "fr", "gb-hp"),
        ("Dell", None, "GB", "en", "us"),
    ],
)
def test_the_number_depends_on_maker_product_country_and_language(desks, maker, product, country, language, id_):
    assert right_number(desks, maker, product, country, language).entry.id == id_


def test_the_reason_is_told(desks, build):
    assert right_number(desks, "Hewlett-Packard", None, "US", "en").why == (
        "This is the right number because your PC is made by HP and it serves your country."
    )
    elsewhere = right_number(desks, "Dell", None, "JP", "ja").why
    assert "no number for your country" in elsewhere
    assert "speak your language" in elsewhere
    own = Support(entries=(build.entry(why="One team answers all."),))
    assert right_number(own, None, None, None, None).why == "One team answers all."


def test_no_number_is_made_up(build):
    assert right_number(Support(entries=()), "HP", None, "US", "en") is None
    others = Support(entries=(build.entry(makers=("Dell",)),), makers=MAKERS)
    assert right_number(others, "HP", None, "US", "en") is None
    assert right_number(others, None, None, "US", "en") is None


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["HP", "Dell", "Hewlett-Packard"])),
    st.one_of(st.none(), st.sampled_from(["suite", "monthly"])),
    st.one_of(st.none(), st.sampled_from(["US", "DE", "FR"])),
    st.one_of(st.none(), st.sampled_from(["en", "de-AT", ""])),
)
def test_every_number_given_is_one_of_the_profiles(build, maker, product, country, language):
    found = right_number(build.profile().support, maker, product, country, language)
    assert found is not None
    assert found.entry in build.profile().support.entries
    assert found.why.endswith(".")


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
    assert found.desk is Desk.OPEN
    assert found.changes_at == at("2027-01-13T23:00", "Europe/Berlin")
    assert opening_sentence(found, plain_moment(ZoneInfo("Europe/Berlin"))) == (
        "Open now until Wednesday 13 January 2027, 23:00."
    )


def test_closed_over_the_weekend_opens_on_monday(build):
    found = opening(desk(build, (WEEK, "09:00", "17:00")), at("2027-01-15T22:00"), ZoneInfo("America/New_York"))
    assert found.desk is Desk.CLOSED
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
    assert opening(night, at("2027-01-16T02:00", "America/New_York"), zone).desk is Desk.CLOSED


def test_spans_that_touch_are_one_and_around_the_clock_is_said(build):
    zone = ZoneInfo("UTC")
    assert opening(desk(build, (DAILY, "00:00", "00:00")), at("2027-01-16T01:30"), zone).desk is Desk.ALWAYS
    assert opening(desk(build, (DAILY, "00:00", "23:59:59")), at("2027-01-16T01:30"), zone).desk is Desk.ALWAYS
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
        assert (found.desk, found.is_open) == (Desk.UNKNOWN, False)
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
    if found.desk is Desk.ALWAYS:
        return
    assert found.changes_at > now
    second = dt.timedelta(seconds=1)
    before = opening(entry, max(now, found.changes_at - second), ZoneInfo(mine))
    assert (before.desk, before.changes_at) == (found.desk, found.changes_at)
    assert opening(entry, found.changes_at, ZoneInfo(mine)).desk is not found.desk


def test_the_number_is_offered_after_the_second_failure():
    assert [offers_number(count) for count in range(4)] == [False, False, True, True]
