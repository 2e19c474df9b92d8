"""The store keeps everything over a restart, however it ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from companion.demo.server import DemoStore
from companion.services.app.resources import resource

Refused = Callable[[requests.Response], tuple[int, str]]


def test_what_was_done_stays_done(start: Any, clock: Any, customer: Any, store: DemoStore) -> None:
    ben = customer("LF-5930-2216")
    ben.send("PUT", "/v1/subscriptions/sub-5930-2216/auto-renew", {"autoRenew": False}, If_Match='"sub-5930-2216.1"')
    ben.send("PUT", "/v1/licences/lic-5930-2216/seats/pc-2", {"name": "HP"})
    case = ben.post("/v1/support/cases", {"summary": "x"}, key="case")
    before, grant = ben.order(), ben.grant()
    store.close()
    clock.pass_by(minutes=5)
    again = start(port=store.port)
    assert again.url == store.url
    assert again.accounts == store.accounts
    assert ben.order() == before
    assert ben.post("/v1/support/cases", {"summary": "x"}, key="case").content == case.content
    assert (
        ben.post("/v1/support/cases", {"summary": "x"}, key="other").json()["caseNumber"] != case.json()["caseNumber"]
    )
    assert requests.get(grant["url"], headers={"Range": "bytes=100-"}, timeout=20).status_code == 206


def test_dates_stay_where_the_first_start_put_them(
    start: Any, clock: Any, store: DemoStore, customer: Any, visit: Any
) -> None:
    before = customer("LF-5930-2216").order()["downloads"][0]["availableUntil"]
    store.close()
    clock.pass_by(days=3)
    again = start()
    assert visit(again, "LF-5930-2216").order()["downloads"][0]["availableUntil"] == before


def test_another_size_is_offered_after_a_restart(start: Any, store: DemoStore, customer: Any, refused: Refused) -> None:
    ben = customer("LF-5930-2216")
    old = ben.grant()
    store.close()
    start(port=store.port, size=50_000)
    assert ben.order()["downloads"][0]["size"] == 50_000
    new = ben.grant()
    assert (new["size"], new["sha256"] != old["sha256"]) == (50_000, True)
    headers = {"Range": "bytes=100-", "If-Range": f'"{old["sha256"]}"'}
    answer = requests.get(new["url"], headers=headers, timeout=20)
    assert (answer.status_code, len(answer.content)) == (200, 50_000)


def test_locks_outlive_a_restart(start: Any, store: DemoStore, refused: Refused) -> None:
    body = {"orderNumber": "LF-5930-2216", "orderPassword": "guess"}
    for _ in range(6):
        answer = requests.post(store.url + "/v1/sessions", json=body, timeout=20)
    store.close()
    again = start()
    assert refused(answer) == refused(requests.post(again.url + "/v1/sessions", json=body, timeout=20))
    assert answer.status_code == 429


_PROGRAM = """
import json, pathlib, sys
from companion.demo.server import DemoStore
store = DemoStore(
    pathlib.Path(sys.argv[1]), profile=pathlib.Path(sys.argv[2]).read_bytes(), system="linux", size=40_000,
    password_cost=2,
)
print(json.dumps([store.url, store.accounts[1].order_password]), flush=True)
store.serve_forever()
"""


def test_a_killed_store_has_kept_what_it_answered(tmp_path: Path, start: Any) -> None:
    root, profile = tmp_path / "store", resource("profiles/larkfield.json")
    program = [sys.executable, "-c", _PROGRAM, str(root), str(profile)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, password = json.loads(process.stdout.readline())
        body = {"orderNumber": "LF-5930-2216", "orderPassword": password}
        headers = {
            "Authorization": f"Bearer {requests.post(url + '/v1/sessions', json=body, timeout=20).json()['token']}"
        }
        seat = requests.put(
            url + "/v1/licences/lic-5930-2216/seats/pc-2", json={"name": "HP"}, headers=headers, timeout=20
        )
        process.send_signal(signal.SIGKILL)
    again = DemoStore(root, profile=profile.read_bytes(), system="linux", size=40_000)
    with again:
        order = requests.get(again.url + "/v1/orders/LF-5930-2216", headers=headers, timeout=20)
    assert order.json()["licences"][0] == seat.json()


def test_waiting_ends_when_the_store_is_closed(store: DemoStore) -> None:
    waiting = threading.Thread(target=store.serve_forever)
    waiting.start()
    store.close()
    waiting.join(20)
    assert not waiting.is_alive()
    store.close()


def test_a_port_in_use_is_told_and_leaves_nothing_open(start: Any, store: DemoStore, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        start(tmp_path / "second", port=store.port)
