"""Answers that are lost after the store has acted: never "unreachable", never "off", and the receipt is not lost."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.store.orders import Receipt
from companion.domain.store.returns import ReturnReason
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import open_orders
from tests.kits.faulty_server import FaultyServer, Reply
from tests.kits.store import StoreKit

FAMILY, BOXED = "LF-5930-2216", "LF-6014-5529"
Drop = Callable[[str], bool]


class Line:
    """Loses the answers of the calls that `drop` names, after the store has acted."""

    def __init__(self) -> None:
        self.drop: Drop = lambda _: False
        self.lost: list[str] = []

    def __call__(self, environ: dict[str, Any]) -> bool:
        call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if self.drop(call):
            self.lost.append(call)
            return True
        return False


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def lossy(tmp_path: Path, no_keychain: None, line: Line) -> Iterator[StoreKit]:
    profile = resource("profiles/larkfield.json").read_bytes()
    with (
        DemoStore(
            tmp_path / "store", profile=profile, system="linux", size=2**20, password_cost=2, drop_answer=line
        ) as store,
        contextlib.closing(Library(tmp_path / "library.db")) as library,
        contextlib.closing(StoreClient(store.url, seconds=30.0)) as client,
    ):
        kit = StoreKit(store, library, Keychain(), client)
        for number in (FAMILY, BOXED):
            kit.orders.lookup.add(number, kit.password(number))
        yield kit


def switches(call: str) -> bool:
    return call.startswith("PUT") and call.endswith("/auto-renew")


def changes(call: str) -> bool:
    return not call.startswith(("GET", "HEAD")) and not call.endswith("/sessions")


def failing(work: Callable[[], object]) -> CompanionError:
    with pytest.raises(CompanionError) as failed:
        work()
    words = f"{failed.value.title} {failed.value.message}"
    assert "cannot be reached" not in words
    assert failed.value.kind is ErrorKind.UNREACHABLE
    return failed.value


def test_the_receipt_comes_with_the_order_that_is_read_again(lossy: StoreKit, line: Line) -> None:
    plan = lossy.orders.lookup.order(FAMILY).subscriptions[0]
    left = [3]

    def first_answers(call: str) -> bool:
        left[0] -= switches(call)
        return switches(call) and left[0] > 0

    line.drop = first_answers
    order, receipt = lossy.orders.actions.switch_auto_renew(FAMILY, plan, False)
    assert line.lost
    assert order.subscriptions[0].auto_renew is False
    assert lossy.orders.cache.receipts(FAMILY) == (receipt,)


def test_while_no_receipt_comes_the_state_is_told_and_the_receipt_later(lossy: StoreKit, line: Line) -> None:
    plan = lossy.orders.lookup.order(FAMILY).subscriptions[0]
    line.drop = switches
    error = failing(lambda: lossy.orders.actions.switch_auto_renew(FAMILY, plan, False))
    assert error.code == ErrorCode.RECEIPT_LATER
    known = lossy.orders.cache.known(FAMILY).order
    assert known is not None
    assert known.subscriptions[0].auto_renew is False
    assert lossy.orders.cache.receipts(FAMILY) == ()
    line.drop = lambda _: False
    lossy.orders.lookup.refresh(FAMILY)
    (receipt,) = lossy.orders.cache.receipts(FAMILY)
    assert receipt.auto_renew is False


def test_while_nothing_can_be_read_it_is_not_known_yet_also_across_a_start(
    lossy: StoreKit, line: Line, tmp_path: Path
) -> None:
    plan = lossy.orders.lookup.order(FAMILY).subscriptions[0]
    line.drop = lambda call: switches(call) or bool(line.lost)
    error = failing(lambda: lossy.orders.actions.switch_auto_renew(FAMILY, plan, False))
    assert error.code == ErrorCode.NOT_KNOWN_YET
    assert "not known yet" in error.message
    with contextlib.closing(Library(tmp_path / "library.db")) as library:
        later = open_orders(lossy.client, lossy.keychain, library, lambda: lossy.now)
        failing_read = pytest.raises(CompanionError)
        with failing_read:
            later.lookup.refresh(FAMILY)
        line.drop = lambda _: False
        later.lookup.refresh(FAMILY)
        (receipt,) = later.cache.receipts(FAMILY)
        assert receipt.subscription_id == plan.id


@pytest.mark.parametrize(
    "reply", [Reply("500 Oops"), Reply(body=b"{"), Reply(body=b"<html>", headers=[("Content-Type", "text/html")])]
)
def test_an_answer_that_cannot_be_read_says_nothing_either(lossy: StoreKit, reply: Reply) -> None:
    plan = lossy.orders.lookup.order(FAMILY).subscriptions[0]
    with FaultyServer(b"", lambda _: reply) as server:
        client = StoreClient(server.url(""), seconds=10.0)
        with pytest.raises(CompanionError) as failed:
            client.switch_auto_renew(plan.id, plan.version, False, lossy.password(FAMILY))
        client.close()
    assert failed.value.may_have_acted


def test_what_never_left_this_pc_changed_nothing(lossy: StoreKit) -> None:
    plan = lossy.orders.lookup.order(FAMILY).subscriptions[0]
    lossy.store.close()
    with pytest.raises(CompanionError) as failed:
        lossy.orders.actions.switch_auto_renew(FAMILY, plan, False)
    assert failed.value.code == ErrorCode.STORE_UNREACHABLE
    assert not failed.value.may_have_acted


class Front(ThreadingHTTPServer):
    """Stands before a store and passes calls on, except switches, which are lost on their way there."""

    daemon_threads = True

    def __init__(self, store: DemoStore) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind = urlsplit(store.url).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Passing(BaseHTTPRequestHandler):
    server: Front

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if switches(f"{self.command} {self.path}"):
            return
        there = http.client.HTTPConnection(self.server.behind)
        there.request(self.command, self.path, body, dict(self.headers.items()))
        answer = there.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name in ("Content-Type", "ETag"):
            if value := answer.headers.get(name):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        there.close()

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object) -> None:
        pass


def test_a_request_that_the_store_never_saw_changes_nothing_and_says_so(lossy: StoreKit) -> None:
    """Lost on the way there: the order, read again, is as it was."""
    front = Front(lossy.store)
    with contextlib.closing(StoreClient(front.url, seconds=30.0)) as client:
        orders = open_orders(client, lossy.keychain, lossy.library, lambda: lossy.now)
        orders.lookup.add(FAMILY, lossy.password(FAMILY))
        plan = orders.lookup.order(FAMILY).subscriptions[0]
        error = failing(lambda: orders.actions.switch_auto_renew(FAMILY, plan, False))
    front.shutdown()
    front.server_close()
    assert error.code == ErrorCode.NOT_SWITCHED
    assert "still on" in error.message


ACTIONS: dict[str, Callable[[StoreKit], object]] = {
    "backup medium": lambda kit: kit.orders.actions.add_backup_medium(FAMILY),
    "return": lambda kit: kit.orders.actions.request_return(kit.orders.lookup.order(BOXED), ReturnReason.NOT_WANTED),
    "seat": lambda kit: kit.orders.actions.take_seat(
        FAMILY, kit.orders.lookup.order(FAMILY).licences[0].id, "pc-new", "This PC"
    ),
    "case": lambda kit: kit.orders.actions.open_case(FAMILY, "It does not start", "{}"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_other_change_acts_once_and_is_not_known_yet_meanwhile(lossy: StoreKit, line: Line, action: str) -> None:
    line.drop = changes
    assert failing(lambda: ACTIONS[action](lossy)).code == ErrorCode.NOT_KNOWN_YET
    line.drop = lambda _: False
    ACTIONS[action](lossy)
    order = lossy.orders.lookup.order(FAMILY)
    assert [item.kind.value for item in order.line_items].count("backupMedium") == (action == "backup medium")
    assert [seat.id for seat in order.licences[0].seats].count("pc-new") == (action == "seat")
    assert len(lossy.orders.lookup.order(BOXED).returns) == (action == "return")


@pytest.mark.parametrize("action", ACTIONS)
def test_a_lost_answer_is_fetched_once_the_store_answers_again(lossy: StoreKit, line: Line, action: str) -> None:
    line.drop = lambda call: changes(call) and len(line.lost) < 2
    ACTIONS[action](lossy)
    assert len(line.lost) == 2


class DyingLibrary(Library):
    """Ends the program before the receipt is written, as a kill at that instant does."""

    def remember_receipt(self, store: str, number: str, receipt: Receipt) -> None:
        raise KeyboardInterrupt


def test_a_kill_between_the_answer_and_its_receipt_loses_no_receipt(lossy: StoreKit, tmp_path: Path) -> None:
    (plan,) = lossy.orders.lookup.order(FAMILY).subscriptions
    lossy.library.close()
    with contextlib.closing(DyingLibrary(tmp_path / "library.db")) as dying:
        orders = open_orders(lossy.client, lossy.keychain, dying, lambda: lossy.now)
        with pytest.raises(KeyboardInterrupt):
            orders.actions.switch_auto_renew(FAMILY, plan, not plan.auto_renew)
    with contextlib.closing(Library(tmp_path / "library.db")) as library:
        orders = open_orders(lossy.client, lossy.keychain, library, lambda: lossy.now)
        assert orders.lookup.order(FAMILY).subscriptions[0].auto_renew is not plan.auto_renew
        (receipt,) = orders.cache.receipts(FAMILY)
        assert receipt.auto_renew is not plan.auto_renew
