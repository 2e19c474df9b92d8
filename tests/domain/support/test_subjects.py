"""What support can be asked about, and which of it comes first."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.purchases.facts import Field
from companion.domain.reminders.dates import OfPurchase, ReminderKind, Subject
from companion.domain.support.failure_streak import Attempt, Failure, lately_failed
from companion.domain.support.subjects import (
    DueDate,
    SupportSubject,
    matching,
    order_subjects,
    purchase_subjects,
    subject_in_need,
)
from tests.kits.purchases import fact, purchase_of

NOW = dt.datetime(2027, 1, 13, 15, tzinfo=dt.UTC)
HERE, THERE = "https://one.example", "https://two.example"


def at(days: int) -> dt.datetime:
    return NOW + dt.timedelta(days=days)


ONE_OLD = SupportSubject(HERE, "A-1", "", "Harbour Suite", "One", at(-90))
ONE_NEW = SupportSubject(HERE, "A-2", "", "Harbour Monthly", "One", at(-9))
TWO = SupportSubject(THERE, "A-1", "", "Marsh Paint", "Two", at(-30))
SHOP = SupportSubject("", "", "p1", "Foto 12", "Werkbank", at(-2))
ALL = (ONE_NEW, ONE_OLD, TWO, SHOP)


def due(store: str, number: str, days: int, purchase: str | None = None) -> DueDate:
    of = OfPurchase(id=purchase, day=at(days).date(), whole_day=True) if purchase is not None else None
    return DueDate(
        store, Subject(kind=ReminderKind.EXPIRY, order_number=number, about="x", name="x", date=at(days), purchase=of)
    )


def test_where_something_failed_last_comes_first() -> None:
    failures = [Failure(NOW, THERE, "A-1"), Failure(NOW, HERE, "A-2")]
    assert subject_in_need(ALL, failures, [due(HERE, "A-1", 1)]) is TWO


@pytest.mark.parametrize("number", [None, "A-99"])
def test_a_failure_that_is_about_no_known_order_means_the_latest_of_its_store(number: str | None) -> None:
    assert subject_in_need(ALL, [Failure(NOW, HERE, number)], []) is ONE_NEW


def test_a_failure_at_a_store_without_orders_is_passed_over() -> None:
    assert subject_in_need(ALL, [Failure(NOW, "https://three.example", None)], []) is SHOP


def test_then_the_earliest_date_of_any_store_or_purchase() -> None:
    assert subject_in_need(ALL, [], [due(HERE, "A-2", 5), due(THERE, "A-1", 3)]) is TWO
    assert subject_in_need(ALL, [], [due(HERE, "A-2", 5), due("", "", 3, "p1")]) is SHOP


def test_else_the_latest_and_nothing_of_nothing() -> None:
    assert subject_in_need(ALL, [], []) is SHOP
    assert subject_in_need((), [Failure(NOW, HERE, None)], [due(HERE, "A-1", 1)]) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("a-2", (ONE_NEW,)),
        ("A-1", (ONE_OLD, TWO)),
        ("two", (TWO,)),
        (THERE, (TWO,)),
        ("  werkbank ", (SHOP,)),
        ("foto", (SHOP,)),
        ("harbour", (ONE_NEW, ONE_OLD)),
        ("p1", (SHOP,)),
        ("nothing of the kind", ()),
    ],
)
def test_it_is_named_by_number_store_product_or_id(words: str, found: tuple[SupportSubject, ...]) -> None:
    assert matching(ALL, words) == found


def test_orders_and_purchases_become_subjects(build) -> None:
    orders = [build.order(number="old", placed_at=build.day(-9)), build.order(number="new", placed_at=build.day(-1))]
    assert [each.number for each in order_subjects(HERE, "One", orders)] == ["new", "old"]
    (bought,) = purchase_subjects([purchase_of([fact(Field.MAKER, "Werkbank GmbH"), fact(Field.ORDER_NUMBER, "77")])])
    assert bought[:5] == ("", "77", "p1", "Foto 12", "Werkbank GmbH")


def test_what_worked_since_or_is_long_ago_has_not_failed_lately() -> None:
    def attempt(minutes: int, what: str, failed: bool) -> tuple[Attempt, str | None]:
        return Attempt(NOW - dt.timedelta(minutes=minutes), what, failed, HERE), "A-1"

    newest_first = [
        attempt(1, "downloading", False),
        attempt(2, "downloading", True),
        attempt(3, "installing", True),
        attempt(4, "installing", True),
        attempt(13 * 60, "switching", True),
    ]
    assert lately_failed(newest_first, NOW) == (Failure(NOW - dt.timedelta(minutes=3), HERE, "A-1"),)
