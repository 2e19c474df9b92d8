"""A queue that is open while another program changes what the library keeps of it: what that removes stays removed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.domain.transfers.models import Expected, TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.downloads.fetch import unfinished
from companion.services.downloads.kept_queue import LibraryQueue
from companion.services.downloads.queue import Queue
from companion.services.downloads.transfer.transport import Source, fixed_source
from companion.services.storage.database import Library
from tests.kits.downloads import QUICK, expect
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.processes import ROOT
from tests.services.downloads.test_queue import Watch

Start = Callable[..., FaultyServer]
STORE = "https://store.example"
STAYS = msgspec.structs.replace(QUICK, patience=60.0)
"""A stalled download stays at work until it is stopped."""
_REMOVE = """
import sys
from pathlib import Path
from companion.services.storage.database import Library
library = Library(Path(sys.argv[1]))
library.remove_order(sys.argv[2], sys.argv[3])
library.close()
"""


class Two:
    """An open queue over a library, and another process that removes an order from the same file."""

    def __init__(self, server: FaultyServer, folder: Path, content: bytes) -> None:
        self.path, self.folder, self.watch = folder / "library.db", folder / "files", Watch()
        self._server, self.content = server, content
        self.library = Library(self.path)
        self.queue = Queue(LibraryQueue(self.library, STORE), self._prepare, changed=self.watch, options=lambda: STAYS)

    def close(self) -> None:
        self.queue.close()
        self.library.close()

    def _prepare(self, entry: QueueEntry) -> tuple[Source, Expected]:
        known = expect(self.content)
        return fixed_source(self._server.url(f"/{entry.name}")), Expected(
            filename=entry.name, size=known.size, sha256=known.sha256
        )

    def entry(self, number: str, name: str) -> QueueEntry:
        return QueueEntry(DownloadKey(number, name), name, str(self.folder / number))

    def remove_elsewhere(self, number: str) -> None:
        arguments = (str(self.path), STORE, number)
        subprocess.run([sys.executable, "-c", _REMOVE, *arguments], cwd=ROOT, check=True, timeout=60)

    @property
    def kept(self) -> list[str]:
        return [entry.name for entry in self.library.queue(STORE)]

    @property
    def shown(self) -> list[str]:
        return [item.entry.name for item in self.queue.items()]


@pytest.fixture
def two(start: Start, tmp_path: Path, content: bytes) -> Iterator[Two]:
    small = content[: 1024 * 1024]

    def script(request: Request) -> Reply:
        reply = serve_range(request, small)
        if request.path.startswith("/slow"):
            reply.stall_after = len(small) // 2
        return reply

    made = Two(start(small, script), tmp_path, small)
    yield made
    made.close()


def test_what_another_program_removed_is_not_written_back(two: Two) -> None:
    two.queue.add(two.entry("1", "a"))
    two.watch.wait_state("a", TransferState.DONE)
    two.remove_elsewhere("1")
    two.queue.add(two.entry("2", "b"))
    two.watch.wait_state("b", TransferState.DONE)
    assert two.kept == two.shown == ["b"]
    assert DownloadKey("1", "a") in two.watch.told
    assert (two.folder / "1" / "a").exists()


def test_one_at_work_is_stopped_and_what_has_arrived_stays(two: Two) -> None:
    two.queue.add(two.entry("1", "slow"))
    two.watch.wait_bytes("slow", len(two.content) // 2)
    two.remove_elsewhere("1")
    two.queue.look()
    assert DownloadKey("1", "slow") in two.watch.told
    two.queue.add(two.entry("2", "b"))
    two.watch.wait_state("b", TransferState.DONE)
    assert two.kept == two.shown == ["b"]
    assert [each.filename for each in unfinished(two.folder / "1")] == ["slow"]


def test_what_was_removed_can_be_asked_for_again(two: Two) -> None:
    two.queue.add(two.entry("1", "slow"))
    two.watch.wait_bytes("slow", len(two.content) // 2)
    two.queue.pause(DownloadKey("1", "slow"))
    two.watch.wait_state("slow", TransferState.PAUSED)
    two.remove_elsewhere("1")
    two.queue.add(two.entry("1", "slow"))
    assert two.kept == two.shown == ["slow"]


def test_nothing_is_written_back_by_a_request_for_what_is_gone(two: Two) -> None:
    key = DownloadKey("1", "slow")
    two.queue.add(two.entry("1", "slow"))
    two.watch.wait_bytes("slow", len(two.content) // 2)
    two.queue.pause(key)
    two.watch.wait_state("slow", TransferState.PAUSED)
    two.remove_elsewhere("1")
    two.queue.resume(key)
    two.watch.wait(lambda told: told == key)
    assert two.kept == two.shown == []


def test_removing_an_order_here_deletes_what_has_arrived_though_its_rows_went_first(two: Two) -> None:
    two.queue.add(two.entry("1", "slow"))
    two.watch.wait_bytes("slow", len(two.content) // 2)
    two.remove_elsewhere("1")
    two.queue.look()
    two.queue.cancel_order("1")
    two.queue.add(two.entry("2", "b"))
    two.watch.wait_state("b", TransferState.DONE)
    assert unfinished(two.folder / "1") == ()
    assert two.kept == two.shown == ["b"]


def test_what_another_program_added_stays(two: Two) -> None:
    two.queue.add(two.entry("1", "a"))
    two.watch.wait_state("a", TransferState.DONE)
    other = Library(two.path)
    other.change_queue(STORE, other.queue(STORE), (*other.queue(STORE), two.entry("3", "c")))
    other.close()
    two.queue.add(two.entry("2", "b"))
    two.watch.wait_state("b", TransferState.DONE)
    assert sorted(two.kept) == ["a", "b", "c"]
