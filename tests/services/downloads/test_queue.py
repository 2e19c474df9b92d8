"""The queue: its order, pausing, cancelling, retrying, and a restart in the middle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import ErrorCode
from companion.domain.transfers.models import Expected, TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.downloads.queue import Queue, QueueItem
from companion.services.downloads.transfer.transport import Source, fixed_source
from tests.kits.downloads import QUICK, MemoryQueueStore, expect
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range

Start = Callable[..., FaultyServer]


def key_of(name: str) -> DownloadKey:
    return DownloadKey(order_number="AB/123-4", artifact_id=name)


class Watch:
    """Remembers what the queue told, and waits for what is wanted."""

    def __init__(self) -> None:
        self.told: list[QueueItem | DownloadKey] = []
        self._news = threading.Condition()

    def __call__(self, item: QueueItem | DownloadKey) -> None:
        with self._news:
            self.told.append(item)
            self._news.notify_all()

    def wait(self, wanted: Callable[[QueueItem | DownloadKey], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(wanted(item) for item in self.told), timeout=20)

    def wait_state(self, name: str, state: TransferState) -> None:
        self.wait(
            lambda item: (
                isinstance(item, QueueItem) and item.entry.key.artifact_id == name and item.entry.state is state
            )
        )

    def wait_bytes(self, name: str, least: int) -> None:
        def enough(item: QueueItem | DownloadKey) -> bool:
            running = isinstance(item, QueueItem) and item.entry.key.artifact_id == name and item.progress
            return bool(running) and running.done >= least

        self.wait(enough)


class StoreKit:
    """A queue over a server whose first answer to each path in `stalled` stops half way."""

    def __init__(self, server: FaultyServer, folder: Path, content: bytes) -> None:
        self.memory, self.watch, self.folder = MemoryQueueStore(), Watch(), folder
        self._server, self._content = server, content
        self.queue = self.open()

    def open(self) -> Queue:
        return Queue(self.memory, self.prepare, changed=self.watch, options=lambda: QUICK)

    def prepare(self, entry: QueueEntry) -> tuple[Source, Expected]:
        expected = expect(self._content)
        named = Expected(filename=entry.name, size=expected.size, sha256=expected.sha256)
        return fixed_source(self._server.url(f"/{entry.name}")), named

    def entry(self, name: str) -> QueueEntry:
        return QueueEntry(key=key_of(name), name=name, folder=str(self.folder))


@pytest.fixture
def small(content: bytes) -> bytes:
    return content[: 1024 * 1024]


@pytest.fixture
def kit(start: Start, tmp_path: Path, small: bytes) -> Iterator[StoreKit]:
    seen: set[str] = set()

    def script(request: Request) -> Reply | None:
        reply = serve_range(request, small)
        if request.path.startswith("/slow") and request.path not in seen:
            reply.stall_after = len(small) // 2
        seen.add(request.path)
        return Reply("404 Not Found") if request.path == "/gone" else reply

    made = StoreKit(start(small, script), tmp_path, small)
    yield made
    made.queue.close()


def test_fetches_in_order(kit: StoreKit, tmp_path: Path, small: bytes) -> None:
    for name in ("a", "b", "c"):
        kit.queue.add(kit.entry(name))
    kit.watch.wait_state("c", TransferState.DONE)
    done = [item.entry.key.artifact_id for item in kit.watch.told if isinstance(item, QueueItem) and item.result]
    assert done == ["a", "b", "c"]
    assert (tmp_path / "b").read_bytes() == small
    assert [entry.path for entry in kit.memory.entries] == [str(tmp_path / name) for name in ("a", "b", "c")]
    assert all(entry.verified for entry in kit.memory.entries), "they had the digest that was known beforehand"


def test_what_had_no_digest_to_compare_is_not_kept_as_verified(kit: StoreKit, small: bytes) -> None:
    kit.queue.close()
    kit.queue = Queue(
        kit.memory,
        lambda entry: (kit.prepare(entry)[0], Expected(filename=entry.name, size=len(small))),
        changed=kit.watch,
        options=lambda: QUICK,
    )
    kit.queue.add(kit.entry("a"))
    kit.watch.wait_state("a", TransferState.DONE)
    assert [entry.verified for entry in kit.memory.entries] == [False]


def test_pause_lets_the_next_one_go_and_resume_goes_on(kit: StoreKit, tmp_path: Path, small: bytes) -> None:
    kit.queue.add(kit.entry("slow"))
    kit.queue.add(kit.entry("b"))
    kit.watch.wait_bytes("slow", len(small) // 2)
    kit.queue.pause(key_of("slow"))
    kit.watch.wait_state("b", TransferState.DONE)
    kit.watch.wait_state("slow", TransferState.PAUSED)
    kit.queue.resume(key_of("slow"))
    kit.watch.wait_state("slow", TransferState.DONE)
    result = kit.queue.items()[0].result
    assert result is not None
    assert (result.resumed_from, result.bytes_fetched) == (len(small) // 2, len(small) // 2)
    assert (tmp_path / "slow").read_bytes() == small


def test_a_restart_goes_on(kit: StoreKit, tmp_path: Path, small: bytes) -> None:
    kit.queue.add(kit.entry("slow"))
    kit.queue.add(kit.entry("b"))
    kit.watch.wait_bytes("slow", len(small) // 2)
    kit.queue.close()
    assert [entry.state for entry in kit.memory.entries] == [TransferState.QUEUED, TransferState.QUEUED]
    kit.queue = kit.open()
    kit.watch.wait_state("b", TransferState.DONE)
    assert [item.entry.state for item in kit.queue.items()] == [TransferState.DONE, TransferState.DONE]
    assert (tmp_path / "slow").read_bytes() == small


def test_what_is_told_last_is_the_newest(kit: StoreKit) -> None:
    """A slow listener must not hear of a download after hearing that it is gone."""
    kit.queue.close()
    kit.memory.save((), (msgspec.structs.replace(kit.entry("a"), state=TransferState.PAUSED),))
    told: list[str] = []
    listening, gone = threading.Event(), threading.Event()

    def slowly(item: QueueItem | DownloadKey) -> None:
        if isinstance(item, QueueItem):
            listening.set()
            # In the right order it never comes while this one is still being told.
            gone.wait(0.5)
            told.append("as it was")
        else:
            told.append("gone")
            gone.set()

    queue = Queue(kit.memory, kit.prepare, changed=slowly, options=lambda: QUICK)
    mover = threading.Thread(target=queue.move, args=(key_of("a"), 0))
    mover.start()
    assert listening.wait(20)
    queue.cancel(key_of("a"))
    mover.join()
    queue.close()
    assert told == ["as it was", "gone"]


def test_failure_is_kept_and_can_be_tried_again(kit: StoreKit) -> None:
    kit.queue.add(kit.entry("gone"))
    kit.watch.wait_state("gone", TransferState.FAILED)
    trouble = kit.memory.entries[0].trouble
    assert trouble is not None
    assert trouble.code == ErrorCode.DOWNLOAD_NOT_FOUND
    asked = len(kit.watch.told)
    kit.queue.retry(key_of("gone"))
    kit.watch.wait(
        lambda item: (
            item in kit.watch.told[asked:] and isinstance(item, QueueItem) and item.entry.state is TransferState.FAILED
        )
    )


def test_cancel_leaves_nothing(kit: StoreKit, tmp_path: Path, small: bytes) -> None:
    kit.queue.add(kit.entry("slow"))
    kit.watch.wait_bytes("slow", len(small) // 2)
    kit.queue.add(kit.entry("slow2"))
    kit.queue.cancel(key_of("slow2"))
    kit.queue.cancel(key_of("slow"))
    kit.watch.wait(lambda item: item == key_of("slow"))
    assert kit.queue.items() == ()
    assert list(tmp_path.iterdir()) == []


def test_move_changes_who_is_next(kit: StoreKit, small: bytes) -> None:
    for name in ("slow", "b", "c"):
        kit.queue.add(kit.entry(name))
    kit.watch.wait_bytes("slow", len(small) // 2)
    kit.queue.move(key_of("c"), 0)
    kit.queue.pause(key_of("slow"))
    kit.watch.wait_state("b", TransferState.DONE)
    done = [item.entry.key.artifact_id for item in kit.watch.told if isinstance(item, QueueItem) and item.result]
    assert done[0] == "c"
