"""Our side of the contract: every request the program sends and every answer it reads, held against the document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.store.returns import ReturnReason
from companion.services.app.cancellation import Cancellation
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import Orders, open_orders
from tests.kits.contract import Contract, read_document

FAMILY, BOXED, CLOSED, UNWANTED, ANNUAL = (
    "LF-5930-2216", "LF-6014-5529", "LF-5562-8803", "LF-3126-9058", "LF-4821-0937",
)  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(read_document(), of_client=True)


@pytest.fixture
def store(tmp_path: Path, contract: Contract) -> Iterator[DemoStore]:
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2, around=contract.watch
    ) as made:
        yield made
    assert contract.broken == []


@pytest.fixture
def client(store: DemoStore) -> Iterator[StoreClient]:
    made = StoreClient(store.url)
    yield made
    made.close()


@pytest.fixture
def orders(client: StoreClient, store: DemoStore, tmp_path: Path, no_keychain: None) -> Iterator[Orders]:
    library = Library(tmp_path / "library.db")
    made = open_orders(client, Keychain(), library, lambda: dt.datetime.now(dt.UTC))
    for account in store.accounts:
        made.lookup.add(account.order_number, Secret(account.order_password))
    yield made
    library.close()


def test_everything_the_program_asks_fits_the_document(
    orders: Orders, store: DemoStore, client: StoreClient, contract: Contract
) -> None:
    orders.lookup.profile()
    orders.lookup.profile()
    assert StoreClient(client.url).time() is not None
    orders.lookup.add_by_card(store.accounts[-1].email, Secret(store.accounts[-1].card_last_digits))
    assert orders.looks.look(Cancellation()).errors == ()
    assert orders.looks.look(Cancellation()).errors == ()
    orders.lookup.request_password_reset(number=FAMILY)
    orders.lookup.request_password_reset(email=store.accounts[0].email)
    family = orders.lookup.order(FAMILY)
    orders.lookup.order(FAMILY)
    licence, artifact = family.licences[0], family.downloads[0].artifact_id
    family, _ = orders.actions.switch_auto_renew(FAMILY, family.subscriptions[0], False)
    orders.actions.switch_auto_renew(FAMILY, family.subscriptions[0], True)
    orders.lookup.grant(FAMILY, artifact)
    orders.actions.request_extension(CLOSED, orders.lookup.order(CLOSED).downloads[0].artifact_id)
    orders.actions.take_seat(FAMILY, licence.id, "pc-1", "Ünder the kit")
    orders.actions.take_seat(FAMILY, licence.id, "pc-1", "Under the kit")
    orders.actions.free_seat(FAMILY, licence.id, "pc-1")
    orders.invoices.one(FAMILY)
    orders.invoices.pdf(FAMILY)
    for entry in orders.invoices.all(UNWANTED):
        assert orders.invoices.one(UNWANTED, entry.number).total == entry.total
        orders.invoices.pdf(UNWANTED, entry.number)
    quote = orders.actions.quote_backup_medium(FAMILY)
    assert quote is not None
    orders.actions.add_backup_medium(FAMILY, quote.total)
    orders.actions.open_case(FAMILY, "It stops.", "{}")
    unwanted = orders.lookup.order(UNWANTED)
    orders.actions.request_return(unwanted, ReturnReason.UNWANTED_RENEWAL, unwanted.subscriptions[0].id)
    boxed = orders.actions.request_return(orders.lookup.order(BOXED), ReturnReason.DOES_NOT_WORK)
    orders.actions.accept_letter(BOXED, boxed)
    described = {
        (method.upper(), path)
        for path, item in contract.document["paths"].items()
        for method in item
        if path != "/v1/files/{artifactId}/{filename}"
    }
    called = {(method, path) for method, path, status in contract.seen if status < 400}
    # The probe is only looked at for the store's clock here; the check of the line reads it whole.
    assert described - called <= {("GET", "/v1/probe")}
    assert called <= described


@pytest.mark.parametrize(
    ("code", "work"),
    [
        ("credentials-wrong", lambda orders: orders.lookup.add(FAMILY, Secret("wrong"))),
        ("window-open", lambda orders: orders.actions.request_extension(FAMILY, "lantern-protect-linux")),
        ("window-closed", lambda orders: orders.lookup.grant(CLOSED, "lantern-protect-linux")),
        ("not-found", lambda orders: orders.lookup.grant(FAMILY, "a thing/with a slash")),
        (
            "not-eligible",
            lambda orders: orders.actions.request_return(orders.lookup.order(ANNUAL), ReturnReason.NOT_WANTED),
        ),
        (
            "seats-exhausted",
            lambda orders: orders.actions.take_seat(
                ANNUAL, orders.lookup.order(ANNUAL).licences[0].id, "pc-2", "Another PC"
            ),
        ),
    ],
)
def test_what_is_refused_was_asked_in_the_agreed_form(orders: Orders, code: str, work: Callable[[Orders], Any]) -> None:
    with pytest.raises(CompanionError) as refused:
        work(orders)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_stale_version_is_asked_and_refused_in_the_agreed_form(orders: Orders) -> None:
    stale = orders.lookup.order(FAMILY).subscriptions[0]
    now, _ = orders.actions.switch_auto_renew(FAMILY, stale, False)
    orders.actions.switch_auto_renew(FAMILY, now.subscriptions[0], True)
    with pytest.raises(CompanionError) as conflict:
        orders.actions.switch_auto_renew(FAMILY, stale, False)
    assert conflict.value.code == ErrorCode.VERSION_CONFLICT
