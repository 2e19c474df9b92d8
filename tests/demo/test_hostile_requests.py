"""What an attacker or a broken program could send: always problem details, never a fault of the store."""

from __future__ import annotations

import http.client
import socket
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.demo.api.calls import MOST_BYTES
from companion.demo.server import DemoStore

Refused = Callable[[requests.Response], tuple[int, str]]
_STRANGE = [
    "' OR 1=1 --",
    '"; DROP TABLE orders; --',
    "../../store.db",
    "😀",
    "%00",
    "a" * 5000,
    "‮gro.elpmaxe",
    "{}",
    "%2e%2e",
]


def _raw(store: DemoStore, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, store.url + path, data=body, headers=sent, timeout=20)


def _log_in(store: DemoStore, body: bytes, content_type: str = "application/json") -> requests.Response:
    return _raw(store, "POST", "/v1/sessions", body, Content_Type=content_type)


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST", "TRACE", "BREW"])
def test_other_methods_are_not_allowed(store: DemoStore, refused: Refused, method: str) -> None:
    answer = _raw(store, method, "/v1/profile")
    assert refused(answer) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v2/profile", "/v1//profile", "/v1/profile/", "/%ff", "/v1/orders/"]
)
def test_other_paths_are_not_found(store: DemoStore, refused: Refused, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", store.port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    answer.read()
    connection.close()


@pytest.mark.parametrize("text", _STRANGE)
def test_strange_texts_are_only_texts(store: DemoStore, customer: Any, refused: Refused, text: str) -> None:
    ada, quoted = customer("LF-4821-0937"), urllib.parse.quote(text, safe="%")
    assert refused(ada.get(f"/v1/orders/{quoted}")) == (404, "not-found")
    assert refused(ada.post("/v1/sessions", {"orderNumber": text[:200], "orderPassword": text[:200]}))[0] == 401
    assert refused(ada.post("/v1/sessions", {"email": text[:200], "cardLastDigits": "1234"}))[0] == 401
    case = ada.post("/v1/support/cases", {"orderNumber": "LF-4821-0937", "summary": text[:2000], "caseFile": text})
    assert case.status_code == 201
    seat = ada.send("DELETE", f"/v1/licences/{quoted}/seats/x")
    assert refused(seat) == (404, "not-found")
    assert customer("LF-4821-0937").order()["number"] == "LF-4821-0937"


@pytest.mark.parametrize("body", [
    b"", b"{", b"\xff\xfe", b'{"orderNumber": "\xed\xa0\x80", "orderPassword": "x"}', b"NaN",
    b'{"a":' * 100_000, b'{"orderNumber": "a", "orderPassword": "\x00"}',
])  # fmt: skip
def test_a_body_that_is_no_json(store: DemoStore, refused: Refused, body: bytes) -> None:
    assert refused(_log_in(store, body)) == (400, "malformed-request")


@pytest.mark.parametrize(
    "body", [b"null", b"null x", b"[" * 200_000, b"[]", b"7", b'"text"', b'{"orderNumber": {"orderNumber": 1}}']
)
def test_a_body_of_the_wrong_kind(store: DemoStore, refused: Refused, body: bytes) -> None:
    assert refused(_log_in(store, body)) == (422, "invalid-request")


def test_a_lone_surrogate_is_no_password(store: DemoStore, refused: Refused) -> None:
    answer = _log_in(store, b'{"orderNumber": "LF-4821-0937", "orderPassword": "\\ud800"}')
    assert refused(answer)[0] in (400, 401)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
)
def test_only_json_in_utf_8_is_read(store: DemoStore, refused: Refused, kind: str) -> None:
    assert refused(_log_in(store, b"{}", kind)) == (415, "unsupported-media-type")


def test_a_huge_body_is_refused_whether_its_length_is_told_or_not(store: DemoStore, refused: Refused) -> None:
    body = b'{"orderNumber": "' + b"a" * MOST_BYTES + b'"}'
    assert refused(_log_in(store, body)) == (413, "too-large")
    chunks = (body[start : start + 65536] for start in range(0, len(body), 65536))
    headers = {"Content-Type": "application/json"}
    answer = requests.post(store.url + "/v1/sessions", data=chunks, headers=headers, timeout=20)
    assert refused(answer) == (413, "too-large")


def test_a_case_file_may_be_large_but_not_endless(customer: Any, refused: Refused) -> None:
    ada = customer("LF-4821-0937")
    assert ada.post("/v1/support/cases", {"summary": "x", "caseFile": "a" * 900_000}).status_code == 201
    assert refused(ada.post("/v1/support/cases", {"summary": "x", "caseFile": "a" * 900_001})) == (
        422,
        "invalid-request",
    )


@pytest.mark.parametrize("request_bytes", [
    b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{}",
    b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}",
    b"POST /v1/sessions HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n",
    b"GET /v1/profile HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GARBAGE\r\n\r\n",
    b"GET /v1/profile HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET /v1/profile HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"",
])  # fmt: skip
def test_broken_http_breaks_only_its_own_connection(start: Any, request_bytes: bytes, profile_document: bytes) -> None:
    store = start(around=None)
    with socket.create_connection(("127.0.0.1", store.port), timeout=20) as line:
        line.sendall(request_bytes)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while part := line.recv(65536):
            answer += part
    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert requests.get(store.url + "/v1/profile", timeout=20).content == profile_document


def test_a_fault_of_the_store_is_said_and_logged_without_its_secrets(
    store: DemoStore, customer: Any, refused: Refused, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    grant = customer("LF-5930-2216").grant()
    (tmp_path / "store" / "artifacts" / grant["filename"]).unlink()
    answer = requests.get(grant["url"], timeout=20)
    assert refused(answer) == (500, "store-error")
    assert answer.json()["retryable"] is True
    assert "FileNotFoundError" in caplog.text
    assert "signature" not in caplog.text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
_MEMBERS = ["reason", "lineItemIds", "subscriptionId", "name", "accepted", "text", "autoRenew", "method", "summary"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(body=_JSON | st.dictionaries(st.sampled_from(_MEMBERS), _JSON, max_size=4), number=st.integers(0, 10**9))
def test_any_json_gets_an_answer_of_the_document(store: DemoStore, customer: Any, body: Any, number: int) -> None:
    ada = customer("LF-4821-0937")
    for method, path in (
        ("POST", "/v1/orders/LF-4821-0937/returns"),
        ("POST", "/v1/orders/LF-4821-0937/downloads/lantern-protect-linux/grant"),
        ("PUT", "/v1/subscriptions/sub-4821-0937/auto-renew"),
        ("PUT", "/v1/licences/lic-4821-0937/seats/pc-1"),
        ("POST", "/v1/support/cases"),
    ):
        try:
            answer = ada.send(method, path, body, If_Match="*", Idempotency_Key=str(number))
        except requests.exceptions.InvalidJSONError:
            return  # a number JSON has no word for never leaves the customer's program
        assert answer.status_code < 500
