"""When new facts join a purchase by themselves, when the person is asked, and when a new purchase begins."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, item_key
from companion.domain.purchases.matching import KnownPurchases, MatchKind, match, same_domain
from companion.domain.purchases.purchase import Purchase

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@shop.example")


def facts(**said: str) -> tuple[Fact, ...]:
    """Facts by the names of their fields; those of a product are about `product`."""
    product = said.get("product", "")
    return tuple(
        Fact(field=Field(name), value=value, source=MAIL, said_at=NOW, about=item_key(Field(name), product))
        for name, value in said.items()
    )


def known(**said: str) -> Purchase:
    return Purchase(id="known", added_at=NOW, facts=facts(**said))


_CHOICES = (
    ("", "18", "#18", "19", "N-1", "n-1"),
    ("", "shop.example", "mail.shop.example", "other.example"),
    ("", "Suite", "Editor"),
    ("", "aa", "bb"),
)
ORDER = {"orderNumber": "18", "senderDomain": "shop.example", "product": "Suite"}


@pytest.mark.parametrize(
    ("new", "old", "kind"),
    [
        (ORDER, ORDER, MatchKind.SAME),
        ({**ORDER, "senderDomain": "mail.shop.example"}, ORDER, MatchKind.SAME),
        ({**ORDER, "senderDomain": "other.example"}, ORDER, MatchKind.NEW),
        ({**ORDER, "orderNumber": "19"}, ORDER, MatchKind.NEW),
        ({"orderNumber": "18", "storeAddress": "https://shop.example"}, ORDER, MatchKind.SAME),
        # Typed by hand, a number has no sender: only the person knows which store is meant.
        ({"orderNumber": "18"}, ORDER, MatchKind.POSSIBLY_SAME),
        # The key's mail often comes from another sender and without the number.
        ({"product": "Suite", "key": "aa"}, ORDER, MatchKind.POSSIBLY_SAME),
        ({"product": "Suite", "key": "aa"}, {"product": "Suite", "key": "aa"}, MatchKind.SAME),
        ({"product": "Suite", "key": "aa"}, {"product": "Suite", "key": "bb"}, MatchKind.NEW),
        # One key cannot be of two platforms: one of the two readings is wrong.
        (
            {"product": "Suite", "key": "aa", "storeKind": "edd"},
            {"product": "Suite", "key": "aa", "storeKind": "keygen"},
            MatchKind.POSSIBLY_SAME,
        ),
        ({**ORDER, "key": "aa", "orderNumber": "19"}, {**ORDER, "key": "aa"}, MatchKind.NEW),
        ({"product": "Editor"}, ORDER, MatchKind.NEW),
    ],
)
def test_what_belongs_together(new: dict[str, str], old: dict[str, str], kind: MatchKind) -> None:
    found = match(facts(**new), [known(**old)])
    assert found.kind is kind
    assert bool(found.purchase_ids) is (kind is not MatchKind.NEW)


def test_the_same_number_in_two_stores_is_two_purchases() -> None:
    one = {"orderNumber": "18", "storeAddress": "http://127.0.0.1:8001"}
    other = {"orderNumber": "18", "storeAddress": "http://127.0.0.1:8002"}
    assert match(facts(**one), [known(**other)]).kind is MatchKind.NEW
    assert match(facts(**one), [known(**one)]).kind is MatchKind.SAME


def test_two_that_fit_are_asked_about() -> None:
    twice = [Purchase(id="a", added_at=NOW, facts=facts(**ORDER)), Purchase(id="b", added_at=NOW, facts=facts(**ORDER))]
    found = match(facts(**ORDER), twice)
    assert (found.kind, set(found.purchase_ids)) == (MatchKind.POSSIBLY_SAME, {"a", "b"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("shop.example", "SHOP.example.", True),
        ("mail.shop.example", "shop.example", True),
        ("evilshop.example", "shop.example", False),
        ("shop.example", "example", False),
        ("a.example", "b.example", False),
    ],
)
def test_host_names_that_belong_together(one: str, other: str, same: bool) -> None:
    assert same_domain(one, other) is same
    assert same_domain(other, one) is same


@given(st.lists(st.tuples(*(st.sampled_from(each) for each in _CHOICES)), min_size=1, max_size=8))
def test_looking_by_marks_finds_what_looking_at_all_finds(said: list[tuple[str, ...]]) -> None:
    fields = ("orderNumber", "senderDomain", "product", "key")
    each = [facts(**{name: value for name, value in zip(fields, row, strict=True) if value}) for row in said]
    owned = [Purchase(id=f"{number}", added_at=NOW, facts=row) for number, row in enumerate(each[:-1])]
    assert KnownPurchases(owned).match(each[-1]) == match(each[-1], owned)
