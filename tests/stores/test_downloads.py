"""Downloads by the links of shops that count them, from the purchase to the file."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.transfers.models import Transferred, TransferState
from companion.domain.transfers.queue import QueueEntry
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.queue import QueueItem
from companion.services.purchases.downloads import PurchaseDownloads
from companion.services.purchases.mirror import OrderMirror
from companion.services.purchases.refresh import PurchaseRefresh
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Keychain
from companion.services.stores.connectors import Connectors
from companion.services.stores.edd import EddStore
from companion.services.stores.woocommerce import WooCommerceStore
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.processes import ROOT
from tests.kits.waiting import until
from tests.stores.edd_peer import EddPeer
from tests.stores.woocommerce_peer import WooDownload, WooPeer

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
SEAM = 64 * 1024


class Buyer:
    """A person with purchases, and the folder that files go into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self.backend = MemoryKeychain()
        self.library = Library(folder / "library.db")
        self.start()

    def start(self) -> None:
        """Begin a new process, as far as the keychain is concerned."""
        self.keychain = Keychain(backend=self.backend)
        self.registry = PurchaseRegistry(self.library, PurchaseKeychain(self.keychain), lambda: NOW)
        connectors = Connectors((WooCommerceStore(lambda: NOW), EddStore(lambda: NOW, lambda: "https://x.invalid")))
        mirror = OrderMirror(self.library, self.registry, lambda: NOW)
        refresh = PurchaseRefresh(self.registry, connectors, self.library, mirror, lambda: NOW, dt.UTC)
        self.marked: list[Path] = []
        self.downloads = PurchaseDownloads(
            self.registry, refresh, self.library, self.folder.parent / "bought", self.marked.append
        )

    def buy(self, kind: str, *links: str, name: str = "Harbour Suite") -> str:
        """Add a purchase by its e-mail; returns its id."""
        names = [name if number == 0 else f"{name} {number + 1}" for number in range(len(links))]
        values = [(Field.STORE_KIND, kind, ""), (Field.PRODUCT, name, name)]
        values += [(Field.DOWNLOAD, each, each) for each in names]
        listed = [(each, Secret(link)) for each, link in zip(names, links, strict=True)]
        source = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
        return str(self.registry.add(draft_of(values, source, NOW, links=listed), as_new=True).purchase_id)

    def get(self, bought: str, name: str | None = None, cancellation: Cancellation | None = None) -> Transferred:
        return self.downloads.download(
            bought, name, self.folder, cancellation=cancellation or Cancellation(), progress=lambda _: None
        )

    def fails(self, bought: str) -> CompanionError:
        with pytest.raises(CompanionError) as failed:
            self.get(bought)
        return failed.value


@pytest.fixture
def buyer(tmp_path: Path) -> Iterator[Buyer]:
    made = Buyer(tmp_path)
    yield made
    made.library.close()
    made.keychain.close()


def whole(done: Transferred, content: bytes, name: str) -> None:
    assert done.path.read_bytes() == content
    assert done.path.name == name
    assert not done.verified  # complete, not checked: no digest was known
    assert [path.name for path in done.path.parent.iterdir()] == [name]


# WooCommerce


@pytest.mark.parametrize("mode", ["force", "redirect", "remote"])
def test_one_plain_request_brings_the_file_under_the_name_the_shop_tells(
    buyer: Buyer, woo_peer: WooPeer, mode: str
) -> None:
    found = woo_peer.downloads["f6a1"]
    found.mode = mode
    done = buyer.get(buyer.buy("woocommerce", woo_peer.link()))
    whole(done, found.content, "harbour-suite-3.1.zip")
    assert found.left == 2
    assert {call.method for call in woo_peer.calls} == {"GET"}
    assert woo_peer.calls[0].path == woo_peer.link().removeprefix(woo_peer.url)  # byte for byte
    assert not any("range" in call.headers for call in woo_peer.calls)
    assert len(buyer.marked) == 1


def test_a_link_that_breaks_off_is_continued_by_ranges_that_are_not_counted(buyer: Buyer, woo_peer: WooPeer) -> None:
    found = woo_peer.downloads["f6a1"]
    woo_peer.cut_after = [200_000, 120_000]
    done = buyer.get(buyer.buy("woocommerce", woo_peer.link()))
    whole(done, found.content, found.name)
    assert found.left == 2
    ranges = [call.headers.get("range") for call in woo_peer.calls]
    assert ranges == [None, f"bytes={200_000 - SEAM}-", f"bytes={320_000 - 2 * SEAM}-"]


def test_a_download_that_was_stopped_goes_on_where_it_was(buyer: Buyer, woo_peer: WooPeer) -> None:
    found = woo_peer.downloads["f6a1"]
    bought, cancellation = buyer.buy("woocommerce", woo_peer.link()), Cancellation()
    woo_peer.cut_after = [200_000]

    def stop(call: object) -> bool:
        if len(woo_peer.calls) > 1:
            cancellation.cancel()
            return True
        return False

    woo_peer.fault = stop
    with pytest.raises(Cancelled):
        buyer.get(bought, cancellation=cancellation)
    woo_peer.fault = None
    done = buyer.get(bought)
    whole(done, found.content, found.name)
    assert done.resumed_from == 200_000
    assert found.left == 2


def test_a_file_that_has_become_another_one_is_fetched_anew(buyer: Buyer, woo_peer: WooPeer) -> None:
    found = woo_peer.downloads["f6a1"]
    old, new = found.content, bytes(len(found.content))
    woo_peer.cut_after = [200_000]

    def change(call: object) -> bool:
        if len(woo_peer.calls) > 1:
            found.content = new  # of the same length: only the seam tells
        return False

    woo_peer.fault = change
    done = buyer.get(buyer.buy("woocommerce", woo_peer.link()))
    assert old != new
    whole(done, new, found.name)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"left": 0}, ErrorCode.NOT_ALLOWED, "used as often as the shop allows"),
        ({"expired": True}, ErrorCode.NOT_ALLOWED, "has expired"),
        ({"refunded": True}, ErrorCode.NOT_ALLOWED, "refunded"),
        ({"sign_in": True}, ErrorCode.PORTAL, "sign in"),
    ],
)
def test_a_refusal_is_told_as_what_it_is(
    buyer: Buyer, woo_peer: WooPeer, changes: dict[str, object], code: ErrorCode, words: str
) -> None:
    for name, value in changes.items():
        setattr(woo_peer.downloads["f6a1"], name, value)
    error = buyer.fails(buyer.buy("woocommerce", woo_peer.link()))
    assert error.code is code
    assert words in error.message
    assert "CANARY" not in f"{error.message} {error.hint}"
    asked = [call for call in woo_peer.calls if "download_file" in call.path]
    assert len(asked) == 1, "what asking again cannot change is told at once"


def test_a_link_the_shop_does_not_know_is_told_as_that(buyer: Buyer, woo_peer: WooPeer) -> None:
    error = buyer.fails(buyer.buy("woocommerce", woo_peer.link("0000")))
    assert error.code is ErrorCode.DOWNLOAD_NOT_FOUND
    assert "Copy the whole link" in error.hint


def test_a_file_whose_end_nobody_tells_is_not_called_whole(buyer: Buyer, woo_peer: WooPeer) -> None:
    woo_peer.downloads["f6a1"].mode = "unmeasured"
    assert buyer.fails(buyer.buy("woocommerce", woo_peer.link())).code is ErrorCode.UNPROVABLE


# Names


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="setup.exe"', "setup.exe"),
        ("attachment; filename=setup.exe", "setup.exe"),
        ("attachment; filename*=UTF-8''H%C3%A4fen.zip; filename=\"Hafen.zip\"", "Häfen.zip"),
        ('attachment; filename="../../.bashrc"', ".bashrc"),
        ('attachment; filename="CON.exe"', "_CON.exe"),
        ("attachment; filename*=UTF-8''..%2F..%2Fevil.exe", "evil.exe"),
        ("attachment", "Harbour Suite"),
        ('attachment; filename=""', "Harbour Suite"),
        ('attachment; filename="/"', "Harbour Suite"),
    ],
)
def test_the_name_is_the_shops_cleaned_or_the_products(
    buyer: Buyer, woo_peer: WooPeer, disposition: str, name: str
) -> None:
    woo_peer.downloads["f6a1"].disposition = disposition
    whole(buyer.get(buyer.buy("woocommerce", woo_peer.link())), woo_peer.downloads["f6a1"].content, name)


def test_another_file_of_that_name_stays_and_the_same_one_is_replaced(buyer: Buyer, woo_peer: WooPeer) -> None:
    buyer.folder.mkdir()
    mine = buyer.folder / "harbour-suite-3.1.zip"
    mine.write_bytes(b"mine")
    bought = buyer.buy("woocommerce", woo_peer.link())
    assert buyer.get(bought).path.name == "harbour-suite-3.1 (2).zip"
    assert buyer.get(bought).path.name == "harbour-suite-3.1 (2).zip"
    assert mine.read_bytes() == b"mine"


def test_two_links_of_one_shop_are_two_files(buyer: Buyer, woo_peer: WooPeer) -> None:
    woo_peer.downloads["77b2"] = WooDownload(content=b"second" * 9_000, name="manual.pdf")
    bought = buyer.buy("woocommerce", woo_peer.link(), woo_peer.link("77b2"))
    with pytest.raises(CompanionError) as failed:
        buyer.get(bought)
    assert failed.value.code is ErrorCode.ARTIFACT_AMBIGUOUS
    assert "“Harbour Suite 2”" in failed.value.hint
    assert woo_peer.calls == []
    assert buyer.get(bought, "harbour suite 2").path.name == "manual.pdf"
    assert buyer.get(bought, "Harbour Suite").path.name == "harbour-suite-3.1.zip"


def test_a_purchase_without_a_link_says_where_it_comes_from(buyer: Buyer) -> None:
    error = buyer.fails(buyer.buy("woocommerce"))
    assert error.code is ErrorCode.NOTHING_TO_DOWNLOAD
    assert "companion add" in error.hint


@pytest.mark.parametrize("kind", ["woocommerce", "edd", "paddle"])
def test_a_link_that_no_keychain_kept_is_told_as_missing(buyer: Buyer, woo_peer: WooPeer, kind: str) -> None:
    bought = buyer.buy(kind, woo_peer.link())
    buyer.backend.entries.clear()
    buyer.start()
    error = buyer.fails(bought)
    assert error.code is ErrorCode.NOTHING_TO_DOWNLOAD
    assert "not kept in this computer's keychain" in error.message
    assert woo_peer.calls == []


def test_a_link_of_a_store_of_no_known_kind_is_used_too(buyer: Buyer, woo_peer: WooPeer) -> None:
    assert buyer.get(buyer.buy("paddle", woo_peer.link())).size == len(woo_peer.downloads["f6a1"].content)


# Easy Digital Downloads


def test_every_request_counts_so_there_is_one(buyer: Buyer, edd_peer: EddPeer) -> None:
    file = edd_peer.files["1042:57:1"]
    done = buyer.get(buyer.buy("edd", edd_peer.link()))
    whole(done, file.content, file.name)
    assert [(call.method, call.headers.get("range")) for call in edd_peer.calls] == [("GET", None)]
    assert file.left == 4


def test_what_broke_off_is_continued_to_the_end_of_the_file(buyer: Buyer, edd_peer: EddPeer) -> None:
    file = edd_peer.files["1042:57:1"]
    edd_peer.cut_after = 150_000
    done = buyer.get(buyer.buy("edd", edd_peer.link()))
    whole(done, file.content, file.name)
    assert [call.headers.get("range") for call in edd_peer.calls] == [None, f"bytes={150_000 - SEAM}-"]
    assert file.left == 3


def test_an_expired_link_is_told_as_that_and_asked_for_once(buyer: Buyer, edd_peer: EddPeer) -> None:
    edd_peer.files["1042:57:1"].expired = True
    error = buyer.fails(buyer.buy("edd", edd_peer.link()))
    assert "Ask the shop for a new link" in error.hint
    assert len(edd_peer.calls) == 1


# The queue of the window


class Seen:
    """A queue, and the states that were told of each download."""

    def __init__(self, downloads: PurchaseDownloads) -> None:
        self.queue = downloads.open_queue(lambda _: None)

    def item(self) -> QueueItem:
        (found,) = self.queue.items()
        return found

    def comes_to(self, state: TransferState) -> QueueItem:
        until(lambda: self.item().entry.state is state and self.item().progress is None)
        return self.item()


def queued(buyer: Buyer, bought: str) -> QueueEntry:
    purchase = buyer.registry.get(bought)
    return buyer.downloads.queue_entry(purchase, purchase.downloads[0].item)


@pytest.fixture
def seen(buyer: Buyer) -> Iterator[Seen]:
    opened = Seen(buyer.downloads)
    yield opened
    opened.queue.close()


def test_the_queue_fetches_a_link_once_and_names_the_file_as_the_shop_does(
    buyer: Buyer, woo_peer: WooPeer, seen: Seen
) -> None:
    found = woo_peer.downloads["f6a1"]
    found.disposition = "attachment; filename*=UTF-8''H%C3%A4fen.zip"
    entry = queued(buyer, buyer.buy("woocommerce", woo_peer.link()))
    seen.queue.add(entry)
    done = seen.comes_to(TransferState.DONE)
    place = Path(str(done.entry.path))
    assert (place.name, place.read_bytes()) == ("Häfen.zip", found.content)
    assert place.parent == Path(entry.folder)
    assert "Harbour" in place.parent.name
    assert [(call.method, call.headers.get("range")) for call in woo_peer.calls] == [("GET", None)]
    assert buyer.marked


def test_a_paused_link_goes_on_after_a_restart_and_its_address_is_nowhere_on_the_disk(
    buyer: Buyer, woo_peer: WooPeer, tmp_path: Path
) -> None:
    found, first = woo_peer.downloads["f6a1"], Seen(buyer.downloads)
    woo_peer.cut_after = [200_000]
    stopped = threading.Event()

    def stop(call: object) -> bool:
        if len(woo_peer.calls) > 1:
            first.queue.pause_all()
            stopped.set()
            return True
        return False

    woo_peer.fault = stop
    first.queue.add(queued(buyer, buyer.buy("woocommerce", woo_peer.link())))
    assert first.comes_to(TransferState.PAUSED).entry.working_name
    assert stopped.is_set()
    first.queue.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in (b"CANARY", b"f6a1", b"download_file")), path
    woo_peer.fault = None
    buyer.start()
    again = Seen(buyer.downloads)
    assert again.item().entry.state is TransferState.PAUSED
    again.queue.resume_all()
    done = again.comes_to(TransferState.DONE)
    assert Path(str(done.entry.path)).read_bytes() == found.content
    assert done.result is not None
    assert done.result.resumed_from == 200_000
    assert found.left == 2
    again.queue.close()


def test_cancelling_after_a_restart_leaves_nothing_behind(buyer: Buyer, woo_peer: WooPeer) -> None:
    first = Seen(buyer.downloads)
    woo_peer.cut_after = [200_000]

    def stop(call: object) -> bool:
        if len(woo_peer.calls) > 1:
            first.queue.pause_all()
            return True
        return False

    woo_peer.fault = stop
    entry = queued(buyer, buyer.buy("woocommerce", woo_peer.link()))
    first.queue.add(entry)
    first.comes_to(TransferState.PAUSED)
    first.queue.close()
    assert [*Path(entry.folder).glob("*.part")]
    again = Seen(buyer.downloads)
    again.queue.cancel(entry.key)
    until(lambda: again.queue.items() == ())
    assert not [*Path(entry.folder).glob("*.part*")]
    again.queue.close()


def test_a_refusal_is_told_in_the_words_of_a_shop(buyer: Buyer, woo_peer: WooPeer, seen: Seen) -> None:
    woo_peer.downloads["f6a1"].left = 0
    seen.queue.add(queued(buyer, buyer.buy("woocommerce", woo_peer.link())))
    trouble = seen.comes_to(TransferState.FAILED).entry.trouble
    assert trouble is not None
    assert "used as often as the shop allows" in trouble.message
    assert len(woo_peer.calls) == 1


def test_a_link_that_the_keychain_no_longer_has_is_told_and_a_removed_purchase_too(
    buyer: Buyer, woo_peer: WooPeer, seen: Seen
) -> None:
    bought = buyer.buy("woocommerce", woo_peer.link())
    entry = queued(buyer, bought)
    buyer.registry.remove(bought)
    seen.queue.add(entry)
    trouble = seen.comes_to(TransferState.FAILED).entry.trouble
    assert trouble is not None
    assert trouble.code == ErrorCode.NO_PURCHASE
    assert woo_peer.calls == []


def test_a_finished_file_that_was_removed_can_be_fetched_again(buyer: Buyer, woo_peer: WooPeer, seen: Seen) -> None:
    seen.queue.add(queued(buyer, buyer.buy("woocommerce", woo_peer.link())))
    done = seen.comes_to(TransferState.DONE)
    seen.queue.close()
    kept = Seen(buyer.downloads)
    assert kept.item().entry.path == done.entry.path
    kept.queue.close()
    Path(str(done.entry.path)).unlink()
    gone = Seen(buyer.downloads)
    assert gone.queue.items() == ()
    gone.queue.close()


# The command


def test_a_download_that_was_killed_goes_on_where_it_was(woo_peer: WooPeer, tmp_path: Path) -> None:
    found = woo_peer.downloads["f6a1"]
    found.content = bytes(range(256)) * 40_000
    words = ["--home", str(tmp_path / "home"), "fetch", woo_peer.link(), "--to", str(tmp_path / "to"), "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "companion", *words, "--limit-rate", "4000000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until(lambda: any(part.stat().st_size > 6_000_000 for part in (tmp_path / "to").glob("*.part")))
        process.kill()
    ran = subprocess.run(
        [sys.executable, "-m", "companion", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "to" / found.name).read_bytes() == found.content
    assert found.left == 2  # only the first request was counted
    first, *rest = [call.headers.get("range") for call in woo_peer.calls]
    assert first is None
    assert all(asked is not None for asked in rest)
    assert "CANARY" not in ran.stdout + ran.stderr
