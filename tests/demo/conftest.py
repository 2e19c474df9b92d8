"""A demo store that is watched: every request and answer is held against the Store API document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.contract import Contract, read_document


class Clock:
    """The store's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


class Customer:
    """Talks to a store as a customer's program would; `number` says whose order."""

    def __init__(self, store: DemoStore, number: str | None = None) -> None:
        self.url = store.url
        self.headers: dict[str, str] = {}
        self.keys = 0
        if number is not None:
            account = next(account for account in store.accounts if account.order_number == number)
            body = {"orderNumber": number, "orderPassword": account.order_password}
            self.headers = {"Authorization": f"Bearer {self.post('/v1/sessions', body).json()['token']}"}
            self.number = number

    def send(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = path if path.startswith("http") else self.url + path
        return requests.request(method, url, json=body, headers=sent, timeout=20)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: object, key: str | None = None, **headers: str) -> requests.Response:
        self.keys += 1
        return self.send("POST", path, body, **{"Idempotency-Key": key or f"key-{id(self)}-{self.keys}", **headers})

    def order(self) -> dict[str, Any]:
        answer = self.get(f"/v1/orders/{self.number}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def grant(self) -> dict[str, Any]:
        artifact = self.order()["downloads"][0]["artifactId"]
        answer = self.post(f"/v1/orders/{self.number}/downloads/{artifact}/grant", {})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def problem(answer: requests.Response) -> tuple[int, str]:
    """The status and code of a refusal."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    return read_document()


@pytest.fixture(scope="session")
def profile_document() -> bytes:
    return resource("profiles/larkfield.json").read_bytes()


@pytest.fixture
def contract(document: dict[str, Any]) -> Iterator[Contract]:
    watched = Contract(document)
    yield watched
    assert watched.broken == []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(
    tmp_path: Path, contract: Contract, clock: Clock, profile_document: bytes
) -> Iterator[Callable[..., DemoStore]]:
    """Starts watched stores, in the same folder unless told otherwise, and closes them in the end."""
    stores: list[DemoStore] = []

    def begin(root: Path = tmp_path / "store", **options: Any) -> DemoStore:
        usual = {"system": "linux", "size": 40_000, "clock": clock, "password_cost": 2, "around": contract.watch}
        stores.append(DemoStore(root, profile=profile_document, **{**usual, **options}))
        return stores[-1]

    yield begin
    for store in stores:
        store.close()


@pytest.fixture
def store(start: Callable[..., DemoStore]) -> DemoStore:
    return start()


@pytest.fixture
def visit() -> Callable[[DemoStore, str], Customer]:
    """Logs in to an order of any store."""
    return Customer


@pytest.fixture
def customer(store: DemoStore) -> Callable[[str], Customer]:
    """Logs in to one of the store's orders."""
    return lambda number: Customer(store, number)


@pytest.fixture
def anybody(store: DemoStore) -> Customer:
    """A client that has not logged in."""
    return Customer(store)


@pytest.fixture
def refused() -> Callable[[requests.Response], tuple[int, str]]:
    return problem
