"""Logging in: both ways, wrong ways, too many times, and when a session ends."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import email
import email.policy
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from companion.demo.server import DemoStore
from companion.demo.sessions import LogInLimits

Refused = Callable[[requests.Response], tuple[int, str]]


def test_every_account_opens_its_order_with_the_password(store: DemoStore, customer: Any) -> None:
    for account in store.accounts:
        assert customer(account.order_number).order()["number"] == account.order_number


def test_mail_and_card_open_every_order_of_that_card(store: DemoStore, anybody: Any) -> None:
    for digits in ("47290", "7290"):
        body = {"email": "Joan.Price@post.example", "cardLastDigits": digits}
        answer = anybody.post("/v1/sessions", body)
        assert answer.status_code == 201
        assert answer.json()["orderNumbers"] == ["LF-1893-4407", "LF-5847-7721"]
    for account in store.accounts:
        body = {"email": account.email, "cardLastDigits": account.card_last_digits}
        assert account.order_number in anybody.post("/v1/sessions", body).json()["orderNumbers"]


def test_a_wrong_half_tells_nothing_about_what_exists(store: DemoStore, anybody: Any, refused: Refused) -> None:
    right = store.accounts[0]
    wrong = (
        {"orderNumber": right.order_number, "orderPassword": right.order_password.swapcase()},
        {"orderNumber": "LF-0000-0000", "orderPassword": right.order_password},
        {"email": right.email, "cardLastDigits": "00000"},
        {"email": "nobody@mail.example", "cardLastDigits": right.card_last_digits},
    )
    answers = [anybody.post("/v1/sessions", body) for body in wrong]
    assert {refused(answer) for answer in answers} == {(401, "credentials-wrong")}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"orderNumber": "LF-4821-0937"}, "orderPassword"),
        ({"orderNumber": "LF-4821-0937", "orderPassword": ""}, "orderPassword"),
        ({"orderNumber": 7, "orderPassword": "x"}, "orderNumber"),
        ({"email": "a@b.example", "cardLastDigits": "123"}, "cardLastDigits"),
        ({"email": "a@b.example", "cardLastDigits": "12a45"}, "cardLastDigits"),
        ({"orderNumber": "LF-1", "orderPassword": "x", "email": "a@b.example", "cardLastDigits": "1234"}, None),
    ],
)
def test_a_log_in_is_one_of_the_two_forms(anybody: Any, refused: Refused, body: object, field: str | None) -> None:
    answer = anybody.post("/v1/sessions", body)
    assert refused(answer) == (422, "invalid-request")
    assert field is None or answer.json()["field"] == field


def test_guessing_locks_the_order_for_a_while(store: DemoStore, anybody: Any, clock: Any, refused: Refused) -> None:
    right = store.accounts[0]
    guess = {"orderNumber": right.order_number, "orderPassword": "guess"}
    for _ in range(LogInLimits().per_subject):
        assert refused(anybody.post("/v1/sessions", guess)) == (401, "credentials-wrong")
        clock.pass_by(seconds=10)
    rightly = {"orderNumber": right.order_number.lower(), "orderPassword": right.order_password}
    locked = anybody.post("/v1/sessions", rightly)
    assert refused(locked) == (429, "too-many-attempts")
    assert locked.headers["Retry-After"] == "250"
    other = store.accounts[1]
    body = {"orderNumber": other.order_number, "orderPassword": other.order_password}
    assert anybody.post("/v1/sessions", body).status_code == 201
    clock.pass_by(seconds=250)
    assert anybody.post("/v1/sessions", rightly).status_code == 201


def test_an_unknown_order_is_locked_just_the_same(anybody: Any, refused: Refused) -> None:
    guess = {"orderNumber": "LF-0000-0000", "orderPassword": "guess"}
    codes = [refused(anybody.post("/v1/sessions", guess))[1] for _ in range(LogInLimits().per_subject + 1)]
    assert codes[-2:] == ["credentials-wrong", "too-many-attempts"]


def test_guessing_over_many_orders_locks_the_address(start: Any, refused: Refused) -> None:
    store = start(log_in_limits=LogInLimits(per_address=8))
    bodies = [{"email": f"{number}@mail.example", "cardLastDigits": "1234"} for number in range(9)]
    answers = [requests.post(store.url + "/v1/sessions", json=body, timeout=20) for body in bodies]
    assert [refused(answer)[0] for answer in answers] == [401] * 8 + [429]


def test_guesses_sent_side_by_side_all_count(store: DemoStore, anybody: Any, refused: Refused) -> None:
    guess = {"orderNumber": store.accounts[0].order_number, "orderPassword": "guess"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refused(anybody.post("/v1/sessions", guess)), range(12)))
    assert answers.count((401, "credentials-wrong")) == LogInLimits().per_subject


def test_logging_in_often_and_rightly_locks_nobody(store: DemoStore, customer: Any) -> None:
    for _ in range(LogInLimits().per_subject * 2):
        customer(store.accounts[0].order_number)


def test_a_session_ends(customer: Any, clock: Any, refused: Refused) -> None:
    ada = customer("LF-4821-0937")
    clock.pass_by(minutes=14, seconds=59)
    assert ada.get("/v1/orders/LF-4821-0937").status_code == 200
    clock.pass_by(seconds=1)
    answer = ada.get("/v1/orders/LF-4821-0937")
    assert refused(answer) == (401, "session-expired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["retryable"] is True


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer ' OR 1=1 --"])
def test_only_a_token_of_this_store_opens_an_order(anybody: Any, refused: Refused, header: str) -> None:
    assert refused(anybody.get("/v1/orders/LF-4821-0937", Authorization=header)) == (401, "session-expired")


def test_neither_passwords_nor_tokens_nor_digits_lie_in_the_files(
    store: DemoStore, customer: Any, tmp_path: Path
) -> None:
    tokens = [customer(account.order_number).headers["Authorization"].split()[1] for account in store.accounts]
    store.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir() if path.is_file())
    assert b"LF-4821-0937" in kept
    for account, token in zip(store.accounts, tokens, strict=True):
        assert account.order_password.encode() not in kept
        assert token.encode() not in kept
    with sqlite3.connect(tmp_path / "store" / "store.db") as connection:
        salts = [row[0] for row in connection.execute("SELECT salt FROM passwords")]
    connection.close()
    assert len(set(salts)) == len(store.accounts)


def test_a_forgotten_password_comes_by_mail_and_the_old_one_stays(
    store: DemoStore, anybody: Any, clock: Any, tmp_path: Path, refused: Refused
) -> None:
    known = anybody.post("/v1/password-resets", {"orderNumber": "LF-4821-0937"})
    unknown = anybody.post("/v1/password-resets", {"orderNumber": "LF-0000-0000"})
    assert (known.status_code, known.content) == (202, unknown.content)
    (path,) = (tmp_path / "store" / "outbox").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == "ada.miller@mail.example"
    text = message.get_content()
    new = text.partition("Order password: ")[2].split()[0]
    for password in (new, store.accounts[0].order_password):
        body = {"orderNumber": "LF-4821-0937", "orderPassword": password}
        assert anybody.post("/v1/sessions", body).status_code == 201
    clock.pass_by(hours=24, seconds=1)
    expired = anybody.post("/v1/sessions", {"orderNumber": "LF-4821-0937", "orderPassword": new})
    assert refused(expired) == (401, "credentials-wrong")


def test_resets_by_mail_address_name_every_order_but_do_not_flood(anybody: Any, tmp_path: Path) -> None:
    for _ in range(LogInLimits().per_subject + 3):
        assert anybody.post("/v1/password-resets", {"email": "joan.price@post.example"}).status_code == 202
    mails = [path.read_text() for path in (tmp_path / "store" / "outbox").iterdir()]
    for number in ("LF-1893-4407", "LF-5847-7721"):
        assert sum(f"Order number: {number}" in mail for mail in mails) == LogInLimits().per_subject


@pytest.mark.parametrize("body", [{}, {"orderNumber": "a", "email": "b"}, {"orderNumber": None}])
def test_a_reset_names_one_thing(anybody: Any, refused: Refused, body: object) -> None:
    assert refused(anybody.post("/v1/password-resets", body)) == (422, "invalid-request")


def test_a_longer_session_can_be_had(start: Any, clock: Any) -> None:
    store = start(session_life=dt.timedelta(hours=2))
    account = store.accounts[0]
    body = {"orderNumber": account.order_number, "orderPassword": account.order_password}
    answer = requests.post(store.url + "/v1/sessions", json=body, timeout=20).json()
    assert dt.datetime.fromisoformat(answer["expiresAt"]) == clock.now + dt.timedelta(hours=2)
