"""Switching auto-renewal: with the right version only, once, with a receipt, and for real."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import requests

from companion.domain.core.serialization import decode, encode
from companion.domain.store.orders import AutoRenewChange, Subscription

Refused = Callable[[requests.Response], tuple[int, str]]


def _plan(someone: Any) -> Subscription:
    return decode(encode(someone.order()["subscriptions"][0]), Subscription, source="the store")


def _switch(someone: Any, on: bool, version: str, **headers: str) -> requests.Response:
    path = f"/v1/subscriptions/{_plan(someone).id}/auto-renew"
    answer: requests.Response = someone.send("PUT", path, {"autoRenew": on}, If_Match=f'"{version}"', **headers)
    return answer


def test_off_and_on_again(customer: Any, clock: Any) -> None:
    ada = customer("LF-4821-0937")
    before = _plan(ada)
    answer = _switch(ada, False, before.version)
    off = decode(answer.content, AutoRenewChange, source="the store")
    assert answer.headers["ETag"] == f'"{off.subscription.version}"'
    assert off.subscription == _plan(ada)
    assert (off.subscription.auto_renew, off.subscription.status) == (False, "cancelled")
    assert (off.subscription.next_charge_at, off.subscription.cancel_by) == (None, None)
    assert off.receipt.still_active_until == before.active_until == off.subscription.active_until
    assert off.receipt.received_at == off.receipt.effective_at == clock.now
    on = decode(_switch(ada, True, off.subscription.version).content, AutoRenewChange, source="the store")
    assert on.subscription.next_charge_at == before.next_charge_at
    assert on.receipt.id != off.receipt.id
    assert on.subscription.version not in (before.version, off.subscription.version)


def test_a_plan_switched_off_is_not_charged_and_ends(customer: Any, clock: Any) -> None:
    cleo = customer("LF-3307-7145")
    charges = len(cleo.order()["charges"])
    _switch(cleo, False, _plan(cleo).version)
    clock.pass_by(days=8)
    later = customer("LF-3307-7145").order()
    assert len(later["charges"]) == charges
    assert (later["subscriptions"][0]["status"], later["licences"][0]["status"]) == ("expired", "expired")


def test_a_plan_left_on_is_charged_the_new_price_and_goes_on(customer: Any, clock: Any) -> None:
    before = _plan(customer("LF-3307-7145"))
    clock.pass_by(days=8)
    cleo = customer("LF-3307-7145")
    after, order = _plan(cleo), cleo.order()
    assert before.active_until is not None
    assert after.active_until == before.term.after(before.active_until)
    assert after.price == before.renewal_price
    assert after.version != before.version
    assert order["licences"][0]["status"] == "active"
    assert dt.datetime.fromisoformat(order["charges"][-1]["at"]) == before.next_charge_at
    assert order["charges"][-1]["amount"]["amount"] == 6520
    assert order["returnEligibility"]["eligible"]
    assert "renewal" in order["returnEligibility"]["rule"]


def test_switching_just_before_the_end_charges_at_once(customer: Any, clock: Any) -> None:
    fritz = customer("LF-4478-1360")
    clock.pass_by(days=15, hours=12)
    fritz = customer("LF-4478-1360")
    answer = _switch(fritz, True, _plan(fritz).version)
    plan = decode(answer.content, AutoRenewChange, source="the store").subscription
    assert plan.next_charge_at == clock.now
    assert plan.cancel_by is not None
    assert plan.cancel_by <= plan.next_charge_at
    assert len(fritz.order()["charges"]) == 5


def test_what_is_so_already_is_confirmed(customer: Any) -> None:
    ada = customer("LF-4821-0937")
    version = _plan(ada).version
    answer = decode(_switch(ada, True, version).content, AutoRenewChange, source="the store")
    assert answer.subscription.version == version
    assert answer.receipt.auto_renew


def test_the_version_must_be_said(customer: Any, refused: Refused) -> None:
    ada = customer("LF-4821-0937")
    path = "/v1/subscriptions/sub-4821-0937/auto-renew"
    assert refused(ada.send("PUT", path, {"autoRenew": False})) == (428, "precondition-required")
    assert _plan(ada).auto_renew


@pytest.mark.parametrize("tag", ['"other"', 'W/"sub-4821-0937.1"', '""', "nonsense, '"])
def test_another_version_is_refused(customer: Any, refused: Refused, tag: str) -> None:
    ada = customer("LF-4821-0937")
    path = "/v1/subscriptions/sub-4821-0937/auto-renew"
    assert refused(ada.send("PUT", path, {"autoRenew": False}, If_Match=tag)) == (412, "version-conflict")
    assert _plan(ada).auto_renew


def test_two_people_switch_and_the_second_is_told(customer: Any, refused: Refused) -> None:
    ada, twin = customer("LF-4821-0937"), customer("LF-4821-0937")
    version = _plan(ada).version
    assert _switch(ada, False, version).status_code == 200
    assert refused(_switch(twin, True, version)) == (412, "version-conflict")


def test_a_switch_whose_answer_was_lost_gives_the_same_receipt(customer: Any, refused: Refused) -> None:
    ada = customer("LF-4821-0937")
    version = _plan(ada).version
    first, again = _switch(ada, False, version), _switch(ada, False, version)
    assert first.content == again.content
    back = decode(first.content, AutoRenewChange, source="the store").subscription.version
    _switch(ada, True, back)
    assert refused(_switch(ada, False, version)) == (412, "version-conflict")


def test_with_a_key_the_first_answer_comes_again(customer: Any, refused: Refused) -> None:
    ada = customer("LF-4821-0937")
    version = _plan(ada).version
    first = _switch(ada, False, version, Idempotency_Key="switch-1")
    assert _switch(ada, False, version, Idempotency_Key="switch-1").content == first.content
    assert refused(_switch(ada, True, version, Idempotency_Key="switch-1")) == (422, "idempotency-conflict")


@pytest.mark.parametrize("number", ["LF-2954-3871", "LF-5781-6492"])
def test_what_has_ended_is_not_switched(customer: Any, refused: Refused, number: str) -> None:
    someone = customer(number)
    assert refused(_switch(someone, True, _plan(someone).version)) == (409, "subscription-ended")


@pytest.mark.parametrize("body", [{}, {"autoRenew": "yes"}, {"autoRenew": None}, {"autoRenew": True, "x": 1}, [], "on"])
def test_the_body_is_read_strictly(customer: Any, refused: Refused, body: object) -> None:
    ada = customer("LF-4821-0937")
    path = "/v1/subscriptions/sub-4821-0937/auto-renew"
    assert refused(ada.send("PUT", path, body, If_Match="*")) == (422, "invalid-request")
