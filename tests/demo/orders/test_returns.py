"""Returns: eligibility, the letter, what a refund changes, and when the credit shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import requests

from companion.demo.orders.lifecycle import business_days_after
from companion.domain.core.serialization import decode, encode
from companion.domain.store.orders import ChargeKind, Order
from companion.domain.store.returns import Return

Refused = Callable[[requests.Response], tuple[int, str]]


def _order(someone: Any) -> Order:
    return decode(encode(someone.order()), Order, source="the store")


def _return(answer: requests.Response) -> Return:
    assert answer.status_code in (200, 201), answer.text
    return decode(answer.content, Return, source="the store")


def test_a_download_order_is_refunded_whole(customer: Any, clock: Any, refused: Refused) -> None:
    ben = customer("LF-5930-2216")
    before = _order(ben)
    given = _return(ben.post("/v1/orders/LF-5930-2216/returns", {"reason": "doesNotWork"}))
    assert (given.status, given.amount, given.letter) == ("refundInitiated", before.total, None)
    # A Wednesday: five business days end on the next Wednesday, seven on the Friday after.
    assert (given.credit_from, given.credit_until) == (clock.now + dt.timedelta(7), clock.now + dt.timedelta(9))
    after = _order(ben)
    assert (after.status, after.licences[0].status) == ("refunded", "refunded")
    assert not after.subscriptions[0].auto_renew
    assert (after.charges[-1].kind, after.charges[-1].amount) == ("refund", before.total)
    assert not after.return_eligibility.eligible
    again = ben.post("/v1/orders/LF-5930-2216/returns", {"reason": "doesNotWork"})
    assert refused(again) == (409, "already-done")
    grant = ben.post("/v1/orders/LF-5930-2216/downloads/lantern-protect-linux/grant", {})
    assert refused(grant) == (403, "licence-ended")
    clock.pass_by(days=9)
    assert _order(customer("LF-5930-2216")).returns[0].status == "credited"


def test_a_box_needs_the_letter_first(customer: Any, refused: Refused) -> None:
    eve = customer("LF-6014-5529")
    asked = _return(eve.post("/v1/orders/LF-6014-5529/returns", {"reason": "notWanted"}))
    assert asked.status == "letterNeeded"
    assert asked.letter is not None
    assert _order(eve).licences[0].status == "active"
    path = f"/v1/returns/{asked.id}/destruction-letter"
    no = eve.post(path, {"accepted": False, "text": asked.letter.text})
    assert (refused(no), no.json()["field"]) == ((422, "invalid-request"), "accepted")
    other = eve.post(path, {"accepted": True, "text": "I promise nothing."})
    assert (refused(other), other.json()["field"]) == ((422, "invalid-request"), "text")
    body = {"accepted": True, "text": asked.letter.text}
    accepted = _return(eve.post(path, body))
    assert accepted.status == "refundInitiated"
    assert accepted.letter is not None
    assert accepted.letter.accepted_at is not None
    assert _return(eve.post(path, body)) == accepted
    assert [charge.kind for charge in _order(eve).charges].count(ChargeKind.REFUND) == 1


def test_a_return_without_a_letter_takes_none(customer: Any, refused: Refused) -> None:
    ben = customer("LF-5930-2216")
    given = _return(ben.post("/v1/orders/LF-5930-2216/returns", {"reason": "notWanted"}))
    answer = ben.post(f"/v1/returns/{given.id}/destruction-letter", {"accepted": True, "text": ""})
    assert refused(answer) == (409, "letter-not-needed")


def test_an_unwanted_renewal_ends_with_its_refund(customer: Any, clock: Any) -> None:
    iris = customer("LF-3126-9058")
    before = _order(iris)
    body = {"reason": "unwantedRenewal", "subscriptionId": before.subscriptions[0].id}
    given = _return(iris.post("/v1/orders/LF-3126-9058/returns", body))
    assert given.amount == before.charges[-1].amount
    assert given.credit_until == business_days_after(clock.now, 6)
    after = _order(iris)
    plan = after.subscriptions[0]
    assert (plan.auto_renew, plan.next_charge_at, plan.status) == (False, None, "cancelled")
    assert plan.active_until == after.licences[0].expires_at == clock.now + dt.timedelta(days=5)
    assert after.status == "completed"
    assert after.charges[-1].about == f"subscription:{plan.id}"
    clock.pass_by(days=400)
    assert len(_order(customer("LF-3126-9058")).charges) == len(after.charges)


def test_only_the_renewal_of_an_old_order_comes_back(customer: Any, refused: Refused) -> None:
    iris = customer("LF-3126-9058")
    answer = iris.post("/v1/orders/LF-3126-9058/returns", {"reason": "notWanted"})
    assert refused(answer) == (409, "not-eligible")
    ben = customer("LF-5930-2216")
    body = {"reason": "unwantedRenewal", "subscriptionId": "sub-5930-2216"}
    assert refused(ben.post("/v1/orders/LF-5930-2216/returns", body)) == (409, "not-eligible")


@pytest.mark.parametrize(
    ("number", "body", "field"),
    [
        ("LF-5930-2216", {"reason": "bored"}, "reason"),
        ("LF-5930-2216", {"reason": "notWanted", "lineItemIds": ["item-5930-2216-1", "x"]}, "lineItemIds[1]"),
        ("LF-5930-2216", {"reason": "notWanted", "subscriptionId": "sub-5930-2216"}, "subscriptionId"),
        ("LF-3126-9058", {"reason": "unwantedRenewal"}, "subscriptionId"),
        ("LF-3126-9058", {"reason": "unwantedRenewal", "subscriptionId": "sub-1"}, "subscriptionId"),
        (
            "LF-3126-9058",
            {"reason": "unwantedRenewal", "subscriptionId": "sub-3126-9058", "lineItemIds": ["item-3126-9058-1"]},
            "lineItemIds",
        ),
    ],
)
def test_the_field_that_does_not_fit_is_named(
    customer: Any, refused: Refused, number: str, body: object, field: str
) -> None:
    answer = customer(number).post(f"/v1/orders/{number}/returns", body)
    assert (refused(answer), answer.json()["field"]) == ((422, "invalid-request"), field)


@pytest.mark.parametrize("number", ["LF-4821-0937", "LF-5562-8803", "LF-2954-3871"])
def test_after_the_window_nothing_is_taken_back(customer: Any, refused: Refused, number: str) -> None:
    answer = customer(number).post(f"/v1/orders/{number}/returns", {"reason": "notWanted"})
    assert refused(answer) == (409, "not-eligible")


def test_the_window_ends_to_the_second(customer: Any, clock: Any, refused: Refused) -> None:
    deadline = _order(customer("LF-5930-2216")).return_eligibility.deadline
    clock.now = deadline
    assert _order(customer("LF-5930-2216")).return_eligibility.eligible
    clock.pass_by(seconds=1)
    ben = customer("LF-5930-2216")
    answer = ben.post("/v1/orders/LF-5930-2216/returns", {"reason": "notWanted"})
    assert refused(answer) == (409, "not-eligible")


def test_an_added_medium_alone_can_come_back(customer: Any, clock: Any) -> None:
    ben = customer("LF-5930-2216")
    added = ben.post("/v1/orders/LF-5930-2216/backup-media", {}).json()["lineItems"][-1]
    body = {"reason": "notWanted", "lineItemIds": [added["id"]]}
    given = _return(ben.post("/v1/orders/LF-5930-2216/returns", body))
    assert given.status == "letterNeeded"
    assert added["name"] in (given.letter.text if given.letter else "")
    assert _order(ben).licences[0].status == "active"


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02", 5, "2026-03-09"),
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-07", 1, "2026-03-09"),
        ("2026-03-08", 7, "2026-03-17"),
        ("2026-03-04", 0, "2026-03-04"),
    ],
)
def test_business_days_skip_weekends(start: str, days: int, end: str) -> None:
    moments = [dt.datetime.fromisoformat(f"{day}T12:00:00+00:00") for day in (start, end)]
    assert business_days_after(moments[0], days) == moments[1]
