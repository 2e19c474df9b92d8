"""The list of stores: what kind answers at an address, and what is remembered where none does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import ErrorCode
from companion.services.app.cancellation import Cancellation
from companion.services.container.environment import utc_now
from companion.services.container.owned import build_owned
from companion.services.purchases.stores import AddedStore, StoreList
from companion.services.storage.database import Library
from tests.stores.edd_peer import EddPeer
from tests.stores.peer import page, redirect

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[StoreList]:
    owned = build_owned(tmp_path / "home")
    yield owned.stores
    owned.close()


@pytest.fixture
def edd() -> Iterator[EddPeer]:
    peer = EddPeer()
    yield peer
    peer.close()


def add(stores: StoreList, address: str) -> AddedStore:
    return stores.add(address, Cancellation())


def test_a_store_that_does_not_answer_is_remembered_and_said_not_to_have_answered(stores: StoreList) -> None:
    added = add(stores, NOWHERE)
    assert (added.store.kind, added.store.address) == ("unknown", NOWHERE)
    assert added.no_answer is not None
    assert added.no_answer.code is ErrorCode.STORE_UNREACHABLE


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_the_store_is_no_word_about_its_kind(stores: StoreList, edd: EddPeer, status: int) -> None:
    edd.fault = page(status)
    assert add(stores, edd.url).no_answer is not None


def test_a_web_page_is_an_answer(stores: StoreList, edd: EddPeer) -> None:
    for fault in (page(200), page(403), page(404), redirect("/my-account/")):
        edd.fault = fault
        added = add(stores, edd.url)
        assert (added.store.kind, added.no_answer) == ("unknown", None)


def test_a_store_that_is_stopped_stays_what_it_was_known_as(stores: StoreList, edd: EddPeer) -> None:
    assert add(stores, edd.url).store.kind == "edd"
    edd.fault = page(503)
    added = add(stores, edd.url)
    assert (added.store.kind, added.no_answer is not None) == ("edd", True)
    edd.fault = page(200)
    assert add(stores, edd.url).store.kind == "unknown", "it answers, and as another kind of server"
    assert len(stores.all()) == 1


def test_an_address_of_a_page_within_a_store_leads_to_the_store(stores: StoreList, demo_store: DemoStore) -> None:
    for path in ("/", "/orders/LF-1", "/v1/profile"):
        added = add(stores, f"{demo_store.url}{path}")
        assert (added.store.address, added.store.kind) == (demo_store.url, "storeApi")
    assert len(stores.all()) == 1


def test_an_address_that_only_looks_like_a_known_one_is_said(tmp_path: Path, edd: EddPeer) -> None:
    with contextlib.closing(Library(tmp_path / "another.db")) as library:
        known = {"Larkfield": ("iocalhost.example",)}
        stores = StoreList(library, utc_now, brands=lambda: known)
        assert add(stores, edd.url).looks_like is None
        assert add(stores, edd.url.replace("127.0.0.1", "localhost")).looks_like == "Larkfield"
