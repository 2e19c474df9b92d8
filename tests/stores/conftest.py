"""Every connector with its peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.domain.purchases.facts import Field, item_key
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import Orders, open_orders
from companion.services.stores.edd import EddStore
from companion.services.stores.store_api import StoreApiStore
from companion.services.stores.woocommerce import WooCommerceStore
from tests.kits.cli import FAMILY
from tests.kits.memory_keychain import MemoryKeychain
from tests.stores.edd_peer import EddPeer
from tests.stores.kit import NOW, Kit, purchase_of, secrets_of
from tests.stores.store_api_peer import StoreApiPeer
from tests.stores.woocommerce_peer import WooPeer

SITE = "https://companion-0123456789abcdef.invalid"
KEY = "Ab12-KEY9-zz41=="


@pytest.fixture
def edd_peer() -> Iterator[EddPeer]:
    made = EddPeer()
    yield made
    made.close()


@pytest.fixture
def woo_peer() -> Iterator[WooPeer]:
    made = WooPeer()
    yield made
    made.close()


@pytest.fixture
def edd_kit(edd_peer: EddPeer) -> Kit:
    values = [
        (Field.STORE_KIND, "edd", ""),
        (Field.STORE_ADDRESS, edd_peer.url, ""),
        (Field.PRODUCT, "Quill & Ink", "Quill & Ink"),
        (Field.PRODUCT_ID, "57", "Quill & Ink"),
    ]
    return Kit(
        peer=edd_peer,
        connector=lambda seconds: EddStore(lambda: NOW, lambda: SITE, seconds=seconds),
        purchase=purchase_of(values),
        secrets=secrets_of(keys={"Quill & Ink": KEY}, links={"Quill": edd_peer.link()}),
        state=edd_peer.state,
        asks=True,
        item=item_key(Field.PRODUCT, "Quill & Ink"),
        secret_texts=(KEY, "Ab12-KEY9", "token=0123456789abcdef"),
    )


@pytest.fixture
def woo_kit(woo_peer: WooPeer) -> Kit:
    values = [
        (Field.STORE_KIND, "woocommerce", ""),
        (Field.STORE_ADDRESS, woo_peer.url, ""),
        (Field.PRODUCT, "Harbour Suite", "Harbour Suite"),
        (Field.DOWNLOAD, "Harbour Suite", "Harbour Suite"),
    ]
    return Kit(
        peer=woo_peer,
        connector=lambda _: WooCommerceStore(lambda: NOW),
        purchase=purchase_of(values),
        secrets=secrets_of(links={"Harbour Suite": woo_peer.link()}),
        state=woo_peer.state,
        asks=False,
        item=item_key(Field.DOWNLOAD, "Harbour Suite"),
        secret_texts=("wc_order_CANARYq8", "ada%40people.example"),
    )


@pytest.fixture
def store_api_kit(demo_store: DemoStore, tmp_path: Path) -> Iterator[Kit]:
    peer = StoreApiPeer(demo_store, FAMILY)
    library, keychain = Library(tmp_path / "library.db"), Keychain(backend=MemoryKeychain())
    client = StoreClient(peer.url)
    orders = open_orders(client, keychain, library, lambda: NOW)
    clients = [client]

    def orders_at(address: str) -> Orders:
        assert address == peer.url
        return orders

    orders.lookup.add(FAMILY, Secret(peer.password))
    order = orders.cache.known(FAMILY).order
    assert order is not None
    product = order.licences[0].product_name
    peer.calls.clear()
    beside = StoreClient(demo_store.url)
    clients.append(beside)
    watch = open_orders(beside, Keychain(backend=MemoryKeychain()), Library(tmp_path / "watch.db"), lambda: NOW)

    def state() -> object:
        watch.lookup.add(FAMILY, Secret(peer.password))
        return watch.cache.known(FAMILY).order

    values = [
        (Field.STORE_KIND, "storeApi", ""),
        (Field.STORE_ADDRESS, peer.url, ""),
        (Field.ORDER_NUMBER, FAMILY, ""),
        (Field.PRODUCT, product, product),
    ]
    yield Kit(
        peer=peer,
        connector=lambda seconds: StoreApiStore(
            lambda: NOW, orders_at, lambda: ("seat-0001", "Ada's PC"), seconds=seconds
        ),
        purchase=purchase_of(values),
        secrets=secrets_of(),
        state=state,
        asks=True,
        item=item_key(Field.PRODUCT, product),
        secret_texts=(peer.password,),
    )
    for each in clients:
        each.close()
    peer.close()


@pytest.fixture(params=["edd", "woocommerce", "storeApi"])
def kit(request: pytest.FixtureRequest) -> Kit:
    """Every connector: a new one is one more row here."""
    found: Kit = request.getfixturevalue(
        {"edd": "edd_kit", "woocommerce": "woo_kit", "storeApi": "store_api_kit"}[request.param]
    )
    return found


@pytest.fixture(params=["edd", "storeApi"])
def asking(request: pytest.FixtureRequest) -> Kit:
    """Every connector that asks its store something when it reads."""
    found: Kit = request.getfixturevalue({"edd": "edd_kit", "storeApi": "store_api_kit"}[request.param])
    return found


Start = Callable[[], None]
