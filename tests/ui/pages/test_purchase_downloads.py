"""Files of purchases of any shop, downloaded in the window by the app's own engine and queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from companion.domain.core.model import Secret
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.transfers.models import TransferProgress, TransferState
from companion.services.container.store import Services, build_window_services
from companion.services.downloads.queue import QueueItem
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from companion.ui.pages.transfer_card import TransferCard
from companion.ui.widgets.basic import focusable, spoken
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.ui import texts_of
from tests.stores.woocommerce_peer import WooPeer

SENT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
SECRETS = (b"CANARY", b"f6a1", b"download_file")


@pytest.fixture
def shop() -> Iterator[WooPeer]:
    peer = WooPeer()
    yield peer
    peer.close()


class Buyer:
    """A person who owns one purchase with a file, looking at its page."""

    def __init__(self, program: WindowedProgram, services: Services, qtbot: QtBot, link: str) -> None:
        self.program, self.window, self.qtbot = program, program.window, qtbot
        self.registry = services.owned.purchases
        known = self.registry.all()
        if known:
            self.id = known[0].id
            return
        values = [
            (Field.STORE_KIND, "woocommerce", ""),
            (Field.ORDER_NUMBER, "4711", ""),
            (Field.SENDER_DOMAIN, "harbour.example", ""),
            (Field.PRODUCT, "Harbour Suite", "Harbour Suite"),
            (Field.DOWNLOAD, "setup.zip", "setup.zip"),
        ]
        source = Source(kind=SourceKind.EMAIL, name="orders@harbour.example")
        draft = draft_of(values, source, SENT, links=[("setup.zip", Secret(link))])
        self.id = str(self.registry.add(draft).purchase_id)
        with qtbot.waitSignal(program.owned.changed):
            program.owned.load()

    def show(self, page: str = "purchase") -> None:
        self.window.navigate_to(Destination(page, self.id if page == "purchase" else ""))

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))

    def reads(self, words: str) -> bool:
        return any(words in text for text in texts_of(self.window.current))

    def press(self, text: str) -> None:
        name = f"{text}: setup.zip of Harbour Suite"
        self.until(lambda: any(spoken(part) == name for part in focusable(self.window.current)))
        part = next(part for part in focusable(self.window.current) if spoken(part) == name)
        self.qtbot.keyClick(part, Qt.Key.Key_Space)

    @property
    def item(self) -> QueueItem | None:
        return next(iter(self.program.owned.downloads.items.values()), None)

    def comes_to(self, state: TransferState) -> QueueItem:
        self.until(lambda: self.item is not None and self.item.entry.state is state and self.item.progress is None)
        assert self.item is not None
        return self.item


@pytest.fixture
def buyer(fresh: WindowedProgram, own_services: Services, qtbot: QtBot, shop: WooPeer) -> Buyer:
    made = Buyer(fresh, own_services, qtbot, shop.link())
    made.show()
    return made


def test_a_file_is_downloaded_once_and_lies_under_the_shops_name(buyer: Buyer, shop: WooPeer) -> None:
    shop.downloads["f6a1"].disposition = "attachment; filename*=UTF-8''H%C3%A4fen.zip"
    buyer.press("Download")
    done = buyer.comes_to(TransferState.DONE)
    buyer.until(lambda: buyer.reads("It is on this PC"))
    assert buyer.reads("On this PC")
    assert buyer.reads("It is complete, but not checked: nothing shows that it is the maker's own file.")
    assert Path(str(done.entry.path)).name == "Häfen.zip"
    assert Path(str(done.entry.path)).read_bytes() == shop.downloads["f6a1"].content
    assert [(call.method, call.headers.get("range")) for call in shop.calls] == [("GET", None)]
    buyer.show("downloads")
    buyer.until(lambda: buyer.reads("Häfen.zip"))


def pausing(buyer: Buyer, shop: WooPeer) -> None:
    """The connection breaks in the middle, and the person pauses."""
    shop.cut_after = [200_000]
    shop.fault = lambda call: len(shop.calls) > 1
    buyer.press("Download")
    buyer.until(lambda: buyer.item is not None and buyer.item.progress is not None and buyer.item.progress.done)
    buyer.press("Pause")
    buyer.comes_to(TransferState.PAUSED)
    shop.fault = None


def test_it_is_paused_and_goes_on_from_the_downloads_page(buyer: Buyer, shop: WooPeer) -> None:
    pausing(buyer, shop)
    buyer.until(lambda: buyer.reads("Paused at 200.0 kB of "))
    buyer.show("downloads")
    buyer.press("Resume")
    done = buyer.comes_to(TransferState.DONE)
    assert done.result is not None
    assert done.result.resumed_from == 200_000
    assert shop.downloads["f6a1"].left == 2, "only the first request counts"


def test_it_goes_on_after_a_restart_and_no_secret_is_on_the_disk(
    buyer: Buyer, shop: WooPeer, keychain: MemoryKeychain, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    pausing(buyer, shop)
    for path in (tmp_path / "own").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in SECRETS), path
    buyer.program.close()
    services = build_window_services(tmp_path / "own", None, keychain=Keychain(backend=keychain))
    program = WindowedProgram(qapp, services, theme=LIGHT)
    with qtbot.waitSignal(program.owned.downloads.opened):
        program.start(in_tray=False)
    again = Buyer(program, services, qtbot, shop.link())
    again.comes_to(TransferState.PAUSED)
    again.until(lambda: any("A download is not finished" in text for text in texts_of(program.window)))
    again.show("downloads")
    again.until(lambda: again.reads("Paused at 200.0 kB of "))
    bars = [bar for bar in program.window.current.findChildren(QProgressBar) if bar.isVisible()]
    assert [bar.value() > 0 for bar in bars] == [True]
    again.press("Resume")
    done = again.comes_to(TransferState.DONE)
    assert Path(str(done.entry.path)).read_bytes() == shop.downloads["f6a1"].content
    assert shop.downloads["f6a1"].left == 2
    program.close()
    services.close()
    program.window.deleteLater()


def test_a_refusal_is_told_as_what_it_is(buyer: Buyer, shop: WooPeer) -> None:
    shop.downloads["f6a1"].left = 0
    buyer.press("Download")
    buyer.comes_to(TransferState.FAILED)
    buyer.until(lambda: buyer.reads("The shop refuses this download"))
    assert len(shop.calls) == 1
    assert not any("Open in the browser" in spoken(part) for part in focusable(buyer.window.current))


def test_where_the_shop_wants_a_sign_in_the_browser_is_offered(buyer: Buyer, shop: WooPeer) -> None:
    shop.downloads["f6a1"].sign_in = True
    buyer.press("Download")
    buyer.comes_to(TransferState.FAILED)
    buyer.until(lambda: buyer.reads("The shop answered with a page instead of the file"))
    assert any(spoken(part).startswith("Open in the browser") for part in focusable(buyer.window.current))
    assert not [text for text in texts_of(buyer.window) if "CANARY" in text]


def test_removing_the_purchase_takes_its_unfinished_download_with_it(buyer: Buyer, shop: WooPeer) -> None:
    pausing(buyer, shop)
    assert buyer.item is not None
    folder = Path(buyer.item.entry.folder)
    assert [*folder.glob("*.part")]
    buyer.program.owned.remove(buyer.window, buyer.id, lambda _: None, lambda _: None)
    buyer.until(lambda: buyer.item is None)
    assert not [*folder.glob("*.part*")]


def test_while_a_connection_is_tried_again_it_is_said_to_wait(buyer: Buyer, shop: WooPeer) -> None:
    pausing(buyer, shop)
    card = buyer.window.current.findChild(TransferCard)
    assert card is not None
    assert buyer.item is not None
    entry = msgspec.structs.replace(buyer.item.entry, state=TransferState.QUEUED)
    for state, said in ((TransferState.DOWNLOADING, "Downloading"), (TransferState.WAITING, "Waiting")):
        progress = TransferProgress(state=state, done=5, size=10, reason="The connection failed.")
        card.show_item(QueueItem(entry=entry, progress=progress))
        assert [text for text in texts_of(card) if text in ("Downloading", "Waiting")] == [said]


def test_what_has_arrived_is_still_shown_after_another_page(buyer: Buyer, shop: WooPeer) -> None:
    pausing(buyer, shop)
    for page in ("downloads", "purchase"):
        buyer.show(page)
        buyer.until(lambda: buyer.reads("Paused at 200.0 kB of "))
        bars = buyer.window.current.findChildren(QProgressBar)
        assert [bar.value() > 0 for bar in bars if bar.isVisible()] == [True]


def test_a_download_that_was_refused_at_once_has_nothing_to_resume(buyer: Buyer, shop: WooPeer) -> None:
    shop.downloads["f6a1"].left = 0
    buyer.press("Download")
    buyer.comes_to(TransferState.FAILED)
    buyer.until(lambda: buyer.reads("The shop refuses this download"))
    assert not buyer.reads("It continues from there")
    assert not [bar for bar in buyer.window.current.findChildren(QProgressBar) if bar.isVisible()]
    shop.downloads["f6a1"].left = 3
    buyer.press("Try again")
    buyer.comes_to(TransferState.DONE)


def test_on_its_page_each_file_has_its_own_heading(buyer: Buyer) -> None:
    headings = [part.text() for part in buyer.window.current.findChildren(QLabel) if part.property("role") == "heading"]
    assert headings.count("setup.zip") == 1
    buyer.show("downloads")
    buyer.until(lambda: buyer.reads("setup.zip") and buyer.reads("Harbour Suite"))


def test_no_parts_are_counted_where_the_shop_publishes_no_digest(buyer: Buyer, shop: WooPeer) -> None:
    shop.cut_after = [200_000]
    shop.fault = lambda call: len(shop.calls) > 1
    buyer.press("Download")
    buyer.until(lambda: buyer.item is not None and buyer.item.progress is not None and buyer.item.progress.done)
    labels = [part for part in buyer.window.current.findChildren(QLabel) if part.isVisible()]
    assert not [part for part in labels if "parts checked" in part.text()]
    buyer.press("Pause")
    buyer.comes_to(TransferState.PAUSED)
    shop.fault = None
