"""The cards of purchases from any shop, in a zone that is not UTC."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.text import plain_date, plain_money
from companion.domain.core.time.periods import Period
from companion.domain.overview.product_cards import Tone
from companion.domain.overview.purchase_cards import (
    PurchaseCard,
    PurchaseConcern,
    not_ordered,
    purchase_cards,
    renewal_sentence,
    standing_words,
    state_tone,
    state_words,
    until_sentence,
)
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, item_key
from companion.domain.purchases.purchase import Overview, Purchase, overview
from companion.domain.reminders.settings import ReminderSettings

ZONE = ZoneInfo("America/New_York")
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL, PERSON = Source(kind=SourceKind.EMAIL, name="shop@shop.example"), Source(kind=SourceKind.PERSON)
DATE, MONEY = plain_date(ZONE), plain_money
CANCEL, EXPIRES = PurchaseConcern.CANCEL_SOON, PurchaseConcern.EXPIRES_SOON


def owned(name: str = "Harbour Suite", **values: str) -> Overview:
    """A purchase of one product; the names of values are those of the fields in small letters."""
    facts = [fact(Field.PRODUCT, name, name)]
    facts += [fact(Field[key.upper()], value, name) for key, value in values.items()]
    return overview(Purchase(id=name.casefold(), added_at=NOW, facts=tuple(facts)))


def fact(field: Field, value: str, product: str, source: Source = MAIL, at: dt.datetime = NOW) -> Fact:
    return Fact(field=field, value=value, source=source, said_at=at, about=item_key(field, product))


def card(found: Overview) -> PurchaseCard:
    return purchase_cards([found], NOW, ZONE)[0]


@pytest.mark.parametrize(
    ("values", "days", "tone", "state", "sentence"),
    [
        ({}, None, Tone.OK, "State not known", "Until when it runs is not known."),
        ({"expires": "never"}, None, Tone.OK, "State not known", "It does not end."),
        ({"expires": "subscription"}, None, Tone.OK, "State not known", "It runs as long as its subscription."),
        ({"expires": "2028-01-08"}, 304, Tone.OK, "Active", "It runs until 8 January 2028: 304 days left."),
        ({"expires": "2027-03-15"}, 5, Tone.ATTENTION, "Active", "It runs until 15 March 2027: 5 days left."),
        ({"expires": "2027-03-10"}, 0, Tone.ATTENTION, "Active", "It runs until 10 March 2027: today is its last day."),
        ({"expires": "2027-03-09"}, -1, Tone.OVER, "Expired", "It ran until 9 March 2027."),
        ({"expires": "2027-03-09", "state": "active"}, -1, Tone.OVER, "Expired", "It ran until 9 March 2027."),
        ({"state": "disabled"}, None, Tone.OVER, "Disabled", "The shop has disabled it."),
        ({"expires": "never", "state": "disabled"}, None, Tone.OVER, "Disabled", "The shop has disabled it."),
        ({"expires": "2028-01-08", "state": "revoked"}, 304, Tone.OVER, "Revoked", "The shop has revoked it."),
        ({"expires": "subscription", "state": "expired"}, None, Tone.OVER, "Expired", "It has expired."),
        ({"expires": "2028-01-08", "state": "refunded"}, 304, Tone.ENDED, "Refunded", "It was refunded."),
    ],
)
def test_a_card_says_until_when_and_never_guesses(
    values: dict[str, str], days: int | None, tone: Tone, state: str, sentence: str
) -> None:
    made = card(owned(**values))
    assert (made.days_left, made.tone, state_words(made)) == (days, tone, state)
    assert until_sentence(made, DATE) == sentence


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "end not known"),
        ({"expires": "2028-01-08"}, "until 8 January 2028"),
        ({"expires": "2027-03-09"}, "expired, ran until 9 March 2027"),
        ({"expires": "never"}, "does not expire"),
        ({"expires": "never", "state": "expired"}, "expired"),
        ({"expires": "never", "state": "disabled"}, "disabled"),
        ({"expires": "2028-01-08", "state": "refunded"}, "refunded"),
        ({"expires": "2028-01-08", "state": "disputed"}, "disputed, until 8 January 2028"),
        ({"expires": "2028-01-08", "state": "notActivatedHere"}, "until 8 January 2028"),
    ],
)
def test_a_line_of_a_list_never_calls_good_what_the_shop_has_ended(values: dict[str, str], words: str) -> None:
    assert standing_words(owned(**values), NOW, ZONE, DATE) == words


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Whether it renews by itself is not known."),
        ({"auto_renew": "off"}, "Auto-renewal is off."),
        ({"auto_renew": "failed"}, "Auto-renewal is on, but the last charge failed."),
        ({"auto_renew": "on"}, "Auto-renewal is on; no date is stated."),
        ({"auto_renew": "on", "renews_on": "2027-04-01", "renewal_price": "59.95 USD"},
         "Renews on 1 April 2027 for 59.95 USD, as stated (in 22 days)."),
        ({"auto_renew": "on", "renews_on": "2027-04-01", "cancel_by": "2027-03-30"},
         "Renews on 1 April 2027 (in 22 days). To avoid it, cancel by 30 March 2027."),
        ({"renews_on": "2027-04-01"},
         "A renewal on 1 April 2027 is stated; whether auto-renewal is on is not known."),
    ],
)  # fmt: skip
def test_a_renewal_is_told_as_it_was_stated(values: dict[str, str], sentence: str) -> None:
    assert renewal_sentence(card(owned(**values)), NOW, ZONE, DATE, MONEY) == sentence


@pytest.mark.parametrize(
    ("values", "concern"),
    [
        ({"expires": "2027-04-09"}, PurchaseConcern.EXPIRES_SOON),
        ({"renews_on": "2027-04-09"}, PurchaseConcern.RENEWS_SOON),
        ({"cancel_by": "2027-04-09"}, PurchaseConcern.CANCEL_SOON),
        ({"return_by": "2027-03-17"}, PurchaseConcern.RETURN_SOON),
        ({"auto_renew": "failed"}, PurchaseConcern.CHARGE_FAILED),
    ],
)
def test_a_near_date_needs_attention(values: dict[str, str], concern: PurchaseConcern) -> None:
    made = card(owned(**values))
    assert (made.concerns, made.tone) == ((concern,), Tone.ATTENTION)
    later = card(
        owned(**{name: value.replace("04-09", "04-10").replace("03-17", "03-18") for name, value in values.items()})
    )
    assert later.concerns == ((concern,) if concern is PurchaseConcern.CHARGE_FAILED else ())


def test_an_end_that_renews_by_itself_is_told_as_the_renewal() -> None:
    made = card(owned(expires="2027-03-20", renews_on="2027-03-20", auto_renew="on"))
    assert made.concerns == (PurchaseConcern.RENEWS_SOON,)
    off = card(owned(expires="2027-03-20", renews_on="2027-03-20", auto_renew="off"))
    assert off.concerns == (), "its end was chosen"


def test_sources_that_disagree_are_marked_without_a_change_of_the_state() -> None:
    mine = fact(Field.EXPIRES, "2028-01-08", "Harbour Suite", PERSON)
    later = fact(Field.EXPIRES, "2029-01-08", "Harbour Suite", at=NOW + dt.timedelta(hours=1))
    made = card(overview(Purchase(id="1", added_at=NOW, facts=(mine, later))))
    assert made.concerns == (PurchaseConcern.SOURCES_DISAGREE,)
    assert (state_words(made), state_tone(made)) == ("Active", Tone.OK)


def test_the_most_urgent_comes_first_and_what_is_over_last() -> None:
    names = [
        made.name
        for made in purchase_cards(
            [
                owned("Ended", expires="2028-01-08", state="refunded"),
                owned("Endless", expires="never"),
                owned("Long over", expires="2025-01-01"),
                owned("Late", expires="2028-01-08"),
                owned("Just over", expires="2027-03-01"),
                owned("Soon", expires="2027-03-20"),
                owned("Sooner", renews_on="2027-03-12"),
            ],
            NOW,
            ZONE,
        )
    ]
    assert names == ["Sooner", "Soon", "Just over", "Long over", "Late", "Endless", "Ended"]


def test_several_products_end_with_the_first_of_them() -> None:
    facts = [fact(Field.PRODUCT, name, name) for name in ("One", "Two")]
    facts += [fact(Field.EXPIRES, "2029-01-01", "One"), fact(Field.EXPIRES, "2028-01-01", "Two")]
    both = card(overview(Purchase(id="1", added_at=NOW, facts=tuple(facts))))
    assert str(both.until) == "2028-01-01"
    one = card(overview(Purchase(id="1", added_at=NOW, facts=(*facts[:2], fact(Field.EXPIRES, "never", "One")))))
    assert str(one.until) == "unknown", "one product for life says nothing of the other"


def test_a_purchase_that_an_order_stands_for_has_no_second_card() -> None:
    found = owned(order_number="LF-1", store_address="https://store.example")
    elsewhere = owned("Other", order_number="LF-1", store_address="https://other.example")
    nameless = owned("Third", order_number="LF-1")
    orders = [("https://store.example", "lf-1")]
    assert not_ordered([found, elsewhere, nameless], orders) == (elsewhere, nameless)


@pytest.mark.parametrize(
    ("values", "tone", "concerns"),
    [
        ({"expires": "2027-03-15"}, Tone.ATTENTION, (PurchaseConcern.EXPIRES_SOON,)),
        ({"expires": "2027-03-15", "auto_renew": "off"}, Tone.OK, ()),
        ({"expires": "2027-03-15", "auto_renew": "off", "cancel_by": "2027-03-14"}, Tone.OK, ()),
        ({"expires": "2028-03-15", "auto_renew": "on", "cancel_by": "2027-03-14"}, Tone.ATTENTION, (CANCEL,)),
        ({"expires": "2028-03-15", "cancel_by": "2027-03-14"}, Tone.ATTENTION, (CANCEL,)),
        ({"expires": "2027-03-09", "auto_renew": "off"}, Tone.ENDED, ()),
        ({"expires": "2027-03-09"}, Tone.OVER, ()),
        ({"expires": "2027-03-15", "auto_renew": "off", "bought_on": "2026-03-15"}, Tone.ATTENTION, (EXPIRES,)),
    ],
)
def test_an_end_that_was_chosen_needs_no_attention(
    values: dict[str, str], tone: Tone, concerns: tuple[PurchaseConcern, ...]
) -> None:
    made = card(owned(**values))
    assert (made.tone, made.concerns) == (tone, concerns)


@pytest.mark.parametrize(
    ("wanted", "days", "near"), [(None, 30, True), (None, 31, False), ((7,), 7, True), ((7,), 8, False), ((), 1, False)]
)
def test_a_date_is_near_as_early_as_the_person_wants_to_hear_of_it(
    wanted: tuple[int, ...] | None, days: int, near: bool
) -> None:
    leads = tuple(Period(days=count) for count in wanted) if wanted is not None else None
    day = (NOW + dt.timedelta(days=days)).date().isoformat()
    for values, settings in (
        ({"expires": day}, ReminderSettings(expiry=leads)),
        ({"renews_on": day, "auto_renew": "on"}, ReminderSettings(renewal=leads)),
    ):
        (made,) = purchase_cards([owned(**values)], NOW, ZONE, settings)
        assert (made.tone is Tone.ATTENTION) == bool(made.concerns) == near


@pytest.mark.parametrize(("days", "near"), [(7, True), (8, False)])
def test_of_a_short_plan_only_the_short_leads_count_as_in_its_reminders(days: int, near: bool) -> None:
    day = (NOW + dt.timedelta(days=days)).date().isoformat()
    for values, concern in (
        ({"renews_on": day, "auto_renew": "on"}, PurchaseConcern.RENEWS_SOON),
        ({"cancel_by": day, "auto_renew": "on"}, PurchaseConcern.CANCEL_SOON),
        ({"expires": day}, PurchaseConcern.EXPIRES_SOON),
        ({"return_by": day}, PurchaseConcern.RETURN_SOON),
    ):
        made = card(owned(**values, renewal_term="P1M"))
        assert made.concerns == ((concern,) if near else ()), made.concerns
