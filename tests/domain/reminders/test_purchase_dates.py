"""Dates of purchases of any shop: which of them deserve a reminder, when they end, and what is said."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.text import plain_date, plain_money
from companion.domain.core.time.periods import Period
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.dates import ReminderFacts, ReminderKind, Subject
from companion.domain.reminders.due import due, next_wake, upcoming, withdrawn
from companion.domain.reminders.icalendar import calendar
from companion.domain.reminders.purchase_dates import purchase_subjects, without_orders
from companion.domain.reminders.settings import ReminderSettings, Shown
from companion.domain.reminders.text import place_words, reminder_text
from tests.kits.purchases import MAIL, MAILED, PERSON, STORE, fact, purchase_of, renewing

ZONE = ZoneInfo("America/New_York")
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=ZONE)


def found(*purchases: Overview, zone: dt.tzinfo = ZONE) -> list[Subject]:
    return list(purchase_subjects(purchases, zone))


def kinds(*facts: Fact) -> list[ReminderKind]:
    return [subject.kind for subject in found(purchase_of(facts))]


def told(purchase: Overview, now: dt.datetime = NOW) -> tuple[str, str]:
    """Title and body of the only notice about a purchase."""
    (reminder,) = due(ReminderFacts((), None, ZONE, purchases=(purchase,)), (), ReminderSettings(), now)
    text = reminder_text(reminder, plain_date(ZONE), plain_money)
    assert text.actions == (), "no store lets the program do it"
    return text.title, text.body


EXPIRES = fact(Field.EXPIRES, "2027-03-20", "Foto 12")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), []),
        ((EXPIRES,), [ReminderKind.EXPIRY]),
        ((fact(Field.EXPIRES, "never", "Foto 12"),), []),
        ((fact(Field.EXPIRES, "subscription", "Foto 12"),), []),
        ((fact(Field.RENEWS_ON, "2027-03-20"),), [ReminderKind.RENEWAL]),
        ((fact(Field.RENEWS_ON, "2027-03-20"), fact(Field.AUTO_RENEW, "off")), []),
        ((fact(Field.RENEWS_ON, "2027-03-20"), fact(Field.AUTO_RENEW, "failed")), []),
        ((fact(Field.RENEWAL_PRICE, "59.95 USD"), fact(Field.AUTO_RENEW, "on")), []),
        ((fact(Field.CANCEL_BY, "2027-03-18"),), [ReminderKind.CANCEL_BY]),
        ((fact(Field.CANCEL_BY, "2027-03-18"), fact(Field.AUTO_RENEW, "off")), []),
        ((fact(Field.RETURN_BY, "2027-03-18"),), [ReminderKind.RETURN_DEADLINE]),
        ((fact(Field.DOWNLOAD_UNTIL, "2027-03-18", "foto.exe"),), [ReminderKind.DOWNLOAD_WINDOW]),
        ((fact(Field.RENEWS_ON, "2027-03-20"), EXPIRES), [ReminderKind.RENEWAL]),
        ((fact(Field.RENEWS_ON, "2027-06-20"), EXPIRES), [ReminderKind.RENEWAL, ReminderKind.EXPIRY]),
        ((fact(Field.AUTO_RENEW, "on"), EXPIRES), [ReminderKind.EXPIRY]),
    ],
)
def test_only_what_is_stated_is_a_date(facts: tuple[Fact, ...], expected: list[ReminderKind]) -> None:
    assert kinds(*facts) == expected


LATER = MAILED + dt.timedelta(days=30)
OFF = fact(Field.AUTO_RENEW, "off")
BOUGHT = fact(Field.BOUGHT_ON, "2026-05-05")


@pytest.mark.parametrize(
    ("facts", "chosen"),
    [
        ((OFF, fact(Field.RENEWS_ON, "2027-03-20")), True),
        ((OFF, fact(Field.RENEWAL_PRICE, "59.95 USD")), True),
        ((BOUGHT, fact(Field.AUTO_RENEW, "on"), fact(Field.AUTO_RENEW, "off", said_at=LATER, source=STORE)), True),
        ((BOUGHT, fact(Field.AUTO_RENEW, "off", said_at=LATER)), True),
        ((fact(Field.AUTO_RENEW, "off", source=PERSON),), True),
        ((OFF,), True),
        ((OFF, BOUGHT), False),
        ((OFF, fact(Field.PRICE, "59.95 USD")), False),
        ((), False),
        ((fact(Field.AUTO_RENEW, "on"),), False),
        ((fact(Field.AUTO_RENEW, "failed"),), False),
    ],
)
def test_what_was_switched_off_is_listed_and_never_reminded_of(facts: tuple[Fact, ...], chosen: bool) -> None:
    page = fact(Field.MANAGE_PAGE, "https://shop.example/account")
    purchase = purchase_of((*facts, EXPIRES, page))
    assert purchase.ended_by_choice == chosen
    ends = [each for each in found(purchase) if each.kind is ReminderKind.EXPIRY]
    assert [each.by_choice for each in ends] == [chosen] * len(ends)
    told = due(ReminderFacts((), None, ZONE, purchases=(purchase,)), (), ReminderSettings(quiet=None), NOW)
    assert bool([each for each in told if each.kind is ReminderKind.EXPIRY]) == (bool(ends) and not chosen)


@pytest.mark.parametrize("state", ["refunded", "disabled", "revoked", "expired", "disputed", "test"])
def test_what_is_over_has_no_dates(state: str) -> None:
    dates = (EXPIRES, fact(Field.RENEWS_ON, "2027-03-20"), fact(Field.RETURN_BY, "2027-03-18"))
    assert kinds(*dates, fact(Field.STATE, state, "Foto 12")) == []


def test_one_product_that_is_over_leaves_the_other_its_dates() -> None:
    other = (fact(Field.PRODUCT, "Brush", "Brush"), fact(Field.EXPIRES, "2027-03-21", "Brush"))
    subjects = found(purchase_of((EXPIRES, fact(Field.STATE, "refunded", "Foto 12"), *other)))
    assert [(subject.name, subject.about) for subject in subjects] == [("Brush", "product:brush")]


def test_files_that_can_be_had_until_one_day_are_one_date() -> None:
    files = [fact(Field.DOWNLOAD_UNTIL, "2027-03-18", name) for name in ("a.exe", "b.exe")]
    assert kinds(*files, fact(Field.DOWNLOAD_UNTIL, "2027-03-19", "c.exe")) == [ReminderKind.DOWNLOAD_WINDOW] * 2


def test_a_day_lasts_until_its_end_where_the_person_is() -> None:
    (here,), (there,) = found(purchase_of([EXPIRES])), found(purchase_of([EXPIRES]), zone=TOKYO)
    assert here.date == dt.datetime(2027, 3, 20, 23, 59, 59, tzinfo=ZONE)
    assert there.date == dt.datetime(2027, 3, 20, 23, 59, 59, tzinfo=TOKYO)
    assert here.address == there.address, "travelling reminds of nothing twice"
    facts = ReminderFacts((), None, ZONE, purchases=(purchase_of([EXPIRES]),))
    for hour, days in ((0, 0), (23, 0)):
        now = dt.datetime(2027, 3, 20, hour, 30, tzinfo=ZONE)
        (reminder,) = due(facts, (), ReminderSettings(quiet=None), now)
        assert (reminder.days, reminder.lead) == (days, "P1D")
    assert due(facts, (), ReminderSettings(), dt.datetime(2027, 3, 21, 0, 0, 1, tzinfo=ZONE)) == ()


def test_a_moment_ends_at_that_moment() -> None:
    (subject,) = found(purchase_of([fact(Field.EXPIRES, "2027-03-20T10:00:00+00:00", "Foto 12")]))
    assert subject.date == dt.datetime(2027, 3, 20, 10, tzinfo=dt.UTC)
    assert not subject.purchase.whole_day


def test_what_is_learned_later_reminds_of_nothing_twice() -> None:
    before = renewing(amount=None)
    after = renewing("2027-03-20", "59.95 USD", fact(Field.ORDER_NUMBER, "18"))
    assert [s.address for s in found(before)] == [s.address for s in found(after)]
    (shown,) = (Shown(subject=s.address, lead="P30D", shown_at=NOW) for s in found(before))
    facts = ReminderFacts((), None, ZONE, purchases=(after,))
    assert due(facts, (shown,), ReminderSettings(), NOW) == ()
    moved = ReminderFacts((), None, ZONE, purchases=(renewing("2027-03-25"),))
    assert len(due(moved, (shown,), ReminderSettings(), NOW)) == 1, "another day is another date"
    assert withdrawn(moved, (shown,), NOW) == (shown,)


def test_reminders_come_at_their_leads_without_any_store() -> None:
    facts = ReminderFacts((), None, ZONE, purchases=(renewing("2027-06-20"),))
    assert due(facts, (), ReminderSettings(), NOW) == ()
    first = next_wake(facts, (), ReminderSettings(), NOW) or NOW
    assert first.astimezone(ZONE).date() == dt.date(2027, 5, 21)
    (reminder,) = due(facts, (), ReminderSettings(), first)
    assert (reminder.lead, reminder.days) == ("P30D", 30)


def test_the_dates_ahead_are_in_order_with_those_of_orders() -> None:
    facts = ReminderFacts((), None, ZONE, purchases=(renewing("2027-06-20"), purchase_of([EXPIRES], "p2")))
    assert [subject.kind for subject in upcoming(facts, NOW)] == [ReminderKind.EXPIRY, ReminderKind.RENEWAL]


def test_a_monthly_plan_is_told_of_no_earlier_than_half_its_term() -> None:
    (subject,) = found(renewing("2027-03-30", "5.00 USD", fact(Field.RENEWAL_TERM, "P1M")))
    assert subject.term == Period(months=1)
    facts = ReminderFacts(
        (), None, ZONE, purchases=(renewing("2027-03-30", "5.00 USD", fact(Field.RENEWAL_TERM, "P1M")),)
    )
    assert due(facts, (), ReminderSettings(), NOW) == ()


# What is said


def test_an_amount_is_shown_as_stated_with_who_stated_it_and_when() -> None:
    title, body = told(renewing())
    assert title == "Foto 12 renews in 10 days"
    assert body == (
        "59.95 USD will be charged on 20 March 2027, as its e-mail of 5 May 2026 said. "
        "To avoid the charge, switch auto-renewal off on the page that its confirmation e-mail names."
    )


def test_an_unknown_amount_and_an_unknown_auto_renewal_are_said_to_be_unknown() -> None:
    page = fact(Field.MANAGE_PAGE, "https://werkbank.example/me", source=PERSON)
    _, body = told(purchase_of([fact(Field.RENEWS_ON, "2027-03-20"), page]))
    assert body == (
        "It renews on 20 March 2027, as its e-mail of 5 May 2026 said. The amount is not stated. "
        "Whether it still renews by itself is not known. "
        "To avoid the charge, switch auto-renewal off on https://werkbank.example/me."
    )


def test_the_source_is_the_one_of_the_amount() -> None:
    price = fact(Field.RENEWAL_PRICE, "49.00 EUR", source=PERSON, said_at=NOW)
    assert "49.00 EUR will be charged on 20 March 2027, as you noted." in told(renewing("2027-03-20", None, price))[1]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (STORE, "as Werkbank on 5 May 2026 said"),
        (PERSON, "as you noted"),
        (Source(kind=SourceKind.IMPORT, name="list.csv"), "as the import of 5 May 2026 said"),
        (Source(kind=SourceKind.DIRECTORY, name="Werkbank"), "as the directory’s entry on Werkbank says"),
    ],
)
def test_every_kind_of_source_has_its_words(source: Source, words: str) -> None:
    title, body = told(purchase_of([fact(Field.RETURN_BY, "2027-03-12", source=source)]))
    assert title == "Foto 12: returns are possible until 12 March 2027"
    assert body == f"If you do not want to keep it, ask for your money back by then, {words}. That day is in 2 days."


@pytest.mark.parametrize(
    ("renews", "words"),
    [("off", "It does not renew by itself."), ("failed", "Its last renewal failed."), (None, "is not known.")],
)
def test_what_runs_out_says_whether_it_renews(renews: str | None, words: str) -> None:
    more = [fact(Field.AUTO_RENEW, renews)] if renews is not None else []
    title, body = told(purchase_of([EXPIRES, BOUGHT, *more]))
    assert title == "Foto 12 runs out in 10 days"
    assert body.startswith("It is active until 20 March 2027, as its e-mail of 5 May 2026 said.")
    assert words in body


def test_the_last_day_to_cancel_says_the_amount() -> None:
    now = dt.datetime(2027, 3, 17, 12, tzinfo=ZONE)
    facts = [fact(Field.CANCEL_BY, "2027-03-18"), fact(Field.RENEWAL_PRICE, "59.95 USD"), fact(Field.AUTO_RENEW, "on")]
    title, body = told(purchase_of(facts), now)
    assert title == "Last day to cancel Foto 12: 18 March 2027"
    assert body.startswith("Tomorrow is the last day to switch off auto-renewal before 59.95 USD is charged, as its")


def test_a_download_that_is_good_for_30_days_is_told_before_they_are_over() -> None:
    title, body = told(purchase_of([fact(Field.DOWNLOAD_UNTIL, "2027-03-12", "foto.exe")]))
    assert title == "Foto 12: download it now, it stays yours"
    assert "It can be downloaded until 12 March 2027" in body


def test_where_sources_disagree_the_earliest_date_counts_and_all_are_said() -> None:
    later = fact(Field.EXPIRES, "2027-03-14", "Foto 12", Source(kind=SourceKind.EMAIL, name="other@werkbank.example"))
    purchase = purchase_of([EXPIRES, later])
    assert purchase.conflicts
    (subject,) = found(purchase)
    assert subject.purchase.day == dt.date(2027, 3, 14)
    _, body = told(purchase)
    assert body.startswith("It is active until 14 March 2027")
    assert "Its sources disagree, and the earliest date counts here:" in body
    assert "said 20 March 2027" in body
    assert "said 14 March 2027" in body


def test_a_source_that_says_never_against_a_day_is_told_as_well() -> None:
    never = fact(Field.EXPIRES, "never", "Foto 12", Source(kind=SourceKind.EMAIL, name="other@werkbank.example"))
    assert "said “never”" in told(purchase_of([EXPIRES, never]))[1]


# Orders of the Store API, and calendars


def test_a_purchase_that_is_an_order_of_the_store_is_left_to_the_order() -> None:
    facts = [fact(Field.STORE_KIND, "storeApi"), fact(Field.STORE_ADDRESS, "https://store.example"), EXPIRES]
    mirrored = purchase_of([*facts, fact(Field.ORDER_NUMBER, "LF-1")])
    other = purchase_of([*facts, fact(Field.ORDER_NUMBER, "LF-2")], "p2")
    assert without_orders((mirrored, other), "https://store.example/", ["lf-1"]) == (other,)
    assert without_orders((mirrored,), "https://elsewhere.example", ["LF-1"]) == (mirrored,)
    typed = purchase_of([fact(Field.ORDER_NUMBER, "LF-1"), EXPIRES], "p3")
    assert without_orders((typed,), "https://store.example", ["LF-1"]) == (typed,), "another shop's number"


def test_a_calendar_shows_days_as_days_and_moments_as_moments() -> None:
    moment = fact(Field.EXPIRES, "2027-03-20T10:00:00+00:00", "Foto 12")
    lines = calendar(
        found(purchase_of([EXPIRES]), purchase_of([moment], "p2")),
        store="all shops",
        stamp=NOW,
        format_date=plain_date(ZONE),
        format_money=plain_money,
    ).split("\r\n")
    assert "DTSTART;VALUE=DATE:20270320" in lines
    assert "DTSTART:20270320T100000Z" in lines
    assert len({line for line in lines if line.startswith("UID:")}) == 2


def test_a_place_is_said_as_far_as_it_is_known() -> None:
    store = fact(Field.STORE_NAME, "Werkbank")
    (whole,) = found(purchase_of([EXPIRES, store, fact(Field.ORDER_NUMBER, "18")]))
    (nameless,) = found(purchase_of([EXPIRES]))
    assert (place_words(whole), place_words(nameless)) == ("Werkbank, order 18", "")


def test_statements_keep_source_and_time() -> None:
    (subject,) = found(renewing())
    assert (subject.purchase.stated.source, subject.purchase.stated.at) == (MAIL, MAILED)
    assert subject.purchase.stated.value == "59.95 USD"
