"""Downloads: grants, signed addresses, ranges, windows and their extension, the probe."""

from __future__ import annotations

import base64
import concurrent.futures
import datetime as dt
import hashlib
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

Refused = Callable[[requests.Response], tuple[int, str]]


@pytest.fixture
def grant(customer: Any) -> dict[str, Any]:
    found: dict[str, Any] = customer("LF-5930-2216").grant()
    return found


def _fetch(url: str, method: str = "GET", **headers: str) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, headers=sent, timeout=20)


def test_a_grant_yields_what_it_promises(grant: dict[str, Any], clock: Any) -> None:
    answer = _fetch(grant["url"])
    assert (answer.status_code, len(answer.content)) == (200, grant["size"])
    digest = hashlib.sha256(answer.content)
    assert digest.hexdigest() == grant["sha256"]
    assert answer.headers["ETag"] == f'"{grant["sha256"]}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert grant["filename"] in answer.headers["Content-Disposition"]
    assert grant["publisher"] == "Larkfield Software"
    assert dt.datetime.fromisoformat(grant["urlExpiresAt"]) == clock.now + dt.timedelta(minutes=10)


def test_the_pieces_have_the_granted_digests(start: Any, visit: Any) -> None:
    store = start(size=9 * 2**20 + 5)
    grant = visit(store, "LF-5930-2216").grant()
    content, length = _fetch(grant["url"]).content, grant["pieceLength"]
    assert (len(content), length) == (9 * 2**20 + 5, 4 * 2**20)
    pieces = [content[start : start + length] for start in range(0, len(content), length)]
    assert [hashlib.sha256(piece).hexdigest() for piece in pieces] == grant["pieceSha256"]
    assert len(set(grant["pieceSha256"])) == 3


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=39990-", 39990, 39999), ("bytes=-7", 39993, 39999),
     ("bytes=39000-99999", 39000, 39999), ("bytes=0-", 0, 39999)],
)  # fmt: skip
def test_a_range_is_served_exactly(grant: dict[str, Any], asked: str, first: int, last: int) -> None:
    answer = _fetch(grant["url"], Range=asked)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/40000"
    assert answer.content == _fetch(grant["url"]).content[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=40000-", "bytes=50000-60000", "bytes=40000-40001"])
def test_a_range_outside_is_refused(grant: dict[str, Any], refused: Refused, asked: str) -> None:
    answer = _fetch(grant["url"], Range=asked)
    assert refused(answer) == (416, "range-not-satisfiable")
    assert answer.headers["Content-Range"] == "bytes */40000"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=abc", "bytes=9-3", "lines=1-2", "bytes", "bytes=-"])
def test_a_range_that_cannot_be_followed_gets_the_whole_file(grant: dict[str, Any], asked: str) -> None:
    answer = _fetch(grant["url"], Range=asked)
    assert (answer.status_code, len(answer.content)) == (200, 40_000)


def test_if_range_follows_strong_validators_only(grant: dict[str, Any]) -> None:
    etag = f'"{grant["sha256"]}"'
    statuses = [
        _fetch(grant["url"], Range="bytes=10-19", If_Range=validator).status_code
        for validator in (etag, '"another"', f"W/{etag}", "Wed, 04 Mar 2026 09:30:00 GMT")
    ]
    assert statuses == [206, 200, 200, 200]


def test_head_tells_without_sending(grant: dict[str, Any]) -> None:
    answer = _fetch(grant["url"], "HEAD", Range="bytes=0-9")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "40000"
    assert answer.headers["ETag"] == f'"{grant["sha256"]}"'
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_preconditions_of_a_file(grant: dict[str, Any], refused: Refused) -> None:
    etag = f'"{grant["sha256"]}"'
    assert _fetch(grant["url"], If_None_Match=etag).status_code == 304
    assert _fetch(grant["url"], If_Match=etag).status_code == 200
    assert refused(_fetch(grant["url"], If_Match='"another"')) == (412, "version-conflict")


def test_an_address_expires_and_is_renewed(customer: Any, clock: Any, refused: Refused) -> None:
    ben = customer("LF-5930-2216")
    first = ben.grant()
    clock.pass_by(minutes=10)
    answer = _fetch(first["url"])
    assert refused(answer) == (403, "url-expired")
    assert answer.json()["retryable"] is True
    second = ben.grant()
    assert second["sha256"] == first["sha256"]
    assert _fetch(second["url"], Range="bytes=5-").status_code == 206


@pytest.mark.parametrize(("part", "value"), [
    ("signature", "0" * 64), ("signature", ""), ("signature", "ü"), ("expires", "99999999999"), ("expires", "soon"),
    ("order", "LF-4821-0937"), ("order", ""),
])  # fmt: skip
def test_a_changed_address_is_refused(grant: dict[str, Any], refused: Refused, part: str, value: str) -> None:
    split = urllib.parse.urlsplit(grant["url"])
    query = {**dict(urllib.parse.parse_qsl(split.query)), part: value}
    changed = split._replace(query=urllib.parse.urlencode(query)).geturl()
    assert refused(_fetch(changed)) == (403, "url-invalid")


@pytest.mark.parametrize("path", [
    "/v1/files/lantern-protect-linux/store.db", "/v1/files/lantern-protect-linux/..%2Fstore.db",
    "/v1/files/..%2F/store.db", "/v1/files/lantern-protect-linux/%2e%2e%5cstore.db", "/v1/files/x/%00",
    "/v1/files/lantern-protect-linux/%2Fetc%2Fpasswd",
])  # fmt: skip
def test_only_the_artifact_can_be_fetched(grant: dict[str, Any], anybody: Any, path: str) -> None:
    query = urllib.parse.urlsplit(grant["url"]).query
    answer = _fetch(f"{anybody.url}{path}?{query}")
    assert answer.status_code in (403, 404)
    assert b"SQLite" not in answer.content


def test_another_stores_signature_does_not_count(
    start: Any, grant: dict[str, Any], tmp_path: Path, refused: Refused
) -> None:
    other = start(tmp_path / "other")
    split = urllib.parse.urlsplit(grant["url"])
    moved = split._replace(netloc=urllib.parse.urlsplit(other.url).netloc).geturl()
    assert refused(_fetch(moved)) == (403, "url-invalid")


@pytest.mark.parametrize(
    ("number", "code"),
    [("LF-5562-8803", "window-closed"), ("LF-3307-7145", "window-closed"), ("LF-2954-3871", "licence-ended"),
     ("LF-5781-6492", "licence-ended")],
)  # fmt: skip
def test_a_closed_door_says_which(customer: Any, refused: Refused, number: str, code: str) -> None:
    answer = customer(number).post(f"/v1/orders/{number}/downloads/lantern-protect-linux/grant", {})
    assert refused(answer) == (403, code)


def test_an_unknown_artifact_is_not_found(customer: Any, refused: Refused) -> None:
    ben = customer("LF-5930-2216")
    for call in ("grant", "extension"):
        answer = ben.post(f"/v1/orders/LF-5930-2216/downloads/other/{call}", {})
        assert refused(answer) == (404, "not-found")


def test_a_window_opens_again_once(customer: Any, clock: Any, refused: Refused) -> None:
    dan = customer("LF-5562-8803")
    path = "/v1/orders/LF-5562-8803/downloads/lantern-protect-linux"
    granted = dan.post(f"{path}/extension", {"reason": "I was away."}).json()
    assert granted["status"] == "granted"
    assert dan.order()["downloads"][0]["availableUntil"] == granted["availableUntil"]
    assert dan.order()["downloads"][0]["extension"] == granted
    assert len(_fetch(dan.grant()["url"]).content) == 40_000
    assert dan.post(f"{path}/extension", {}).json()["status"] == "refused"
    clock.pass_by(days=6)
    dan = customer("LF-5562-8803")
    assert refused(dan.post(f"{path}/grant", {})) == (403, "window-closed")
    assert dan.post(f"{path}/extension", {}).json()["status"] == "refused"


def test_nothing_is_reopened_for_an_ended_licence(customer: Any) -> None:
    hugo = customer("LF-2954-3871")
    answer = hugo.post("/v1/orders/LF-2954-3871/downloads/lantern-protect-linux/extension", {})
    assert answer.json()["status"] == "refused"


def test_the_probe_shows_ranges_and_bytes_intact(anybody: Any, profile_document: bytes) -> None:
    probe = anybody.get("/v1/profile").json()["probe"]
    whole = anybody.get(probe["url"])
    assert hashlib.sha256(whole.content).hexdigest() == probe["sha256"]
    assert len(whole.content) == probe["size"]
    part = anybody.get(probe["url"], Range="bytes=1000-1999", If_Range=whole.headers["ETag"])
    assert (part.status_code, part.content) == (206, whole.content[1000:2000])
    assert anybody.send("HEAD", probe["url"]).headers["Content-Length"] == str(probe["size"])


def test_many_connections_get_their_parts(grant: dict[str, Any]) -> None:
    def part(start: int) -> bytes:
        return _fetch(grant["url"], Range=f"bytes={start}-{start + 4999}").content

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(part, range(0, 40_000, 5000)))
    assert hashlib.sha256(b"".join(parts)).hexdigest() == grant["sha256"]


def test_a_slowed_download_can_be_left_and_gone_on_with(start: Any, visit: Any) -> None:
    store = start(rate=20_000)
    grant = visit(store, "LF-5930-2216").grant()
    with requests.get(grant["url"], stream=True, timeout=20) as answer:
        begun = answer.raw.read(4000)
    rest = _fetch(grant["url"], Range="bytes=30000-").content
    assert (len(begun), len(rest)) == (4000, 10_000)


def test_closing_ends_what_is_being_sent(start: Any, visit: Any, tmp_path: Path) -> None:
    store = start(tmp_path / "slow", rate=1000)
    grant = visit(store, "LF-5930-2216").grant()
    with requests.get(grant["url"], stream=True, timeout=20) as answer:
        assert answer.raw.read(10)
        store.close()
        with pytest.raises(requests.RequestException):
            for _ in answer.iter_content(1000):
                pass
