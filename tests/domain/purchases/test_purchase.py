"""What facts add up to: who is believed, what stands side by side, and what stays unknown."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.money import Money
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, replace_facts
from companion.domain.purchases.purchase import Purchase, Seats, overview, resolve
from companion.domain.purchases.values import AutoRenewal, EntitlementState, ExpiryKind

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
STORE = Source(kind=SourceKind.STORE, name="Larkfield")
MAIL = Source(kind=SourceKind.EMAIL, name="orders@larkfield.example")
OTHER_MAIL = Source(kind=SourceKind.EMAIL, name="keys@maker.example")
PERSON = Source(kind=SourceKind.PERSON)
DIRECTORY = Source(kind=SourceKind.DIRECTORY, name="larkfield.json")


def fact(value: str, source: Source = MAIL, days: float = 0, field: Field = Field.EXPIRES, about: str = "") -> Fact:
    if not about and field in (Field.EXPIRES, Field.STATE, Field.PRODUCT, Field.KEY, Field.SEATS_LIMIT):
        about = "product:suite"
    return Fact(field=field, value=value, source=source, said_at=NOW + dt.timedelta(days=days), about=about)


def purchase(*facts: Fact) -> Purchase:
    return Purchase(id="p1", added_at=NOW, facts=replace_facts((), facts))


@pytest.mark.parametrize(
    ("facts", "shown", "disagree"),
    [
        ([fact("2027-01-08")], "2027-01-08", 0),
        ([fact("2027-01-08"), fact("2027-01-08", OTHER_MAIL)], "2027-01-08", 0),
        ([fact("2027-01-08"), fact("2027-02-08", OTHER_MAIL, -1)], "2027-01-08", 2),
        # A store's live answer beats what a mail said before it, and not what one said afterwards.
        ([fact("2027-01-08"), fact("2028-01-08", STORE, 1)], "2028-01-08", 0),
        ([fact("2027-01-08", days=2), fact("2028-01-08", STORE, 1)], "2028-01-08", 2),
        # What the person typed holds until something is said later.
        ([fact("2027-01-08"), fact("2029-01-08", PERSON, 1)], "2029-01-08", 0),
        ([fact("2028-01-08", STORE, 2), fact("2029-01-08", PERSON, 1)], "2029-01-08", 2),
        # A directory only fills in.
        ([fact("never", DIRECTORY)], "never", 0),
        ([fact("2027-01-08", days=-9), fact("never", DIRECTORY)], "2027-01-08", 0),
        # A day and a moment on it agree, and the moment says more.
        ([fact("2027-01-08"), fact("2027-01-08T22:30:00+00:00", OTHER_MAIL)], "2027-01-08T22:30:00+00:00", 0),
        ([fact("2027-01-08"), fact("2027-01-10T22:30:00+00:00", OTHER_MAIL, -1)], "2027-01-08", 2),
    ],
)
def test_who_is_believed(facts: list[Fact], shown: str, disagree: int) -> None:
    for order in (facts, facts[::-1]):
        chosen, against = resolve(order)
        assert (chosen.value, len(against)) == (shown, disagree)
    found = overview(purchase(fact("Suite", field=Field.PRODUCT), *facts))
    assert str(found.products[0].expires) == shown
    assert [len(conflict.facts) for conflict in found.conflicts] == ([disagree] if disagree else [])


def test_a_newer_word_of_one_source_replaces_its_older_one_in_any_order() -> None:
    old, new = fact("2027-01-08", days=-300), fact("2028-01-08", days=-3)
    assert replace_facts((old,), (new,)) == (new,)
    assert replace_facts((new,), (old,)) == (new,)
    assert replace_facts((old,), (fact("2028-01-08", OTHER_MAIL),))[0] is old


def test_nothing_unknown_is_guessed() -> None:
    found = overview(purchase(fact("Suite", field=Field.PRODUCT)))
    (product,) = found.products
    assert product.expires.kind is ExpiryKind.UNKNOWN
    assert product.state is EntitlementState.UNKNOWN
    assert product.seats == Seats(used=None, limit=None)
    assert not product.has_key
    assert found.auto_renew is AutoRenewal.UNKNOWN
    assert (found.price, found.renewal, found.bought_on, found.return_by) == (None, None, None, None)
    assert overview(Purchase(id="p2", added_at=NOW)).name == "A purchase"


def test_everything_that_is_said_is_shown() -> None:
    found = overview(
        purchase(
            fact("Suite", field=Field.PRODUCT),
            fact("unlimited", field=Field.SEATS_LIMIT),
            fact("59.95 USD", field=Field.RENEWAL_PRICE),
            fact("P1Y", field=Field.RENEWAL_TERM),
            fact("49.00 EUR", field=Field.PRICE),
            fact("18", field=Field.ORDER_NUMBER),
            fact("Setup", field=Field.DOWNLOAD, about="download:setup"),
            fact("1048576", field=Field.DOWNLOAD_SIZE, about="download:setup"),
        )
    )
    assert found.products[0].seats.limit == "unlimited"
    assert found.renewal is not None
    assert (found.renewal.amount, found.renewal.at) == (Money(amount=5995, currency="USD"), None)
    assert (found.order_number, found.name) == ("18", "Suite")
    assert [(each.name, each.size, each.has_link) for each in found.downloads] == [("Setup", 1048576, False)]


SOURCES = st.sampled_from([STORE, MAIL, OTHER_MAIL, PERSON, DIRECTORY])
FACTS = st.lists(
    st.builds(fact, st.sampled_from(["2027-01-08", "2028-05-05", "never"]), SOURCES, st.integers(-9, 9)), min_size=1
)


@given(FACTS, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_changes_nothing(facts: list[Fact], chance: object) -> None:
    kept = replace_facts((), {(each.source, each.said_at): each for each in facts}.values())
    shuffled = list(kept)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert resolve(kept)[0].value == resolve(shuffled)[0].value
    assert {each.value for each in resolve(kept)[1]} == {each.value for each in resolve(shuffled)[1]}


@given(FACTS)
def test_a_value_shown_was_said(facts: list[Fact]) -> None:
    chosen, against = resolve(facts)
    assert chosen in facts
    assert not against or len({each.value for each in against}) > 1
