"""Orders: opened, remembered, refreshed and changed at a real store."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.store.orders import Order
from companion.domain.store.returns import ReturnReason
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from companion.services.storage.records import KnownOrder
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials, Kept, Keychain
from companion.services.store.orders import open_orders
from tests.kits.store import StoreKit

FAMILY, ANNUAL, CLOSED, BOXED, UNWANTED = (
    "LF-5930-2216", "LF-4821-0937", "LF-5562-8803", "LF-6014-5529", "LF-3126-9058",
)  # fmt: skip


def failing(code: str, work: Any) -> CompanionError:
    with pytest.raises(CompanionError) as error:
        work()
    assert error.value.code == code
    return error.value


def test_an_order_is_added_read_and_forgotten(kit: StoreKit) -> None:
    added = kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    assert added.numbers == (FAMILY,)
    assert added.kept is Kept.SESSION
    (known,) = kit.orders.cache.remembered()
    assert known.order is not None
    assert known.order.licences[0].key, "this session has read the key"
    kit.orders.lookup.remove(FAMILY)
    assert kit.orders.cache.remembered() == ()
    failing("order-unknown", lambda: kit.orders.lookup.refresh(FAMILY))
    failing("order-unknown", lambda: kit.orders.lookup.remove(FAMILY))


def test_a_number_is_kept_as_the_store_spells_it(kit: StoreKit) -> None:
    assert kit.orders.lookup.add(FAMILY, kit.password(FAMILY)).numbers == (FAMILY,)


def test_one_card_opens_all_its_orders(kit: StoreKit) -> None:
    account = kit.store.accounts[-1]
    added = kit.orders.lookup.add_by_card(account.email, Secret(account.card_last_digits))
    assert set(added.numbers) == {"LF-1893-4407", "LF-5847-7721"}
    assert {known.number for known in kit.orders.cache.remembered()} == set(added.numbers)
    assert kit.orders.lookup.order("LF-5847-7721").licences[0].key_from_order == "LF-1893-4407"


def test_wrong_credentials_leave_nothing(kit: StoreKit) -> None:
    failing("credentials-wrong", lambda: kit.orders.lookup.add(FAMILY, Secret("wrong")))
    assert kit.orders.cache.remembered() == ()
    assert kit.orders.lookup.in_keychain(FAMILY) is None


def test_another_start_remembers_everything_but_the_secrets(kit: StoreKit, tmp_path: Path) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.orders.lookup.profile()
    library = Library(tmp_path / "library.db")
    later = open_orders(kit.client, Keychain(), library, lambda: kit.now)
    (known,) = later.cache.remembered()
    assert known.order is not None
    assert known.order.licences[0].key is None
    assert later.cache.remembered_profile() == kit.orders.cache.remembered_profile()
    error = failing("credentials-needed", lambda: later.lookup.refresh(FAMILY))
    assert error.kind is ErrorKind.NO
    later.lookup.use_for_session(FAMILY, Credentials(order_password=kit.password(FAMILY)))
    assert later.lookup.order(FAMILY).licences[0].key
    library.close()


def test_an_ended_session_is_opened_again_unseen(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.now += dt.timedelta(hours=1)
    assert kit.orders.lookup.order(FAMILY).number == FAMILY


def test_a_session_the_store_ended_early_is_opened_again(tmp_path: Path, no_keychain: None) -> None:
    profile = resource("profiles/larkfield.json").read_bytes()
    moved = [dt.timedelta()]

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + moved[0]

    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=2**20, password_cost=2, clock=clock
    ) as store:
        library, client = Library(tmp_path / "library.db"), StoreClient(store.url)
        kit = StoreKit(store, library, Keychain(), client)
        kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
        # The store's clock runs ahead: it ends the session, and this PC cannot know.
        moved[0] = dt.timedelta(minutes=16)
        assert kit.orders.lookup.order(FAMILY).number == FAMILY
        # Opened for this session only, there is nothing to open it with again.
        other = open_orders(client, Keychain(), library, lambda: kit.now)
        other.lookup.use_for_session(FAMILY, Credentials(order_password=kit.password(FAMILY)))
        moved[0] = dt.timedelta(minutes=40)
        failing("credentials-needed", lambda: other.lookup.order(FAMILY))
        client.close()
        library.close()


def test_an_unchanged_order_is_not_sent_again(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    first = kit.orders.lookup.refresh(FAMILY)
    again = kit.orders.lookup.refresh(FAMILY)
    assert again.order == first.order
    assert again.etag == first.etag


def test_an_order_that_has_not_changed_is_as_new_as_the_answer_that_says_so(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    first = kit.orders.lookup.refresh(FAMILY)
    assert kit.orders.cache.etag(first) is not None, "asked with this, the store answers that nothing has changed"
    kit.now += dt.timedelta(hours=3)
    again = kit.orders.lookup.refresh(FAMILY)
    assert (again.order, again.read_at) == (first.order, kit.now)
    assert kit.orders.cache.known(FAMILY) == again


def test_an_order_that_was_read_anew_meanwhile_is_not_called_unchanged(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    early = kit.orders.lookup.refresh(FAMILY)
    kit.orders.actions.add_backup_medium(FAMILY)
    late = kit.orders.cache.known(FAMILY)
    kit.now += dt.timedelta(hours=3)
    assert kit.orders.cache.unchanged(early) == late
    assert kit.orders.cache.known(FAMILY) == late


class CountingLibrary(Library):
    """A library that counts how many orders it was asked to decode."""

    decoded = 0

    def order(self, store: str, number: str) -> KnownOrder | None:
        found = super().order(store, number)
        self.decoded += found is not None
        return found

    def orders(self, store: str) -> tuple[KnownOrder, ...]:
        found = super().orders(store)
        self.decoded += len(found)
        return found


def test_a_refresh_decodes_one_order_however_many_there_are(
    demo_store: DemoStore, tmp_path: Path, no_keychain: None
) -> None:
    with (
        contextlib.closing(CountingLibrary(tmp_path / "library.db")) as library,
        contextlib.closing(StoreClient(demo_store.url)) as client,
    ):
        kit = StoreKit(demo_store, library, Keychain(), client)
        for number in (FAMILY, ANNUAL, CLOSED):
            kit.orders.lookup.add(number, kit.password(number))
        for answer in ("changed", "not modified"):
            if answer == "changed":
                kit.orders.actions.add_backup_medium(FAMILY)
            library.decoded = 0
            assert kit.orders.lookup.refresh(FAMILY).order == kit.orders.lookup.order(FAMILY), answer
            assert library.decoded == 2, "one for each of the two refreshes"


def test_what_another_program_has_read_since_is_shown_and_the_keys_stay(kit: StoreKit) -> None:
    """The window is open while a command reads the same order."""
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    before = kit.orders.cache.known(FAMILY)
    assert before.order is not None
    command = open_orders(kit.client, kit.keychain, kit.library, lambda: kit.now)
    command.actions.add_backup_medium(FAMILY)
    for shown in (kit.orders.cache.known(FAMILY), kit.orders.cache.remembered()[0], kit.orders.lookup.refresh(FAMILY)):
        assert shown.order is not None
        assert len(shown.order.line_items) == len(before.order.line_items) + 1
        assert shown.order.licences[0].key == before.order.licences[0].key


def test_an_order_that_was_removed_while_it_was_asked_for_does_not_come_back(
    demo_store: DemoStore, tmp_path: Path, no_keychain: None
) -> None:
    class RemovedMeanwhile(Library):
        def remember_order(self, store: str, order: Order, etag: str | None, now: dt.datetime) -> bool:
            if remove:
                self.remove_order(store, order.number)
            return super().remember_order(store, order, etag, now)

    remove = False
    with (
        contextlib.closing(RemovedMeanwhile(tmp_path / "library.db")) as library,
        contextlib.closing(StoreClient(demo_store.url)) as client,
    ):
        kit = StoreKit(demo_store, library, Keychain(), client)
        kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
        # Another start of the program, on a PC that keeps no keys, has not read it yet: the store sends it whole.
        kit = StoreKit(demo_store, library, Keychain(), client)
        kit.orders.lookup.use_for_session(FAMILY, Credentials(order_password=kit.password(FAMILY)))
        remove = True
        failing("order-unknown", lambda: kit.orders.lookup.refresh(FAMILY))
        assert kit.orders.cache.remembered() == ()


def test_the_remembered_profile_serves_while_the_store_is_away(kit: StoreKit) -> None:
    fresh = kit.orders.lookup.profile()
    assert kit.orders.lookup.profile() == fresh
    kit.store.close()
    assert kit.orders.lookup.profile() == fresh
    failing("store-unreachable", lambda: kit.orders.lookup.add(FAMILY, Secret("any")))


def test_without_store_and_memory_there_is_no_profile(kit: StoreKit) -> None:
    kit.store.close()
    assert failing("store-unreachable", kit.orders.lookup.profile).kind is ErrorKind.UNREACHABLE
    assert kit.orders.cache.remembered_profile() is None


def test_auto_renewal_is_switched_proven_and_the_receipt_kept(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    plan = kit.orders.lookup.order(FAMILY).subscriptions[0]
    order, receipt = kit.orders.actions.switch_auto_renew(FAMILY, plan, False)
    assert order.subscriptions[0].auto_renew is False
    assert kit.orders.cache.receipts(FAMILY) == (receipt,)
    error = failing("version-conflict", lambda: kit.orders.actions.switch_auto_renew(FAMILY, plan, True))
    assert error.retryable
    kit.orders.lookup.remove(FAMILY)
    assert kit.orders.cache.receipts(FAMILY) == (receipt,), "a receipt is the person's proof and stays"


def test_a_plan_changed_elsewhere_is_not_switched_blindly(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    stale = msgspec.structs.replace(kit.orders.lookup.order(FAMILY).subscriptions[0], version="sub-5930-2216.99")
    failing("version-conflict", lambda: kit.orders.actions.switch_auto_renew(FAMILY, stale, False))
    assert kit.orders.lookup.order(FAMILY).subscriptions[0].auto_renew is True


def test_pressing_twice_acts_once(kit: StoreKit) -> None:
    kit.orders.lookup.add(BOXED, kit.password(BOXED))
    order = kit.orders.lookup.order(BOXED)
    first = kit.orders.actions.request_return(order, ReturnReason.NOT_WANTED)
    again = kit.orders.actions.request_return(order, ReturnReason.NOT_WANTED)
    assert again == first
    assert len(kit.orders.lookup.order(BOXED).returns) == 1
    accepted = kit.orders.actions.accept_letter(BOXED, first)
    assert accepted.letter is not None
    assert accepted.letter.accepted_at is not None
    plain = msgspec.structs.replace(first, letter=None)
    failing("no-letter", lambda: kit.orders.actions.accept_letter(BOXED, plain))


def test_an_answer_lost_on_the_way_acts_once(tmp_path: Path, no_keychain: None) -> None:
    profile = resource("profiles/larkfield.json").read_bytes()
    lost: list[str] = []

    def drop(environ: dict[str, Any]) -> bool:
        call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if environ["REQUEST_METHOD"] in ("POST", "PUT") and "sessions" not in call and call not in lost:
            lost.append(call)
            return True
        return False

    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=2**20, password_cost=2, drop_answer=drop
    ) as store:
        library, client = Library(tmp_path / "library.db"), StoreClient(store.url)
        kit = StoreKit(store, library, Keychain(), client)
        kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
        kit.orders.actions.add_backup_medium(FAMILY)
        kinds = [item.kind.value for item in kit.orders.lookup.order(FAMILY).line_items]
        assert kinds.count("backupMedium") == 1
        plan = kit.orders.lookup.order(FAMILY).subscriptions[0]
        order, receipt = kit.orders.actions.switch_auto_renew(FAMILY, plan, False)
        assert order.subscriptions[0].auto_renew is receipt.auto_renew is False
        assert len(lost) == 2
        client.close()
        library.close()


def test_seats_cases_invoices_and_extensions(kit: StoreKit) -> None:
    for number in (FAMILY, CLOSED):
        kit.orders.lookup.add(number, kit.password(number))
    licence = kit.orders.lookup.order(FAMILY).licences[0]
    taken = kit.orders.actions.take_seat(FAMILY, licence.id, "pc-new", "This PC")
    assert {seat.name for seat in taken.seats} > {"This PC"}
    assert len(kit.orders.actions.free_seat(FAMILY, licence.id, "pc-new").seats) == len(licence.seats)
    assert kit.orders.actions.open_case(FAMILY, "It does not start", "{}").case_number
    assert kit.orders.invoices.one(FAMILY).order_number == FAMILY
    assert kit.orders.invoices.pdf(FAMILY).startswith(b"%PDF-")
    artifact = kit.orders.lookup.order(CLOSED).downloads[0].artifact_id
    failing("window-closed", lambda: kit.orders.lookup.grant(CLOSED, artifact))
    assert kit.orders.actions.request_extension(CLOSED, artifact).status.value == "granted"
    grant = kit.orders.lookup.grant(CLOSED, artifact)
    assert grant.url.startswith(kit.store.url)


class _Older:
    """A store of before there were several invoices: it knows the one of the purchase only."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if "/invoices" in environ["PATH_INFO"]:
            environ["PATH_INFO"] = "/v1/no-such-call"
        return self._application(environ, start_response)


def test_a_store_with_one_invoice_only_lists_that_one(tmp_path: Path, no_keychain: None) -> None:
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "older", profile=profile, system="linux", size=40_000, password_cost=2, around=_Older
    ) as store:
        library = Library(tmp_path / "older.db")
        kit = StoreKit(store, library, Keychain(), StoreClient(store.url))
        kit.orders.lookup.add(UNWANTED, kit.password(UNWANTED))
        (only,) = kit.orders.invoices.all(UNWANTED)
        assert (only.number, only.purpose.value) == ("INV-3126-9058", "purchase")
        assert kit.orders.invoices.one(UNWANTED, only.number).total == only.total
        assert kit.orders.invoices.pdf(UNWANTED, only.number).startswith(b"%PDF-")
        failing("not-found", lambda: kit.orders.invoices.one(UNWANTED, "INV-3126-9058-R1"))
        failing("not-found", lambda: kit.orders.invoices.pdf(UNWANTED, "INV-3126-9058-R1"))
        kit.client.close()
        library.close()


def test_the_list_and_what_was_read_of_it_are_known_without_the_store(kit: StoreKit) -> None:
    kit.orders.lookup.add(UNWANTED, kit.password(UNWANTED))
    listed = kit.orders.invoices.all(UNWANTED)
    read = kit.orders.invoices.one(UNWANTED, listed[0].number)
    kit.store.close()
    assert kit.orders.invoices.all(UNWANTED) == listed
    assert kit.orders.invoices.one(UNWANTED, listed[0].number) == read
    failing("store-unreachable", lambda: kit.orders.invoices.one(UNWANTED, listed[1].number))


def test_the_invoices_go_with_their_order(kit: StoreKit) -> None:
    kit.orders.lookup.add(UNWANTED, kit.password(UNWANTED))
    for entry in kit.orders.invoices.all(UNWANTED):
        kit.orders.invoices.one(UNWANTED, entry.number)
    store = kit.orders.store
    assert kit.library.invoices(store, UNWANTED) is not None
    assert kit.library.invoice(store, UNWANTED, entry.number) is not None
    assert kit.library.invoice(store, UNWANTED) is not None
    kit.orders.lookup.remove(UNWANTED)
    assert kit.library.invoices(store, UNWANTED) is None
    assert kit.library.invoice(store, UNWANTED, entry.number) is None
    assert kit.library.invoice(store, UNWANTED) is None


def test_a_removed_order_is_put_back_whole(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.orders.invoices.one(FAMILY)
    before = kit.orders.cache.known(FAMILY)
    removed = kit.orders.lookup.remove(FAMILY)
    assert kit.keychain.read(f"{FAMILY} at {kit.store.url.removeprefix('http://')}") is None
    assert "canary" not in repr(removed)
    assert kit.password(FAMILY).reveal() not in repr(removed)
    kit.orders.lookup.put_back(removed)
    assert kit.orders.cache.known(FAMILY) == before
    assert kit.library.invoice(kit.orders.store, FAMILY) is not None
    assert kit.orders.lookup.order(FAMILY) == before.order
    kit.orders.lookup.put_back(removed)
    assert kit.orders.cache.numbers() == (FAMILY,)


def test_what_was_added_again_meanwhile_is_not_replaced_by_what_was_removed(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    removed = kit.orders.lookup.remove(FAMILY)
    kit.now += dt.timedelta(hours=1)
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.orders.lookup.put_back(removed)
    assert kit.orders.cache.known(FAMILY).added_at == kit.now


def test_a_seat_that_could_not_be_taken_is_taken_when_the_order_is_next_read(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    licence = kit.orders.lookup.order(FAMILY).licences[0]
    kit.orders.seats.note(FAMILY, licence.id, "pc-late", "The late PC")
    kit.orders.seats.note(FAMILY, "no such licence", "pc-late", "The late PC")
    again = open_orders(kit.client, kit.keychain, kit.library, lambda: kit.now)
    again.lookup.order(FAMILY)
    taken = again.lookup.order(FAMILY).licences[0].seats
    assert [seat.name for seat in taken if seat.id == "pc-late"] == ["The late PC"]
    kit.orders.actions.free_seat(FAMILY, licence.id, "pc-late")
    again.lookup.order(FAMILY)
    assert "pc-late" not in {seat.id for seat in again.lookup.order(FAMILY).licences[0].seats}, "it is taken once"


def test_a_seat_waits_for_as_long_as_the_store_does_not_answer(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    order = kit.orders.lookup.order(FAMILY)
    kit.orders.seats.note(FAMILY, order.licences[0].id, "pc-late", "The late PC")
    kit.store.close()
    kit.orders.seats.catch_up(order)
    assert "pc-late" in str(kit.library.settings())


def test_another_orders_things_are_not_given(kit: StoreKit) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    kit.library.add_order(kit.orders.store, ANNUAL, kit.now)
    failing("credentials-needed", lambda: kit.orders.lookup.order(ANNUAL))


def test_every_step_is_in_the_time_line_and_no_secret_on_the_disk(kit: StoreKit, tmp_path: Path) -> None:
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    secrets = kit.orders.lookup.secrets()
    order = kit.orders.lookup.order(FAMILY)
    key = order.licences[0].key
    assert key is not None
    assert {kit.password(FAMILY).reveal(), key.reveal()} < secrets
    plan = order.subscriptions[0]
    kit.orders.actions.switch_auto_renew(FAMILY, plan, False)
    kit.orders.lookup.remove(FAMILY)
    events = [entry.event for entry in kit.library.timeline()]
    assert events == ["order added", "auto-renewal switched", "order removed"]
    for path in tmp_path.glob("library.db*"):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content]


def test_many_threads_may_ask_at_once(kit: StoreKit) -> None:
    for number in (FAMILY, ANNUAL):
        kit.orders.lookup.add(number, kit.password(number))
    errors: list[BaseException] = []

    def work(number: str) -> None:
        try:
            for _ in range(3):
                assert kit.orders.lookup.order(number).number == number
        except BaseException as error:  # noqa: BLE001 - collected for the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in (FAMILY, ANNUAL) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
