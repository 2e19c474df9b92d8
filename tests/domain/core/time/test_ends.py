"""What is said near an end is true to the minute, in every zone and over changes of the clocks."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from companion.cli.commands.purchases.shown import lines
from companion.domain.billing.auto_renewal import preview_sentences, preview_switch, receipt_lines
from companion.domain.billing.returns import outlook_sentences, return_outlook
from companion.domain.core.text import FormatDate, plain_date, plain_moment, plain_money
from companion.domain.core.time.ends import asked_when, near_to_the_minute, to_the_minute
from companion.domain.entitlements.artifacts import offer_of, offer_sentence
from companion.domain.overview.product_cards import ProductCard, charge_sentence, product_cards, status_sentence
from companion.domain.overview.purchase_cards import purchase_cards, renewal_sentence, standing_words, until_sentence
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.dates import ReminderFacts, ReminderKind
from companion.domain.reminders.due import due
from companion.domain.reminders.icalendar import calendar
from companion.domain.reminders.purchase_dates import purchase_subjects
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.text import reminder_text
from companion.domain.store.orders import Order, Receipt
from companion.domain.store.returns import ReturnEligibility
from tests.kits.build import Build
from tests.kits.purchases import MAILED, fact, purchase_of

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC", "America/New_York", "America/St_Johns", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu",
        "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Chatham",
    )
]  # fmt: skip
MINUTE = dt.timedelta(minutes=1)
# The days on which clocks change in these zones are among them, and so are the hours around midnight.
ends = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2027, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
changes = st.sampled_from(
    [dt.datetime(2027, month, day, tzinfo=dt.UTC) for month, day in ((3, 14), (3, 28), (4, 4), (10, 31), (11, 7))]
).flatmap(lambda day: st.integers(-60, 26 * 60).map(lambda minutes: day + dt.timedelta(minutes=minutes)))
moments = st.one_of(ends, changes)
_TIME = re.compile(r"(?:\w+ )?(\d{1,2} \w+ \d{4}), (\d\d:\d\d)(?: \(([^)]+)\))?")


def shown(now: dt.datetime, zone: dt.tzinfo) -> FormatDate:
    return near_to_the_minute(plain_date(zone), plain_moment(zone), now, zone)


def ends_named(sentence: str, zone: ZoneInfo) -> set[dt.datetime]:
    """The moments that a sentence names, as its reader in `zone` understands them."""
    found = set()
    for day, time, offset in _TIME.findall(sentence):
        wall = dt.datetime.strptime(f"{day} {time}", "%d %B %Y %H:%M").replace(tzinfo=zone)
        # As a list: two moments that clocks show alike are equal here.
        meant = [wall.replace(fold=fold) for fold in (0, 1)]
        found |= {each.astimezone(dt.UTC) for each in meant if not offset or f"{each:%Z}" == offset}
    return found


@settings(deadline=None)
@given(moment=moments, zone=st.sampled_from(ZONES), hours=st.integers(-23, 23))
def test_a_near_end_is_named_so_that_one_moment_is_meant(moment: dt.datetime, zone: ZoneInfo, hours: int) -> None:
    said = shown(moment + dt.timedelta(hours=hours), zone)(moment)
    assert ends_named(said, zone) == {moment}, said


@settings(deadline=None)
@given(moment=moments, zone=st.sampled_from(ZONES))
def test_what_lies_further_off_is_a_day(moment: dt.datetime, zone: ZoneInfo) -> None:
    assert shown(moment - dt.timedelta(days=3), zone)(moment) == plain_date(zone)(moment)
    assert shown(moment, zone)(None) == plain_date(zone)(None)


def card_of(order: Order, build: type[Build], now: dt.datetime, zone: dt.tzinfo) -> ProductCard:
    (card,) = product_cards([order], build.profile(), now, zone)
    return card


@settings(max_examples=60, deadline=None)
@given(end=moments, zone=st.sampled_from(ZONES))
def test_a_licence_is_active_until_the_minute_that_is_named(
    build: type[Build], end: dt.datetime, zone: ZoneInfo
) -> None:
    order = build.order(
        licences=(build.licence(starts_at=build.day(-90), expires_at=end, subscription_id=None),), subscriptions=()
    )
    before, after = end - MINUTE, end + MINUTE
    said = status_sentence(card_of(order, build, before, zone), shown(before, zone))
    assert said.startswith("Active until")
    assert ends_named(said, zone) == {end}
    said = status_sentence(card_of(order, build, after, zone), shown(after, zone))
    assert said.startswith("This licence ran out")
    assert ends_named(said, zone) == {end}


@settings(max_examples=60, deadline=None)
@given(end=moments, zone=st.sampled_from(ZONES))
def test_a_download_is_open_until_the_minute_that_is_named(
    build: type[Build], end: dt.datetime, zone: ZoneInfo
) -> None:
    licence = build.licence(starts_at=build.day(-90), expires_at=end + dt.timedelta(days=300))
    download = build.download(available_from=build.day(-90), available_until=end)
    order = build.order(licences=(licence,), downloads=(download,))
    said = []
    for now in (end - MINUTE, end + MINUTE):
        offer = offer_of(order, download, build.profile(), now)
        said.append(offer_sentence(offer, download, now, zone, shown(now, zone)))
    assert "closed" not in said[0]
    assert ends_named(said[0], zone) == {end}
    assert "You can download it" not in said[1]
    assert ends_named(said[1], zone) in ({end}, set())


@settings(max_examples=60, deadline=None)
@given(end=moments, zone=st.sampled_from(ZONES))
def test_the_last_moment_to_cancel_is_named_to_the_minute(build: type[Build], end: dt.datetime, zone: ZoneInfo) -> None:
    charge = end + dt.timedelta(days=5)
    plan = build.subscription(next_charge_at=charge, cancel_by=end, active_until=charge + dt.timedelta(days=1))
    order = build.order(
        licences=(build.licence(starts_at=build.day(-90), expires_at=charge + dt.timedelta(days=1)),),
        subscriptions=(plan,),
    )
    now = end - MINUTE
    said = charge_sentence(card_of(order, build, now, zone), shown(now, zone), plain_money)
    assert ends_named(said, zone) == {end}
    loud = ReminderSettings(quiet=None)
    facts = ReminderFacts((order,), build.profile(), zone)
    told = [reminder_text(each, shown(now, zone), plain_money) for each in due(facts, (), loud, now)]
    cancelling = [each for each in told if "Last day to cancel" in each.title]
    assert len(cancelling) == 1
    assert ends_named(cancelling[0].title, zone) == {end}
    later = [
        reminder_text(each, shown(end + MINUTE, zone), plain_money).title for each in due(facts, (), loud, end + MINUTE)
    ]
    assert not [title for title in later if "Last day to cancel" in title]


@settings(max_examples=60, deadline=None)
@given(end=moments, zone=st.sampled_from(ZONES))
def test_a_return_is_possible_until_the_minute_that_is_named(
    build: type[Build], end: dt.datetime, zone: ZoneInfo
) -> None:
    judged = ReturnEligibility(
        eligible=True, counted_from=end - dt.timedelta(days=30), deadline=end, rule="30 days from the day of the order"
    )
    order = build.order(return_eligibility=judged, placed_at=end - dt.timedelta(days=30))
    now = end - MINUTE
    outlook = return_outlook(order, build.profile(), now, zone)
    said = " ".join(outlook_sentences(outlook, shown(now, zone), plain_money))
    assert outlook.eligible
    assert end in ends_named(said, zone)
    assert not return_outlook(order, build.profile(), end + MINUTE, zone).eligible


@settings(max_examples=60, deadline=None)
@given(end=moments, zone=st.sampled_from(ZONES))
def test_a_purchase_of_any_shop_is_good_until_the_minute_that_is_named(end: dt.datetime, zone: ZoneInfo) -> None:
    found = purchase_of([fact(Field.EXPIRES, end.isoformat(), "Foto 12")])
    for now, begin in ((end - MINUTE, "It runs until"), (end + MINUTE, "It ran until")):
        (card,) = purchase_cards([found], now, zone)
        said = until_sentence(card, shown(now, zone))
        assert said.startswith(begin)
        assert ends_named(said, zone) == {end}
        assert ends_named(standing_words(found, now, zone, shown(now, zone)), zone) == {end}


@settings(max_examples=60, deadline=None)
@given(day=moments.map(dt.datetime.date), zone=st.sampled_from(ZONES))
def test_a_day_that_is_stated_without_a_time_is_given_none(day: dt.date, zone: ZoneInfo) -> None:
    found = purchase_of([fact(Field.EXPIRES, day.isoformat(), "Foto 12")])
    now = dt.datetime.combine(day, dt.time(15), tzinfo=zone)
    (card,) = purchase_cards([found], now, zone)
    said = until_sentence(card, shown(now, zone))
    assert said == f"It runs until {plain_date(zone)(now)}: today is its last day."


stated = st.one_of(moments, moments.map(dt.datetime.date))
"""A moment, or a day of which no time is known."""


def its_end(when: dt.date, zone: ZoneInfo) -> dt.datetime:
    return when if isinstance(when, dt.datetime) else dt.datetime.combine(when, dt.time(23, 59, 59), tzinfo=zone)


def times_of(when: dt.date) -> set[dt.datetime]:
    """The moments that may be named: none where only the day is known."""
    return {when} if isinstance(when, dt.datetime) else set()


def purchase_that_ends(when: dt.date, later: dt.date) -> Overview:
    """A purchase all of whose dates but the charge are stated as `when`."""
    values = (
        (Field.RENEWS_ON, later.isoformat(), ""), (Field.CANCEL_BY, when.isoformat(), ""),
        (Field.RETURN_BY, when.isoformat(), ""), (Field.AUTO_RENEW, "on", ""),
        (Field.RENEWAL_PRICE, "59.95 USD", ""), (Field.EXPIRES, when.isoformat(), "Foto 12"),
        (Field.DOWNLOAD, "setup.exe", "setup.exe"), (Field.DOWNLOAD_UNTIL, when.isoformat(), "setup.exe"),
    )  # fmt: skip
    return purchase_of([fact(*each) for each in values])


@settings(max_examples=60, deadline=None)
@given(when=stated, zone=st.sampled_from(ZONES))
def test_each_line_about_a_purchase_names_the_time_that_is_stated_and_no_other(when: dt.date, zone: ZoneInfo) -> None:
    now = its_end(when, zone) - MINUTE
    found = purchase_that_ends(when, when + dt.timedelta(days=20))
    (card,) = purchase_cards([found], now, zone)
    renewing_ = renewal_sentence(card, now, zone, shown(now, zone), plain_money)
    assert ends_named(renewing_, zone) == times_of(when), renewing_
    told = {line.split()[0]: line for line in lines(found, shown(now, zone), lambda _: "")[1:]}
    for label in ("Cancel", "Return", "Download", "Good"):
        assert ends_named(told[label], zone) == times_of(when), told[label]
        assert shown(now, zone)(when) in told[label]
    assert ends_named(told["Renews"], zone) == set(), "far away"


@settings(max_examples=60, deadline=None)
@given(when=stated, zone=st.sampled_from(ZONES))
def test_reminders_of_a_purchase_name_the_time_that_is_stated_and_no_other(when: dt.date, zone: ZoneInfo) -> None:
    now = its_end(when, zone) - MINUTE
    found = purchase_that_ends(when, when + dt.timedelta(days=1))
    facts = ReminderFacts((), None, zone, purchases=(found,))
    for each in due(facts, (), ReminderSettings(quiet=None), now):
        told = reminder_text(each, shown(now, zone), plain_money)
        said = f"{told.title} {told.body}"
        allowed = {when, each.subject.date} if isinstance(when, dt.datetime) else set()
        assert ends_named(said, zone) <= allowed, said
        if each.kind in (ReminderKind.CANCEL_BY, ReminderKind.RETURN_DEADLINE, ReminderKind.DOWNLOAD_WINDOW):
            assert ends_named(said, zone) == times_of(when), said


@settings(max_examples=60, deadline=None)
@given(when=stated, zone=st.sampled_from(ZONES))
def test_a_calendar_file_names_the_time_that_is_stated_and_no_other(when: dt.date, zone: ZoneInfo) -> None:
    """It is read at any later time, so that the time of day is named however far away it is."""
    found = purchase_that_ends(when, when + dt.timedelta(days=20))
    ahead = purchase_subjects([found], zone)
    exact = to_the_minute(plain_date(zone), plain_moment(zone), zone)
    text = calendar(ahead, store="Werkbank", stamp=MAILED, format_date=exact, format_money=plain_money)
    said = text.replace("\r\n ", "").replace("\\,", ",")
    assert "switch auto-renewal off by" in said
    assert ends_named(said, zone) == times_of(when), said


@settings(max_examples=60, deadline=None)
@given(end=moments, zone=st.sampled_from(ZONES))
def test_what_a_switch_does_is_told_to_the_minute(build: type[Build], end: dt.datetime, zone: ZoneInfo) -> None:
    plan = build.subscription(next_charge_at=end, cancel_by=end, active_until=end)
    licence = build.licence(starts_at=build.day(-90), expires_at=end)
    order = build.order(licences=(licence,), subscriptions=(plan,))
    now = end - MINUTE
    preview = preview_switch(order, plan, licence, False, build.profile(), now, zone)
    said = " ".join(preview_sentences(preview, shown(now, zone), plain_money))
    assert end in ends_named(said, zone), said
    receipt = Receipt(
        id="r", subscription_id=plan.id, auto_renew=False, received_at=now, effective_at=now,
        still_active_until=end, statement="",
    )  # fmt: skip
    exact = to_the_minute(plain_date(zone), plain_moment(zone), zone)
    kept = receipt_lines(
        receipt, store="", order_number="", product_name="", format_date=exact, format_moment=plain_moment(zone)
    )
    (until,) = (line for line in kept if "stays active until" in line)
    assert ends_named(until, zone) == {end}


@settings(max_examples=200, deadline=None)
@given(moment=moments, zone=st.sampled_from(ZONES), hours=st.integers(0, 80))
def test_when_something_was_asked_is_told_by_day_and_minute(moment: dt.datetime, zone: ZoneInfo, hours: int) -> None:
    now = moment + dt.timedelta(hours=hours)
    said = asked_when(plain_moment(zone), lambda at: f"{at.astimezone(zone):%H:%M}", now, zone)(moment)
    day = now.astimezone(zone).date()
    for word, date in (("today", day), ("yesterday", day - dt.timedelta(days=1))):
        assert said.startswith(word) == (moment.astimezone(zone).date() == date), said
        said = said.replace(f"{word},", f"on {plain_date(zone)(date)},")
    assert moment in ends_named(said, zone), said
