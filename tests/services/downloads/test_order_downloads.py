"""Downloads of orders, from a real store."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import threading
from pathlib import Path
from typing import cast

import msgspec
import pytest

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.store.orders import Grant
from companion.domain.transfers.models import TransferProgress, TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.order_downloads import GrantSource, OrderDownloads
from companion.services.downloads.queue import QueueItem
from companion.services.platforms import current
from companion.services.store.calls.client import StoreClient
from companion.services.store.orders import Orders, open_orders
from tests.kits.store import StoreKit

FAMILY, CLOSED = "LF-5930-2216", "LF-5562-8803"


@pytest.fixture
def purchases(kit: StoreKit, tmp_path: Path) -> OrderDownloads:
    for number in (FAMILY, CLOSED):
        kit.orders.lookup.add(number, kit.password(number))
    return OrderDownloads(kit.orders, kit.library, current().programs, tmp_path / "downloads", lambda: kit.now)


@pytest.fixture
def artifact(kit: StoreKit) -> str:
    return f"lantern-protect-{current().name.value}"


def test_a_purchase_arrives_whole_and_is_remembered(
    purchases: OrderDownloads, kit: StoreKit, artifact: str, tmp_path: Path
) -> None:
    seen: list[TransferProgress] = []
    done = purchases.download(FAMILY, artifact, cancellation=Cancellation(), progress=seen.append)
    assert done.transferred.verified
    assert (
        done.transferred.sha256 == hashlib.sha256(done.transferred.path.read_bytes()).hexdigest() == done.grant.sha256
    )
    assert done.transferred.path.parent == tmp_path / "downloads" / FAMILY
    assert seen[-1].state is TransferState.DONE
    (file,) = purchases.files()
    assert file.path == done.transferred.path
    assert [entry.event for entry in kit.library.timeline()][-1] == "downloaded"
    file.path.unlink()
    assert purchases.files() == (), "what is gone is not shown as there"


def test_the_file_of_another_order_of_the_product_stays_known_when_that_order_is_removed(
    purchases: OrderDownloads, kit: StoreKit, artifact: str
) -> None:
    """The window of the order that stays is closed: it could not be downloaded again."""
    done = purchases.download(FAMILY, artifact, cancellation=Cancellation(), progress=lambda _: None)
    shared = purchases.file_of(CLOSED, artifact)
    assert shared is not None
    assert shared.path == done.transferred.path
    removed = kit.orders.lookup.remove(FAMILY)
    assert done.transferred.path.exists()
    left = purchases.file_of(CLOSED, artifact)
    assert left is not None
    assert (left.number, left.path) == (CLOSED, done.transferred.path)
    again = purchases.recheck(CLOSED, artifact, Cancellation())
    assert again is not None
    assert again.transferred.path == done.transferred.path
    kit.orders.lookup.put_back(removed)
    own = purchases.file_of(FAMILY, artifact)
    assert own is not None
    assert own.number == FAMILY


def test_a_closed_window_is_noted_and_said(purchases: OrderDownloads, kit: StoreKit, artifact: str) -> None:
    with pytest.raises(CompanionError) as error:
        purchases.download(CLOSED, artifact, cancellation=Cancellation(), progress=lambda _: None)
    assert error.value.code == ErrorCode.WINDOW_CLOSED
    assert purchases.files() == ()


def test_stopped_it_leaves_no_file_of_that_name(purchases: OrderDownloads, artifact: str) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        purchases.download(FAMILY, artifact, cancellation=cancellation, progress=lambda _: None)
    assert not list(purchases.folder(FAMILY).glob("*.run"))
    assert purchases.files() == ()


@pytest.mark.parametrize("number", ["../../etc", "/abs", "..", "a\\b", "x" * 300, "", "CON\n"])
def test_an_order_number_never_leads_out_of_the_folder(purchases: OrderDownloads, number: str, tmp_path: Path) -> None:
    folder = purchases.folder(number)
    assert folder.parent == tmp_path / "downloads"
    assert folder.name not in ("", ".", "..")
    assert len(folder.name) <= 60


def test_orders_of_two_stores_with_one_number_have_folders_of_their_own(kit: StoreKit, tmp_path: Path) -> None:
    kit.library.add_order("https://first.example", FAMILY, kit.now - dt.timedelta(days=1))
    kit.orders.lookup.add(FAMILY, kit.password(FAMILY))
    folders = []
    for address in ("https://first.example", kit.client.url, "https://third.example", "https://third.example:8443"):
        with contextlib.closing(StoreClient(address)) as client:
            orders = open_orders(client, kit.keychain, kit.library, lambda: kit.now)
        downloads = OrderDownloads(orders, kit.library, current().programs, tmp_path, lambda: kit.now)
        folders.append(downloads.folder(FAMILY))
    assert folders[0] == tmp_path / FAMILY
    assert len(set(folders)) == 4
    assert all(folder.is_relative_to(tmp_path) and folder.name == FAMILY for folder in folders)


def test_a_file_the_store_replaced_meanwhile_is_not_mixed(
    purchases: OrderDownloads, kit: StoreKit, artifact: str
) -> None:
    source = GrantSource(kit.orders, FAMILY, artifact)
    assert source.grant().url == source.first.url
    assert source.grant().url.startswith(kit.store.url), "a second time a fresh address is asked for"
    source.first = msgspec.structs.replace(source.first, sha256="0" * 64)
    with pytest.raises(CompanionError) as error:
        source.grant()
    assert error.value.code == ErrorCode.CHANGED


def test_the_queue_downloads_in_the_background_and_survives(
    purchases: OrderDownloads, kit: StoreKit, artifact: str
) -> None:
    arrived = threading.Event()

    def changed(item: object) -> None:
        if getattr(getattr(item, "entry", None), "state", None) is TransferState.DONE:
            arrived.set()

    queue = purchases.open_queue(changed)
    download = kit.orders.lookup.order(FAMILY).downloads[0]
    queue.add(purchases.queue_entry(FAMILY, download))
    assert arrived.wait(20)
    queue.close()
    (file,) = purchases.files()
    assert file.artifact == artifact
    assert [entry.key for entry in kit.library.queue(kit.orders.store)] == [
        DownloadKey(order_number=FAMILY, artifact_id=artifact)
    ]


class AskedOrders:
    """Stands in for the orders of a store; remembers which grants it was asked for, and refuses them."""

    store = "https://store.example"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def grant(self, number: str, artifact_id: str) -> Grant:
        self.asked.append((number, artifact_id))
        raise CompanionError(ErrorCode.WINDOW_CLOSED, "Closed", "Closed.", "Ask for it.")

    @property
    def lookup(self) -> AskedOrders:
        return self

    @property
    def cache(self) -> AskedOrders:
        return self

    def remembered_profile(self) -> None:
        return None


@pytest.mark.usefixtures("purchases")
def test_an_order_number_with_a_slash_stays_whole(kit: StoreKit, tmp_path: Path) -> None:
    orders = AskedOrders()
    failed = threading.Event()

    def changed(item: QueueItem | DownloadKey) -> None:
        if isinstance(item, QueueItem) and item.entry.state is TransferState.FAILED:
            failed.set()

    made = OrderDownloads(
        cast("Orders", orders), kit.library, current().programs, tmp_path / "downloads", lambda: kit.now
    )
    queue = made.open_queue(changed)
    download = kit.orders.lookup.order(FAMILY).downloads[0]
    for number, artifact_id in (("AB/123-4", "setup"), ("AB", "123-4/setup")):
        failed.clear()
        queue.add(made.queue_entry(number, msgspec.structs.replace(download, artifact_id=artifact_id)))
        assert failed.wait(20)
    queue.close()
    assert orders.asked == [("AB/123-4", "setup"), ("AB", "123-4/setup")]
    assert len(kit.library.queue(orders.store)) == 2


def test_a_file_stays_yours_without_store_and_window(
    purchases: OrderDownloads, kit: StoreKit, artifact: str, tmp_path: Path
) -> None:
    done = purchases.download(FAMILY, artifact, cancellation=Cancellation(), progress=lambda _: None)
    kit.store.close()
    later = OrderDownloads(kit.orders, kit.library, current().programs, tmp_path / "downloads", lambda: kit.now)
    kept = later.grant(FAMILY, artifact)
    assert kept.url == ""
    assert (kept.sha256, kept.installation) == (done.grant.sha256, done.grant.installation)
    again = later.recheck(FAMILY, artifact, Cancellation())
    assert again is not None
    assert again.transferred.verified
    with done.transferred.path.open("r+b") as file:
        file.write(b"\0damaged")
    assert later.recheck(FAMILY, artifact, Cancellation()) is None
