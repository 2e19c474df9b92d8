"""A demo store that is watched: every request and answer is held against the Store API document."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml
from werkzeug.http import parse_options_header

from companion.demo.server import DemoStore
from companion.services.resources import resource

Answered = Callable[..., Any]


class Contract:
    """The Store API document, and what broke it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.broken: list[str] = []
        self.seen: set[tuple[str, str, int]] = set()
        self._routes = [
            (re.compile("^" + re.sub(r"\\\{[^/]*?\\\}", "([^/]+)", re.escape(path)) + "$"), path, item)
            for path, item in document["paths"].items()
        ]

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def errors(self, value: object, schema: dict[str, Any]) -> list[str]:
        whole = {**schema, "components": self.document["components"]}
        checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(value)]

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        for pattern, template, item in self._routes:
            if pattern.match(path) and method.lower() in item:
                return template, item[method.lower()]
        return None

    def check(self, environ: dict[str, Any], body: bytes, status: int, headers: dict[str, str], answer: bytes) -> None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if not path.startswith("/v1/"):
            return
        found = self.operation(method, path)
        if found is None:
            # Werkzeug answers HEAD wherever it answers GET; that is no operation of its own.
            if not (method == "HEAD" and self.operation("GET", path)):
                self._check_problem("an undescribed call", status, headers, answer, {"not-found", "method-not-allowed"})
            return
        template, operation = found
        where = f"{method} {template} -> {status}"
        self.seen.add((method, template, status))
        wrong = self._request_errors(operation, environ, body)
        if wrong and status < 400:
            self.broken.append(f"{where}: accepted a request that breaks the document: {wrong}")
        self._check_answer(where, operation, status, headers, answer, method)

    def _request_errors(self, operation: dict[str, Any], environ: dict[str, Any], body: bytes) -> list[str]:
        wrong = []
        for parameter in map(self.resolve, operation.get("parameters", ())):
            if parameter["in"] == "header":
                value = environ.get("HTTP_" + parameter["name"].upper().replace("-", "_"))
                if value is None and parameter["required"]:
                    wrong.append(f"{parameter['name']} is missing")
                elif value is not None:
                    wrong += self.errors(value, parameter["schema"])
        if "requestBody" in operation:
            try:
                value = json.loads(body)
            except (ValueError, RecursionError):
                return [*wrong, "no JSON"]
            wrong += self.errors(value, operation["requestBody"]["content"]["application/json"]["schema"])
        return wrong

    def _check_answer(
        self, where: str, operation: dict[str, Any], status: int, headers: dict[str, str], answer: bytes, method: str
    ) -> None:
        described = operation["responses"].get(str(status))
        if described is None and status >= 400:
            described = operation["responses"]["default"]
        if described is None:
            self.broken.append(f"{where}: this status is not described")
            return
        described = self.resolve(described)
        for name, header in described.get("headers", {}).items():
            value = headers.get(name.lower())
            if value is None:
                self.broken.append(f"{where}: {name} is missing")
            else:
                self.broken += [
                    f"{where}: {name}: {error}" for error in self.errors(value, self.resolve(header)["schema"])
                ]
        content = described.get("content")
        if content is None or method == "HEAD":
            return
        mimetype, _ = parse_options_header(headers.get("content-type"))
        if mimetype not in content:
            self.broken.append(f"{where}: {mimetype} is not described")
        elif mimetype.endswith("json"):
            found = self.errors(json.loads(answer), content[mimetype]["schema"])
            self.broken += [f"{where}: {error}" for error in found]
            if mimetype == "application/problem+json":
                self._check_problem(where, status, headers, answer, set(content[mimetype]["examples"]))

    def _check_problem(self, where: str, status: int, headers: dict[str, str], answer: bytes, codes: set[str]) -> None:
        problem = json.loads(answer or b"{}")
        if headers.get("content-type") != "application/problem+json" or problem.get("code") not in codes:
            self.broken.append(f"{where}: {status} {problem.get('code')} is not among {sorted(codes)}")
        elif problem["status"] != status or str(problem.get("retryAfter", "")) != headers.get("retry-after", ""):
            self.broken.append(f"{where}: the problem and the headers differ")

    def watch(self, application: Answered) -> Answered:
        """The application, with every request and answer checked; files are passed through unread."""

        def watched(environ: dict[str, Any], start_response: Answered) -> Iterable[bytes]:
            body = b""
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if 0 < length <= 2 * 1024 * 1024:
                body = environ["wsgi.input"].read(length)
                environ["wsgi.input"] = io.BytesIO(body)
            asked = dict(environ)
            told: list[Any] = []

            def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
                told[:] = [int(status.split()[0]), {name.lower(): value for name, value in headers}]
                return start_response(status, headers, exc_info)

            answer = application(environ, start)
            status, headers = told
            if headers.get("content-type") == "application/octet-stream":
                self.check(asked, body, status, headers, b"")
                return answer
            with contextlib.closing(answer) if hasattr(answer, "close") else contextlib.nullcontext():
                parts = list(answer)
            self.check(asked, body, status, headers, b"".join(parts))
            return parts

        return watched


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
    # The C loader is the same safe loader, ten times as fast; not every build of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(resource("store-api.yaml").read_bytes(), Loader=loader)  # noqa: S506
    return loaded


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
        usual = {"system": "linux", "size": 40_000, "clock": clock, "password_cost": 2**10, "around": contract.watch}
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
    """Somebody who has not logged in."""
    return Customer(store)


@pytest.fixture
def refused() -> Callable[[requests.Response], tuple[int, str]]:
    return problem
