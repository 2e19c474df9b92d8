"""``companion unfinished``, and what removing an order or a purchase leaves of downloads."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.cli.commands.downloads.unfinished import UnfinishedResult
from companion.cli.commands.orders.remove import RemoveOrderResult
from companion.cli.commands.purchases.remove import RemovePurchaseResult
from companion.domain.transfers.filenames import purchase_folder, store_folder
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.downloads.kept_queue import PURCHASES
from companion.services.downloads.left_downloads import LeftDownloads
from companion.services.downloads.state.partial import DownloadFiles, Lock
from companion.services.storage.database import Library
from tests.kits.cli import BRITISH, FAMILY, Cli
from tests.kits.downloads import leave_unfinished


def left_of(cli: Cli) -> list[tuple[str, int]]:
    found = cli("unfinished", "--json").shown(UnfinishedResult).unfinished
    return [(Path(each.folder).name, each.done) for each in found]


@pytest.fixture
def part(cli: Cli) -> Path:
    """What has arrived of an unfinished download of an order that is on this PC."""
    cli.add(FAMILY)
    return leave_unfinished(cli.home / "downloads" / FAMILY)


def test_what_removing_an_order_leaves_is_told_listed_and_removed(cli: Cli, part: Path) -> None:
    assert left_of(cli) == []
    assert "No unfinished download" in cli("unfinished").out
    removed = cli("orders", "remove", FAMILY)
    assert "1 unfinished download (4.0 kB)" in removed.out
    assert "companion unfinished" in removed.out
    assert part.exists()
    assert left_of(cli) == [(FAMILY, 4000)]
    shown = cli("unfinished").out
    assert "setup.run: 4.0 kB of 10.0 kB, in " in shown
    cli("unfinished", "--remove", "--json").error(1, "not-confirmed")
    assert part.exists()
    gone = cli("unfinished", "--remove", "--yes", "--json").shown(UnfinishedResult)
    assert (gone.unfinished, gone.removed) == ((), 1)
    assert not part.parent.exists()


def test_it_is_deleted_along_where_that_is_asked_for(cli: Cli, part: Path) -> None:
    finished = part.with_name("finished.run")
    finished.write_text("whole")
    ran = cli("orders", "remove", FAMILY, "--delete-downloads", "--json").shown(RemoveOrderResult)
    assert ran.unfinished == ()
    assert list(part.parent.iterdir()) == [finished]


@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked(cli: Cli, part: Path, answer: str) -> None:
    ran = cli("orders", "remove", FAMILY, "--yes", stdin=f"{answer}\n", terminal=True)
    assert ran.code == 0
    assert "Delete that too?" in ran.err
    assert part.exists() == (answer == "n")


def test_an_order_that_is_added_again_owns_its_download(cli: Cli, part: Path) -> None:
    cli("orders", "remove", FAMILY)
    assert part.exists()
    cli.add(FAMILY)
    assert left_of(cli) == []


def test_it_leaves_the_queue_which_could_not_ask_for_it_any_more(cli: Cli, part: Path) -> None:
    cli.add(BRITISH)
    library = Library(cli.home / "library.db")
    entries = [
        QueueEntry(DownloadKey(number, "a"), "setup.run", str(part.parent), TransferState.PAUSED)
        for number in (FAMILY, BRITISH)
    ]
    library.change_queue(cli.url or "", (), tuple(entries))
    library.close()
    cli("orders", "remove", FAMILY)
    library = Library(cli.home / "library.db")
    assert [entry.key.order_number for entry in library.queue(cli.url or "")] == [BRITISH]
    library.close()


def test_the_queue_forgets_the_downloads_of_a_purchase(cli: Cli) -> None:
    ids = [cli("purchases", "new", "--product", name, "--expires", "2028-01-08", "--json").json["id"] for name in "AB"]
    library = Library(cli.home / "library.db")
    entries = [QueueEntry(DownloadKey(id_, "a"), "setup.run", str(cli.home), TransferState.PAUSED) for id_ in ids]
    library.change_queue(PURCHASES, (), tuple(entries))
    cli("purchases", "remove", ids[0], "--yes")
    assert [entry.key.order_number for entry in library.queue(PURCHASES)] == [ids[1]]
    library.close()


def test_what_is_kept_is_listed_and_not_removed(cli: Cli, part: Path) -> None:
    cli("orders", "remove", FAMILY)
    library = Library(cli.home / "library.db")
    left = LeftDownloads(library, cli.home / "downloads", tuple)
    left.keep(left.found()[0])
    library.close()
    assert "(kept)" in cli("unfinished").out
    cli("unfinished", "--remove", "--yes")
    assert part.exists()


def test_one_that_is_being_downloaded_stays_and_is_named(cli: Cli, part: Path) -> None:
    cli("orders", "remove", FAMILY)
    lock = Lock(DownloadFiles(part.parent, "setup.run").lock)
    try:
        ran = cli("unfinished", "--remove", "--yes")
    finally:
        lock.release()
    assert ran.code == 1
    assert "setup.run could not be deleted" in ran.out
    assert part.exists()


def test_further_stores_and_other_folders(cli: Cli) -> None:
    cli.add(FAMILY)
    folder = cli.home / "downloads"
    leave_unfinished(folder / store_folder("https://other.example") / "LF-1")
    leave_unfinished(folder / store_folder("https://other.example") / FAMILY)
    leave_unfinished(folder, "fetched.run")
    leave_unfinished(folder / "mine" / "deeper" / "still", "mine.run")
    assert left_of(cli) == [("LF-1", 4000)]


def test_the_downloads_of_a_purchase(cli: Cli) -> None:
    new = cli("purchases", "new", "--product", "Harbour Suite", "--order", "18", "--expires", "2028-01-08", "--json")
    id_ = new.json["id"]
    part = leave_unfinished(cli.home / "downloads" / purchase_folder("Called otherwise once", id_))
    assert left_of(cli) == []
    removed = cli("purchases", "remove", id_, "--yes", "--json").shown(RemovePurchaseResult)
    assert [Path(each.folder) for each in removed.unfinished] == [part.parent]
    assert len(left_of(cli)) == 1
