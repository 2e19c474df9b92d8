"""What changes something at the store happens once, however often it is asked."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any

import pytest
import requests

from companion.demo.server import DemoStore

Refused = Callable[[requests.Response], tuple[int, str]]
_CALLS = [
    ("LF-5562-8803", "/v1/orders/LF-5562-8803/downloads/lantern-protect-linux/extension", {}),
    ("LF-5930-2216", "/v1/orders/LF-5930-2216/returns", {"reason": "notWanted"}),
    ("LF-5930-2216", "/v1/orders/LF-5930-2216/backup-media", {}),
    ("LF-5562-8803", "/v1/support/cases", {"orderNumber": "LF-5562-8803", "summary": "x"}),
    ("LF-5562-8803", "/v1/support/cases", {"summary": "x"}),
]


@pytest.mark.parametrize(("number", "path", "body"), _CALLS)
def test_the_same_key_gives_the_same_answer(
    customer: Any, clock: Any, refused: Refused, number: str, path: str, body: dict[str, Any]
) -> None:
    someone = customer(number)
    first = someone.post(path, body, key="k")
    after = someone.order()
    clock.pass_by(minutes=20)
    renewed = customer(number)
    again = renewed.post(path, body, key="k")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert renewed.order() == after
    assert first.status_code in (200, 201)


@pytest.mark.parametrize(("number", "path", "body"), _CALLS)
def test_the_same_key_is_not_for_another_request(
    customer: Any, refused: Refused, number: str, path: str, body: dict[str, Any]
) -> None:
    someone = customer(number)
    someone.post("/v1/support/cases", {"orderNumber": number, "summary": "something else"}, key="k")
    if body == {"summary": "x"}:
        someone.post(path, {"summary": "y"}, key="k")
    assert refused(someone.post(path, body, key="k")) == (422, "idempotency-conflict")


@pytest.mark.parametrize(("number", "path", "body"), _CALLS)
def test_a_key_is_needed(customer: Any, refused: Refused, number: str, path: str, body: dict[str, Any]) -> None:
    someone = customer(number)
    assert refused(someone.send("POST", path, body)) == (400, "idempotency-key-missing")
    assert refused(someone.post(path, body, key="k" * 256)) == (422, "invalid-request")


def test_two_at_once_act_once(customer: Any, store: DemoStore) -> None:
    ben = customer("LF-5930-2216")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        path = "/v1/orders/LF-5930-2216/backup-media"
        answers = list(pool.map(lambda _: ben.post(path, {}, key="once"), range(6)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert [item["kind"] for item in ben.order()["lineItems"]] == ["download", "backupMedium"]


def test_a_key_belongs_to_one_customer(customer: Any) -> None:
    dan, ben = customer("LF-5562-8803"), customer("LF-5930-2216")
    mine = dan.post("/v1/support/cases", {"summary": "x"}, key="shared")
    theirs = ben.post("/v1/support/cases", {"summary": "y"}, key="shared")
    assert mine.json()["caseNumber"] != theirs.json()["caseNumber"]


def test_a_refusal_is_not_stored(customer: Any, clock: Any, refused: Refused) -> None:
    ben = customer("LF-5930-2216")
    path = "/v1/orders/LF-5930-2216/downloads/lantern-protect-linux/extension"
    assert refused(ben.post(path, {}, key="k")) == (409, "window-open")
    clock.pass_by(days=10)
    assert customer("LF-5930-2216").post(path, {}, key="k").json()["status"] == "granted"


def test_an_answer_lost_after_the_store_acted_is_given_again(start: Any, visit: Any) -> None:
    lost: list[str] = []

    def drop(environ: dict[str, Any]) -> bool:
        if environ["PATH_INFO"].endswith("/returns") and not lost:
            lost.append(environ["PATH_INFO"])
            return True
        return False

    store = start(drop_answer=drop)
    ben = visit(store, "LF-5930-2216")
    body = {"reason": "notWanted"}
    with pytest.raises(requests.ConnectionError):
        ben.post("/v1/orders/LF-5930-2216/returns", body, key="k")
    acted = ben.order()
    assert len(acted["returns"]) == 1
    again = ben.post("/v1/orders/LF-5930-2216/returns", body, key="k")
    assert (again.status_code, again.json()) == (201, acted["returns"][0])
    assert ben.order() == acted
