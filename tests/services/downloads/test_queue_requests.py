"""What a person asks of a download that is at work: every pair of requests, before its thread has ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.models import Expected, TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.downloads.queue import Queue, QueueItem
from companion.services.downloads.transfer.transport import Source, fixed_source
from tests.kits.downloads import QUICK, MemoryQueueStore, expect
from tests.kits.faulty_server import FaultyServer

KEY = DownloadKey(order_number="AB/123-4", artifact_id="setup")
NAME = "Setup.run"
PAUSED, DONE = TransferState.PAUSED, TransferState.DONE


class GatedQueue:
    """A queue with one download, whose first run waits inside `prepare` until the gate is opened."""

    def __init__(self, server: FaultyServer, folder: Path, content: bytes) -> None:
        self.store, self.folder = MemoryQueueStore(), folder
        self.runs = 0
        self.error: Exception | None = None
        self._server, self._content = server, content
        self._entered, self._gate = threading.Event(), threading.Event()
        self._news, self._told = threading.Condition(), list[QueueItem | DownloadKey]()
        self.queue = Queue(self.store, self._prepare, changed=self._hear, options=lambda: QUICK)
        self.partial = folder / f"{NAME}.part"
        self.partial.write_bytes(b"what has arrived")
        self.queue.add(self.entry)
        assert self._entered.wait(20)

    @property
    def entry(self) -> QueueEntry:
        return QueueEntry(key=KEY, name=NAME, folder=str(self.folder))

    def ask(self, request: str) -> None:
        if request == "add":
            self.queue.add(self.entry)
        elif request.endswith("_all"):
            getattr(self.queue, request)()
        else:
            getattr(self.queue, request)(KEY)

    def finish(self) -> TransferState | None:
        """Open the gate and wait for the download to come to rest; returns its state, None if it was taken out."""
        self._gate.set()

        def rests() -> bool:
            items = self.queue.items()
            return not items or (items[0].progress is None and items[0].entry.state is not TransferState.QUEUED)

        with self._news:
            assert self._news.wait_for(rests, timeout=20)
        self.queue.close()
        return self.state

    @property
    def state(self) -> TransferState | None:
        items = self.queue.items()
        return items[0].entry.state if items else None

    def close(self) -> None:
        self._gate.set()
        self.queue.close()

    def _prepare(self, _: QueueEntry) -> tuple[Source, Expected]:
        self.runs += 1
        self._entered.set()
        assert self._gate.wait(20)
        if self.error is not None:
            raise self.error
        expected = expect(self._content)
        named = Expected(filename=NAME, size=expected.size, sha256=expected.sha256)
        return fixed_source(self._server.url(f"/{NAME}")), named

    def _hear(self, item: QueueItem | DownloadKey) -> None:
        with self._news:
            self._told.append(item)
            self._news.notify_all()


@pytest.fixture
def gated(start: Callable[..., FaultyServer], tmp_path: Path, content: bytes) -> Iterator[GatedQueue]:
    small = content[: 256 * 1024]
    made = GatedQueue(start(small), tmp_path, small)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("requests", "state", "runs"),
    [
        (("pause", "pause"), PAUSED, 1),
        (("pause", "pause_all"), PAUSED, 1),
        (("pause", "resume"), DONE, 2),
        (("pause", "resume_all"), DONE, 2),
        (("pause", "retry"), DONE, 2),
        (("pause", "add"), DONE, 2),
        (("pause", "cancel"), None, 1),
        (("resume", "pause"), PAUSED, 1),
        (("resume", "resume"), DONE, 1),
        (("resume", "cancel"), None, 1),
        (("retry", "pause"), PAUSED, 1),
        (("retry", "cancel"), None, 1),
        (("add", "pause"), PAUSED, 1),
        (("add", "cancel"), None, 1),
        (("cancel", "pause"), None, 1),
        (("cancel", "pause_all"), None, 1),
        (("cancel", "resume"), None, 1),
        (("cancel", "resume_all"), None, 1),
        (("cancel", "retry"), None, 1),
        (("cancel", "cancel"), None, 1),
        (("cancel", "add"), DONE, 2),
        (("cancel", "add", "pause"), PAUSED, 1),
        (("cancel", "add", "pause", "resume"), DONE, 2),
        (("cancel", "add", "cancel"), None, 1),
        (("pause", "resume", "pause"), PAUSED, 1),
        (("pause", "resume", "cancel", "resume"), None, 1),
    ],
)
def test_the_last_word_counts_and_a_cancelled_download_stays_cancelled(
    gated: GatedQueue, requests: tuple[str, ...], state: TransferState | None, runs: int
) -> None:
    for request in requests:
        gated.ask(request)
    assert gated.finish() is state
    assert gated.runs == runs
    assert [entry.state for entry in gated.store.entries] == ([] if state is None else [state])
    kept = gated.partial.exists() and gated.partial.read_bytes() == b"what has arrived"
    assert kept == (state is PAUSED and "cancel" not in requests), "what was to be deleted is gone, all else is kept"


def test_a_download_that_fails_after_it_was_cancelled_does_not_come_back(gated: GatedQueue) -> None:
    gated.error = failure(ErrorCode.NETWORK)
    gated.ask("cancel")
    assert gated.finish() is None
    assert not gated.partial.exists()


@pytest.mark.parametrize(("request_", "state"), [("pause", PAUSED), ("cancel", None), ("resume", TransferState.QUEUED)])
def test_what_was_asked_is_kept_before_the_thread_has_ended(
    gated: GatedQueue, request_: str, state: TransferState | None
) -> None:
    """So that a program that is killed right then does not go on with it at its next start."""
    gated.ask(request_)
    assert [entry.state for entry in gated.store.entries] == ([] if state is None else [state])


def test_a_paused_download_that_is_cancelled_leaves_nothing(gated: GatedQueue) -> None:
    gated.ask("pause")
    gated.finish()
    gated.ask("cancel")
    assert gated.state is None
    assert not gated.partial.exists()


def test_a_fault_of_the_program_is_shown_and_the_queue_goes_on(
    gated: GatedQueue, caplog: pytest.LogCaptureFixture
) -> None:
    gated.error = ZeroDivisionError("made for this test")
    assert gated.finish() is TransferState.FAILED
    trouble = gated.store.entries[0].trouble
    assert trouble is not None
    assert trouble.code == ErrorCode.BUG
    assert "unexpected error" in caplog.text


@pytest.mark.parametrize("adds", [1, 2])
def test_a_cancelled_download_that_is_added_again_goes_to_the_folder_named_then(
    gated: GatedQueue, tmp_path: Path, adds: int
) -> None:
    folder = tmp_path / "old"
    for number in range(adds):
        folder = tmp_path / f"other{number}"
        gated.queue.cancel(KEY)
        gated.queue.add(msgspec.structs.replace(gated.entry, folder=str(folder)))
    assert [entry.folder for entry in gated.store.load()] == [str(folder)]
    assert gated.finish() is DONE
    assert (folder / NAME).exists()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name], "what had arrived in the old folder is deleted"


def test_a_download_that_is_added_again_while_it_runs_stays_in_its_folder(gated: GatedQueue, tmp_path: Path) -> None:
    gated.queue.add(msgspec.structs.replace(gated.entry, folder=str(tmp_path / "other")))
    assert gated.finish() is DONE
    assert (tmp_path / NAME).exists()
    assert not (tmp_path / "other").exists()


def test_all_downloads_of_one_order_are_cancelled_at_once(gated: GatedQueue) -> None:
    similar = msgspec.structs.replace(KEY, order_number="AB")
    for key in (msgspec.structs.replace(KEY, artifact_id="extra"), similar):
        gated.queue.add(msgspec.structs.replace(gated.entry, key=key, state=PAUSED))
    gated.queue.cancel_order(KEY.order_number)
    assert [entry.key for entry in gated.store.load()] == [similar]
    gated.finish()
    assert [item.entry.key for item in gated.queue.items()] == [similar]
