import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.serialization import encode
from companion.domain.core.text import plain_moment
from companion.domain.pc.facts import Machine
from companion.domain.store.profile import MakerName, OpeningHours, Support
from companion.domain.support.hotline import (
    Opening,
    OpenState,
    contact_sentence,
    normalise_maker,
    offers_number,
    opening,
    opening_sentence,
    right_number,
    state_words,
    support_contact,
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
        assert (found.state, found.is_open) == (OpenState.UNKNOWN, False)
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


def test_the_number_is_offered_after_the_second_failure():
    assert [offers_number(count) for count in range(4)] == [False, False, True, True]


BERLIN = ZoneInfo("Europe/Berlin")
HP_LAPTOP = Machine(maker="Hewlett-Packard", model=" HP ProBook 450 ")


@pytest.fixture
def two_orders(build):
    """The newer order is German and monthly, the older one American and yearly; the list is not sorted."""
    return (
        build.order(
            number="LF-NEW",
            placed_at=build.day(-2),
            country="DE",
            licences=(build.licence(product_id="monthly", product_name="Harbour Monthly"),),
        ),
        build.order(number="LF-OLD", placed_at=build.day(-90), country="US"),
    )


def contact(desks, orders, machine=HP_LAPTOP, **wishes):
    return support_contact(desks, orders, machine, at("2027-01-13T15:00"), BERLIN, **wishes)


def test_the_number_is_chosen_by_the_order_it_is_about_and_by_this_pc(desks, two_orders):
    found = contact(desks, two_orders, order_number="LF-OLD", language="en_US")
    assert found.entry.id == "us-hp"
    assert found.why == "This is the right number because your PC is made by HP and it serves your country."
    assert (found.maker, found.model, found.product, found.country) == ("HP", "HP ProBook 450", "Harbour Suite", "US")
    assert found.opening.state is OpenState.OPEN
    assert found.opening.changes_at == at("2027-01-13T23:00", "Europe/Berlin")


@pytest.mark.parametrize("number", [None, "", "LF-UNKNOWN"])
@pytest.mark.parametrize("turned", [False, True])
def test_without_a_known_order_the_latest_one_is_meant(desks, two_orders, number, turned):
    orders = two_orders[::-1] if turned else two_orders
    found = contact(desks, orders, order_number=number, language="de_DE")
    assert (found.entry.id, found.product, found.country) == ("de", "Harbour Monthly", "DE")


def test_a_stated_maker_and_country_go_before_this_pc_and_the_order(desks, two_orders):
    found = contact(desks, two_orders, maker="Dell Inc.", country="us", language="en")
    assert (found.entry.id, found.maker, found.model, found.country) == ("us-monthly", "Dell", None, "US")
    assert contact(desks, two_orders, country="us").model == "HP ProBook 450"


def test_what_is_not_known_of_the_pc_and_the_order_stays_unknown(desks, build):
    bare = contact(desks, (), machine=None)
    assert (bare.maker, bare.model, bare.product, bare.country) == (None, None, None, None)
    assert bare.entry.id == "us"
    blank = Machine(maker="To Be Filled By O.E.M.", model="  ")
    found = contact(desks, (build.order(licences=()),), machine=blank)
    assert (found.maker, found.model, found.product, found.country) == (None, None, None, "US")


def test_no_number_that_serves_means_no_contact(build, two_orders):
    only_dell = Support(entries=(build.entry(makers=("Dell",)),), makers=MAKERS)
    assert contact(only_dell, two_orders) is None


def test_the_number_and_its_hours_in_one_line(desks, two_orders):
    found = contact(desks, two_orders, order_number="LF-OLD")
    assert contact_sentence(found, plain_moment(BERLIN)) == (
        "Support for this PC: +1 800 555 0002. Open now until Wednesday 13 January 2027, 23:00."
    )


def test_the_state_in_words_never_says_closed_when_the_hours_are_not_known():
    assert {state: state_words(state) for state in OpenState} == {
        OpenState.OPEN: "Open now",
        OpenState.ALWAYS: "Open now",
        OpenState.CLOSED: "Closed now",
        OpenState.UNKNOWN: "Hours not known",
    }


def test_the_json_key_of_the_state_is_stable():
    assert encode(Opening(state=OpenState.CLOSED)) == b'{"desk":"closed","changesAt":null}'
