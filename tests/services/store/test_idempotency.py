"""Whatever changes something at the store happens once: pressed twice, or asked again after its answer was lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.store.orders import LineItemKind, Order
from companion.domain.store.returns import ReturnReason
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import Orders, open_orders

FAMILY, CLOSED, BOXED, UNWANTED = "LF-5930-2216", "LF-5562-8803", "LF-6014-5529", "LF-3126-9058"
# Two minutes before midnight, far enough ahead that no real clock catches up while the tests run.
NOTICED = 4
"""Answers lost in a row until the person hears of it: two, and two more once the order could be read again."""
LATE = dt.datetime.combine(dt.datetime.now(dt.UTC).date(), dt.time(23, 58), dt.UTC)


class Wire:
    """Breaks the connection after the store has acted, as often as it is told."""

    def __init__(self) -> None:
        self.drops = 0
        self.acted = 0
        self._lock = threading.Lock()

    def drop(self, environ: dict[str, Any]) -> bool:
        if environ["REQUEST_METHOD"] not in ("POST", "PUT", "DELETE") or environ["PATH_INFO"] == "/v1/sessions":
            return False
        with self._lock:
            self.acted += 1
            self.drops -= 1
            return self.drops >= 0


class Bench:
    """A store whose answers get lost, and the orders of a program that can be started anew."""

    def __init__(self, root: Path) -> None:
        self.wire = Wire()
        self.now = LATE
        self._root = root
        self.store = self.serve()
        self.keychain = Keychain()
        self._client: StoreClient | None = None
        self._library: Library | None = None
        self.start()

    def serve(self, port: int = 0) -> DemoStore:
        """Start the store, with all it had before."""
        profile = resource("profiles/larkfield.json").read_bytes()
        return DemoStore(
            self._root / "store", profile=profile, system="linux", size=40_000, password_cost=2, port=port,
            drop_answer=self.wire.drop,
        )  # fmt: skip

    def start(self) -> Orders:
        """Start the program: nothing but the library and the keychain is what it was."""
        self.stop()
        self._library, self._client = Library(self._root / "library.db"), StoreClient(self.store.url)
        self.orders = open_orders(self._client, self.keychain, self._library, lambda: self.now)
        return self.orders

    def stop(self) -> None:
        if self._client is not None and self._library is not None:
            self._client.close()
            self._library.close()

    def open(self, number: str) -> Order:
        account = next(account for account in self.store.accounts if account.order_number == number)
        self.orders.lookup.add(number, Secret(account.order_password))
        return self.orders.lookup.order(number)


@pytest.fixture
def bench(tmp_path: Path, no_keychain: None) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.stop()
    made.store.close()


Act = Callable[[Orders, Order], object]
Count = Callable[[Order], int]


def _letter(orders: Orders, order: Order) -> object:
    return orders.actions.accept_letter(order.number, order.returns[0])


ACTIONS: dict[str, tuple[str, Act, Count]] = {
    "extension": (
        CLOSED,
        lambda orders, order: orders.actions.request_extension(order.number, order.downloads[0].artifact_id),
        lambda order: sum(download.extension is not None for download in order.downloads),
    ),
    "return": (
        FAMILY,
        lambda orders, order: orders.actions.request_return(order, ReturnReason.NOT_WANTED),
        lambda order: len(order.returns),
    ),
    "unwanted renewal": (
        UNWANTED,
        lambda orders, order: orders.actions.request_return(
            order, ReturnReason.UNWANTED_RENEWAL, order.subscriptions[0].id
        ),
        lambda order: len(order.returns),
    ),
    "letter": (BOXED, _letter, lambda order: sum(charge.kind.value == "refund" for charge in order.charges)),
    "backup medium": (
        FAMILY,
        lambda orders, order: orders.actions.add_backup_medium(order.number),
        lambda order: sum(item.kind is LineItemKind.BACKUP_MEDIUM for item in order.line_items),
    ),
}


@pytest.fixture(params=ACTIONS)
def action(request: pytest.FixtureRequest, bench: Bench) -> tuple[Order, Act, Count]:
    number, act, count = ACTIONS[request.param]
    order = bench.open(number)
    if act is _letter:
        bench.orders.actions.request_return(order, ReturnReason.NOT_WANTED)
        order = bench.orders.lookup.order(number)
    return order, act, count


def test_one_lost_answer_is_not_even_noticed(bench: Bench, action: tuple[Order, Act, Count]) -> None:
    order, act, count = action
    bench.wire.drops, bench.wire.acted = 1, 0
    act(bench.orders, order)
    assert bench.wire.acted == 2
    assert count(bench.orders.lookup.order(order.number)) == 1


def test_asked_again_after_midnight_and_a_new_start_it_happens_once(
    bench: Bench, action: tuple[Order, Act, Count]
) -> None:
    order, act, count = action
    bench.wire.drops = NOTICED
    with pytest.raises(CompanionError) as lost:
        act(bench.orders, order)
    assert lost.value.kind is ErrorKind.UNREACHABLE
    bench.now += dt.timedelta(minutes=10)
    assert bench.now.date() != LATE.date()
    act(bench.start(), order)
    assert count(bench.orders.lookup.order(order.number)) == 1


def test_pressed_twice_at_once_it_happens_once(bench: Bench, action: tuple[Order, Act, Count]) -> None:
    order, act, count = action
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: act(bench.orders, order), range(2)))
    assert answers[0] == answers[1]
    assert count(bench.orders.lookup.order(order.number)) == 1


def test_a_case_is_opened_once_with_the_text_that_was_sent_first(bench: Bench) -> None:
    bench.open(FAMILY)
    bench.wire.drops = NOTICED
    with pytest.raises(CompanionError):
        bench.orders.actions.open_case(FAMILY, "The installer stops.", "written at noon")
    assert bench.orders.cache.cases() == ()
    again = bench.start().actions.open_case(FAMILY, "The installer stops.", "written a little later")
    bench.now += dt.timedelta(minutes=5)
    other = bench.orders.actions.open_case(FAMILY, "The installer stops.", "a new day")
    assert [known.case.case_number for known in bench.orders.cache.cases()] == [other.case_number, again.case_number]
    assert again.case_number != other.case_number, "a request that was answered is not in the way of the next"
    first = bench.orders.cache.cases()[-1]
    assert (first.order_number, first.summary) == (FAMILY, "The installer stops.")


def test_a_case_whose_number_could_not_be_kept_is_the_same_case_when_it_is_sent_again(
    bench: Bench, tmp_path: Path
) -> None:
    bench.open(FAMILY)
    with contextlib.closing(sqlite3.connect(tmp_path / "library.db", isolation_level=None)) as other:
        other.execute("CREATE TRIGGER no_room BEFORE INSERT ON cases BEGIN SELECT RAISE(FAIL, 'no room'); END")
        with pytest.raises((CompanionError, sqlite3.Error)):
            bench.orders.actions.open_case(FAMILY, "The installer stops.", "written at noon")
        other.execute("DROP TRIGGER no_room")
    assert bench.orders.cache.cases() == ()
    bench.now += dt.timedelta(minutes=5)
    case = bench.start().actions.open_case(FAMILY, "The installer stops.", "written a little later")
    assert [known.case.case_number for known in bench.orders.cache.cases()] == [case.case_number]
    with contextlib.closing(sqlite3.connect(tmp_path / "store" / "store.db")) as sold:
        assert sold.execute("SELECT count(*) FROM cases").fetchone() == (1,)


def test_a_wish_that_was_refused_can_be_wished_again(bench: Bench) -> None:
    order = bench.open(FAMILY)
    artifact = order.downloads[0].artifact_id
    for _ in range(2):
        with pytest.raises(CompanionError) as refused:
            bench.orders.actions.request_extension(FAMILY, artifact)
        assert refused.value.code == ErrorCode.WINDOW_OPEN


def test_off_on_and_off_again_on_one_day_are_three_switches(bench: Bench) -> None:
    order = bench.open(FAMILY)
    receipts = []
    for on in (False, True, False):
        order, receipt = bench.orders.actions.switch_auto_renew(FAMILY, order.subscriptions[0], on)
        assert order.subscriptions[0].auto_renew is on
        receipts.append(receipt.id)
    assert len(set(receipts)) == 3
    assert {receipt.id for receipt in bench.orders.cache.receipts(FAMILY)} == set(receipts)


@pytest.mark.parametrize("restarted", [False, True])
def test_the_receipt_of_a_switch_is_not_lost_with_its_answer(bench: Bench, restarted: bool) -> None:
    order = bench.open(FAMILY)
    bench.wire.drops = NOTICED
    with pytest.raises(CompanionError) as lost:
        bench.orders.actions.switch_auto_renew(FAMILY, order.subscriptions[0], False)
    assert lost.value.kind is ErrorKind.UNREACHABLE
    assert bench.orders.cache.receipts(FAMILY) == ()
    orders = bench.start() if restarted else bench.orders
    again = orders.lookup.order(FAMILY)
    assert not again.subscriptions[0].auto_renew, "the store had acted"
    (receipt,) = orders.cache.receipts(FAMILY)
    assert (receipt.auto_renew, receipt.subscription_id) == (False, order.subscriptions[0].id)
    asked = bench.wire.acted
    orders.lookup.order(FAMILY)
    assert bench.wire.acted == asked, "it is fetched once"


def test_a_switch_that_never_reached_the_store_is_not_made_by_reading(bench: Bench) -> None:
    order = bench.open(FAMILY)
    bench.store.close()
    with pytest.raises(CompanionError) as error:
        bench.orders.actions.switch_auto_renew(FAMILY, order.subscriptions[0], False)
    assert error.value.kind is ErrorKind.UNREACHABLE
    bench.store = bench.serve(bench.store.port)
    asked = bench.wire.acted
    assert bench.orders.lookup.order(FAMILY).subscriptions[0].auto_renew
    assert bench.wire.acted == asked, "nothing was sent but questions"
    assert bench.orders.cache.receipts(FAMILY) == ()


def test_the_second_failure_in_a_row_is_known_as_such(bench: Bench) -> None:
    order = bench.open(FAMILY)
    artifact = order.downloads[0].artifact_id

    def fail() -> CompanionError:
        with pytest.raises(CompanionError) as error:
            bench.orders.actions.request_extension(FAMILY, artifact)
        return error.value

    assert fail().attempts == 1
    bench.start()
    assert fail().attempts == 2, "a new start of the program does not begin anew"
    bench.now += dt.timedelta(days=1)
    assert fail().attempts == 1, "yesterday is another story"
    for expected in (1, 2):
        with pytest.raises(CompanionError) as error:
            bench.orders.lookup.add(CLOSED, Secret("wrong"))
        assert error.value.attempts == expected
    bench.open(CLOSED)
    with pytest.raises(CompanionError) as error:
        bench.orders.lookup.add(CLOSED, Secret("wrong"))
    assert error.value.attempts == 1, "what worked in between ends the row"


def test_a_password_typed_where_the_number_belongs_is_not_written_down(bench: Bench, tmp_path: Path) -> None:
    account = bench.store.accounts[0]
    for _ in range(2):
        with pytest.raises(CompanionError) as error:
            bench.orders.lookup.add(account.order_password, Secret("something"))
    assert error.value.attempts == 2
    bench.stop()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("library.db*"))
    assert b"credentials-wrong" in written
    assert account.order_password.encode() not in written
    bench.start()


def test_a_key_written_into_the_summary_does_not_leave(bench: Bench) -> None:
    order = bench.open(FAMILY)
    key = order.licences[0].key
    assert key is not None
    bench.orders.actions.open_case(FAMILY, f"{FAMILY}: the key {key.reveal()} is refused.", "{}")
    (known,) = bench.orders.cache.cases()
    assert known.summary == f"{FAMILY}: the key ••• is refused."
