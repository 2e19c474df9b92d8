"""Looks at a real store that is counted, broken or tired: it is never stormed."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.demo.database import Database
from companion.demo.server import DemoStore
from companion.demo.sessions import LogInLimits, Sessions
from companion.domain.core.model import Secret
from companion.domain.reminders.clock import next_refresh
from companion.domain.store.look_plan import LookPlan
from companion.services.app.cancellation import Cancellation
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials, Keychain
from companion.services.store.orders import Orders, open_orders
from tests.kits.calls import count_calls
from tests.kits.memory_keychain import MemoryKeychain

DAY, TICK = dt.timedelta(days=1), dt.timedelta(minutes=5)
START = dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC)
Answered = Callable[..., Iterable[bytes]]


class CountedStore:
    """A demo store that notes each request, and a program with its orders; both live by the clock `now`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = START
        self.faulty_path: str | None = None
        self.spoil: Callable[[bytes], bytes] = lambda body: body
        self.statuses: list[str] = []
        self.looked_from = 0
        self.calls: list[tuple[dt.datetime, str]] = []
        self.fault: tuple[str, tuple[tuple[str, str], ...]] | None = None
        profile = resource("profiles/larkfield.json").read_bytes()
        self.store = DemoStore(
            root / "store", profile=profile, system="linux", size=2**20, password_cost=2,
            clock=lambda: self.now, around=self._around,
        )  # fmt: skip
        self.keychain = Keychain(backend=MemoryKeychain())
        self.library = Library(root / "library.db")
        self.client = StoreClient(self.store.url)
        self.orders = self.start()

    def start(self) -> Orders:
        """Start the program: nothing but library and keychain is what it was."""
        self.orders = open_orders(self.client, self.keychain, self.library, lambda: self.now)
        return self.orders

    def _around(self, application: Answered) -> Answered:
        def counted(environ: dict[str, Any], begin: Callable[..., Any]) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            self.calls.append((self.now, f"{environ['REQUEST_METHOD']} {path}"))

            def noted(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
                self.statuses.append(status)
                return begin(status, headers, exc_info)

            if self.fault is not None and self.faulty_path in (None, path):
                status, headers = self.fault
                noted(status, [("Content-Length", "0"), *headers])
                return [b""]
            body = application(environ, noted)
            return [self.spoil(b"".join(body))] if path == "/v1/orders" else body

        return counted

    def answers(self) -> list[tuple[str, str]]:
        """Each call of the last look with the status of its answer."""
        return list(zip([call for _, call in self.calls], self.statuses, strict=True))[self.looked_from :]

    def forget_calls(self) -> None:
        self.calls.clear()
        self.statuses.clear()

    def add_all(self) -> tuple[str, ...]:
        """Add every order of the demo, each with its own password."""
        for account in self.store.accounts:
            self.orders.lookup.add(account.order_number, Secret(account.order_password))
        self.forget_calls()
        return self.orders.cache.numbers()

    def look(self, *, asked: bool = False) -> list[str]:
        """Look once; the calls that it took, and the codes of what went wrong."""
        before = self.looked_from = len(self.calls)
        self.errors = [error.code.value for error in self.orders.looks.look(Cancellation(), asked=asked).errors]
        return [call for _, call in self.calls[before:]]

    def live(self, days: float) -> None:
        """Let the time pass with the PC on from eight to eleven, looking whenever it is time."""
        end = self.now + days * DAY
        while self.now < end:
            self.now += TICK
            if self.now.hour < 8:
                continue
            if self.now.hour == 8 and self.now.minute == 0:
                self.start()
            plan: LookPlan = self.orders.looks.plan
            if not plan.waits(self.now) and next_refresh(plan.last, plan.failed, self.now, "pc") <= self.now:
                self.look()

    def close(self) -> None:
        self.client.close()
        self.library.close()
        self.store.close()


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[CountedStore]:
    with contextlib.closing(CountedStore(tmp_path)) as made:
        yield made


def by_day(counted: CountedStore, word: str = "") -> list[int]:
    """The calls with a word in them on each of the days."""
    days = [(at - START) // DAY for at, call in counted.calls if word in call]
    return [days.count(day) for day in range(4)]


def test_a_day_with_all_orders_of_as_many_customers(counted: CountedStore) -> None:
    numbers = counted.add_all()
    assert len(numbers) >= 19
    counted.live(4)
    assert all(requests <= 60 * len(numbers) / 19 for requests in by_day(counted)), by_day(counted)
    assert all(log_ins <= len(numbers) for log_ins in by_day(counted, "sessions")), by_day(counted, "sessions")
    assert {number for number in numbers if any(number in call for _, call in counted.calls)} == set(numbers)


def test_one_log_in_opens_all_orders_of_a_customer(counted: CountedStore) -> None:
    account = counted.store.accounts[-1]
    added = counted.orders.lookup.add_by_card(account.email, Secret(account.card_last_digits)).numbers
    assert len(added) > 1
    counted.start()
    calls = counted.look(asked=True)
    assert len([call for call in calls if "sessions" in call]) == 1
    assert [call for call in calls if "/orders" in call] == ["GET /v1/orders"]


@pytest.mark.parametrize("fault", ["500 Oops", "502 Bad", "503 Busy", "429 Too Many Requests"])
def test_a_row_of_calls_ends_at_the_first_fault_of_the_store(counted: CountedStore, fault: str) -> None:
    counted.add_all()
    counted.fault = (fault, ())
    assert counted.look(asked=True) == ["GET /v1/profile"]
    assert counted.orders.looks.plan.failures == 1


@pytest.mark.slow
@pytest.mark.parametrize("status", ["502 Bad", "503 Busy", "504 Late"])
@pytest.mark.parametrize("path", ["/v1/profile", "/v1/sessions", "/v1/orders/LF-4821-0937"])
def test_no_call_of_a_look_is_repeated_when_the_store_is_in_trouble(
    counted: CountedStore, path: str, status: str
) -> None:
    counted.add_all()
    counted.now += 4 * DAY
    counted.start()
    counted.fault, counted.faulty_path = (status, ()), path
    calls = counted.look()
    assert [call for call in calls if path in call] == [calls[-1]]
    assert counted.errors[-1] == "store-error"


def test_a_store_that_is_down_is_asked_less_and_less(counted: CountedStore) -> None:
    counted.add_all()
    counted.fault = ("503 Busy", ())
    counted.live(4)
    looks = sorted({at for at, _ in counted.calls})
    assert 2 <= len(looks) <= 4 * 6
    assert counted.orders.looks.plan.failures == len(looks), "also across the starts of the program"
    counted.fault = None
    counted.live(1)
    assert counted.orders.looks.plan.failures == 0


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Busy"])
def test_a_store_that_asks_for_patience_gets_it(counted: CountedStore, status: str) -> None:
    counted.add_all()
    counted.fault = (status, (("Retry-After", "36000"),))
    counted.look()
    counted.fault = None
    counted.start()
    counted.now += dt.timedelta(hours=9)
    assert counted.look() == []
    counted.now += dt.timedelta(hours=2)
    assert counted.look() != []


def test_a_refused_password_is_not_tried_again_until_the_person_acts(counted: CountedStore) -> None:
    counted.add_all()
    refused = counted.orders.cache.numbers()[0]
    account = f"{refused} at {counted.store.url.partition('://')[2]}"
    counted.keychain.keep(account, Credentials(order_password=Secret("no longer")))
    counted.now += 4 * DAY
    counted.start()
    counted.look()
    assert counted.errors == ["credentials-wrong"]
    assert counted.orders.looks.plan.refused == (refused,)
    for asked in (False, True):
        counted.now += 4 * DAY
        counted.start()
        assert not [call for call in counted.look(asked=asked) if refused in call]
    assert counted.errors == ["credentials-wrong"], "a person who asks is told"
    password = next(each.order_password for each in counted.store.accounts if each.order_number == refused)
    counted.orders.lookup.add(refused, Secret(password))
    assert not counted.orders.looks.plan.refused
    counted.now += 4 * DAY
    assert [call for call in counted.look() if refused in call]


class OneCustomer(CountedStore):
    """All orders of the store are of one customer, who found them by e-mail address and card."""

    EMAIL, DIGITS = "one@post.example", "1234"

    def add_all(self) -> tuple[str, ...]:
        with contextlib.closing(Database(self.root / "store" / "store.db")) as database:
            sessions = Sessions(database, life=DAY, limits=LogInLimits(), password_cost=2)
            with database.transaction() as connection:
                for account in self.store.accounts:
                    password = Secret(account.order_password)
                    sessions.add_log_in(connection, account.order_number, password, self.EMAIL, Secret(self.DIGITS))
        self.orders.lookup.add_by_card(self.EMAIL, Secret(self.DIGITS))
        self.forget_calls()
        return self.orders.cache.numbers()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[OneCustomer]:
    with contextlib.closing(OneCustomer(tmp_path)) as made:
        yield made


def test_a_day_with_all_orders_of_one_customer(one: OneCustomer) -> None:
    numbers = one.add_all()
    assert len(numbers) >= 19
    before = {number: one.orders.cache.known(number).read_at for number in numbers}
    one.live(4)
    assert all(0 < requests <= 12 for requests in by_day(one)), by_day(one)
    assert all(log_ins <= 2 for log_ins in by_day(one, "sessions")), by_day(one, "sessions")
    assert all(one.orders.cache.known(number).read_at != before[number] for number in numbers), "all were read"


def test_what_changes_at_the_store_is_seen_in_the_collection(one: OneCustomer) -> None:
    numbers = one.add_all()
    first, second = one.orders.lookup.order("LF-5930-2216"), one.orders.lookup.order(numbers[0])
    one.look(asked=True)
    assert one.look(asked=True) == ["GET /v1/profile", "GET /v1/orders"]
    assert one.statuses[-1].startswith("304")
    one.orders.actions.switch_auto_renew(first.number, first.subscriptions[0], not first.subscriptions[0].auto_renew)
    one.forget_calls()
    one.look(asked=True)
    assert one.statuses[-1].startswith("200")
    shown = one.orders.cache.known(first.number).order
    assert shown is not None
    assert shown.subscriptions[0].auto_renew is not first.subscriptions[0].auto_renew
    one.look(asked=True)
    assert one.statuses[-1].startswith("304")
    assert len(one.orders.cache.read()) == len(numbers)
    assert one.orders.cache.known(second.number).order == second


def test_the_first_look_after_a_start_reads_only_what_changed(counted: CountedStore) -> None:
    numbers = counted.add_all()
    before = counted.orders.cache.read()
    counted.start()
    assert len([call for call in counted.look(asked=True) if "/orders/" in call]) == len(numbers)
    answered = [status for call, status in counted.answers() if "/orders/" in call]
    assert {status.partition(" ")[0] for status in answered} == {"304"}
    assert counted.orders.cache.read() == before, "with the keys, which come from the keychain"


def test_the_first_look_after_a_start_of_one_customer(one: OneCustomer) -> None:
    one.add_all()
    one.look(asked=True)
    one.start()
    one.look(asked=True)
    assert one.answers()[-1][1].startswith("304")


def test_an_order_whose_key_is_not_kept_any_more_is_read_whole(counted: CountedStore) -> None:
    counted.add_all()
    order = next(each for each in counted.orders.cache.read() if each.licences and each.licences[0].key)
    account = f"{order.number} at {counted.store.url.partition('://')[2]} key of {order.licences[0].id}"
    counted.keychain.forget_secret(account)
    counted.start()
    counted.look(asked=True)
    whole = [call for call, status in counted.answers() if "/orders/" in call and status.startswith("200")]
    assert whole == [f"GET /v1/orders/{order.number}"]
    assert counted.orders.cache.known(order.number).order == order


def test_an_order_that_was_added_later_is_no_reason_to_believe_an_old_validator(one: OneCustomer) -> None:
    numbers = one.add_all()
    one.look(asked=True)
    one.orders.lookup.remove(numbers[0])
    one.look(asked=True)
    assert one.statuses[-1].startswith("200"), "the validator is of other orders"
    assert one.orders.cache.numbers() == numbers[1:]


@pytest.mark.parametrize("status", ["404 Not Found", "405 Method Not Allowed", "501 Not Implemented", "200 OK"])
def test_a_store_without_a_collection_is_not_asked_for_it_again(one: OneCustomer, status: str) -> None:
    numbers = one.add_all()
    one.fault, one.faulty_path = (status, ()), "/v1/orders"
    calls = one.look(asked=True)
    assert one.errors == []
    assert calls.count("GET /v1/orders") == 1
    assert [call for call in calls if "/orders/" in call] == [f"GET /v1/orders/{number}" for number in numbers]
    one.start()
    assert "GET /v1/orders" not in one.look(asked=True)
    one.now += 31 * DAY
    assert "GET /v1/orders" in one.look(asked=True), "it may have got one"


@pytest.mark.parametrize("fault", ["500 Oops", "503 Busy", "429 Too Many Requests"])
def test_a_fault_of_the_collection_ends_the_look(one: OneCustomer, fault: str) -> None:
    one.add_all()
    one.fault, one.faulty_path = (fault, ()), "/v1/orders"
    calls = one.look(asked=True)
    assert not [call for call in calls if "/orders/" in call]
    assert one.orders.looks.plan.failures == 1
    one.fault = None
    assert "GET /v1/orders" in one.look(asked=True)


def test_an_order_that_cannot_be_read_takes_no_other_with_it(one: OneCustomer) -> None:
    numbers = one.add_all()
    one.spoil = lambda body: body.replace(b'"total":{"amount"', b'"totel":{"amount"', 1)
    calls = one.look(asked=True)
    assert len([call for call in calls if "/orders/" in call]) == 1, "it is asked for by itself"
    assert one.errors == []
    assert {number for number in numbers if one.orders.cache.known(number).read_at == one.now} == set(numbers)


def test_each_order_that_cannot_be_opened_costs_a_look_the_same(counted: CountedStore) -> None:
    many = 40
    for number in range(many):
        counted.library.add_order(counted.store.url, f"LF-{number}", START)
    with count_calls("ends_look") as calls:
        counted.look(asked=True)
    assert counted.errors == ["credentials-needed"] * many
    assert calls["ends_look"] <= 3 * many


def test_each_order_with_a_log_in_of_its_own_costs_a_look_the_same(counted: CountedStore) -> None:
    numbers = counted.add_all()
    counted.start()
    with count_calls("__eq__", "order_numbers") as calls:
        counted.look(asked=True)
    assert counted.errors == []
    assert calls["__eq__"] <= 2 * len(numbers), "a token is not compared with those of all other orders"
    assert calls["order_numbers"] == 1, "the list of all orders is read once"
