"""What the tests of downloads share."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

import pytest

from companion.domain.core.errors import Cancelled, CompanionError
from companion.domain.core.serialization import encode
from companion.domain.transfers.models import Expected, Options, Pieces, TransferProgress, Transferred
from companion.domain.transfers.queue import DownloadKey, QueueEntry, after_changes_of_others, removed_by_others
from companion.domain.transfers.responses import Take
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.fetch import fetch
from companion.services.downloads.state import journal
from companion.services.downloads.transfer.file_state import FileState
from companion.services.downloads.transfer.splice import SplicePipe, new_splice_pipe
from companion.services.downloads.transfer.transport import Address, Source, fixed_source
from companion.services.downloads.transfer.worker import RateLimiter, Worker
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.processes import ROOT, command

MIB = 1024 * 1024
SPLICED = ContextVar("spliced", default=True)
"""Whether `get` lets the system move bytes by itself where it can."""
QUICK = Options(most_retries=3, patience=1.0, connect_seconds=2.0, first_wait=0.05, longest_wait=3.0)


def threads_of_transfers() -> list[threading.Thread]:
    """What works on one transfer at the moment; the threads of queues, which other tests leave behind, do not count."""
    named = [each for each in threading.enumerate() if each.name.startswith("download-")]
    return [each for each in named if not each.name.startswith("download-queue")]


def expect(content: bytes, *, pieces: int | None = None, digest: bool = True, size: bool = True) -> Expected:
    """What `content` promises, with pieces of so many bytes."""
    listed = None
    if pieces:
        parts = (content[at : at + pieces] for at in range(0, len(content), pieces))
        listed = Pieces(length=pieces, sha256=tuple(hashlib.sha256(part).hexdigest() for part in parts))
    return Expected(
        filename="setup.bin",
        size=len(content) if size else None,
        sha256=hashlib.sha256(content).hexdigest() if digest else None,
        pieces=listed,
    )


class MemoryQueueStore:
    """Keeps a queue as it was saved last."""

    def __init__(self) -> None:
        self.entries: tuple[QueueEntry, ...] = ()

    def load(self) -> tuple[QueueEntry, ...]:
        return self.entries

    def save(self, before: tuple[QueueEntry, ...], after: tuple[QueueEntry, ...]) -> frozenset[DownloadKey]:
        gone = removed_by_others(before, self.entries)
        self.entries = after_changes_of_others(before, after, self.entries)
        return gone


UNKNOWN = Expected(filename="setup.bin")


def get(
    url: str | Source,
    expected: Expected,
    folder: Path,
    *,
    options: Options = QUICK,
    cancellation: Cancellation | None = None,
    progress: Callable[[TransferProgress], None] = lambda _: None,
    mark: Callable[[Path], None] | None = None,
    new_pipe: Callable[[], SplicePipe | None] | None = None,
) -> Transferred:
    """Fetch with short patience."""
    source = fixed_source(url) if isinstance(url, str) else url
    return fetch(
        source,
        expected,
        folder,
        cancellation=cancellation or Cancellation(),
        progress=progress,
        options=options,
        mark=mark,
        new_pipe=new_pipe or (new_splice_pipe if SPLICED.get() else _no_pipe),
    )


def _no_pipe() -> None:
    """As on a system that moves no bytes by itself."""


def fails(code: str, url: str | Source, expected: Expected, folder: Path, options: Options = QUICK) -> CompanionError:
    """Fetch in vain: the error, of which nothing has got the final name."""
    with pytest.raises(CompanionError) as failed:
        get(url, expected, folder, options=options)
    assert failed.value.code == code
    assert not (folder / "setup.bin").exists()
    return failed.value


def arrives(result: Transferred, content: bytes) -> None:
    """The file is right, and alone in its folder."""
    assert result.path.read_bytes() == content
    assert result.sha256 == hashlib.sha256(content).hexdigest()
    assert [path.name for path in result.path.parent.iterdir()] == ["setup.bin"]


def begin(server: FaultyServer, expected: Expected, folder: Path, keep: int = 3 * MIB) -> FaultyServer:
    """Leave a partial with the first `keep` bytes of what `server` has, as a broken connection does."""
    script, content = server.script, server.content

    def cut(request: Request) -> Reply:
        if request.number:
            return Reply("404 Not Found")
        return replace(serve_range(request, content), cut_after=keep)

    server.script = cut
    with pytest.raises(CompanionError):
        get(server.url(), expected, folder)
    assert (folder / "setup.bin.part").stat().st_size == keep
    server.script = script
    server.requests.clear()
    return server


def leave_partial(server: FaultyServer, folder: Path, expected: Expected, upto: int) -> None:
    """Stop a download of what `server` has after `upto` bytes."""
    script, cancellation = server.script, Cancellation()
    server.script = lambda request: replace(serve_range(request, server.content), stall_after=upto)

    def watch(value: TransferProgress) -> None:
        if value.done >= upto:
            cancellation.cancel()

    with pytest.raises(Cancelled):
        get(server.url(), expected, folder, cancellation=cancellation, progress=watch)
    server.script = script


def spawn(
    server: FaultyServer,
    folder: Path,
    *,
    rate: int = 0,
    digest: bool = True,
    largest: int | None = None,
    expected: Expected | None = None,
    patience: float = 15.0,
) -> subprocess.Popen[str]:
    """Start a download in a process of its own; see `download_process`."""
    wanted = expected or expect(server.content, digest=digest)
    words = [server.url(), str(folder), encode(wanted).decode(), str(rate), str(patience)]
    words += [] if largest is None else [str(largest)]
    return subprocess.Popen(command("download_process", *words), cwd=ROOT, stdout=subprocess.PIPE, text=True)


class LoneWork:
    """The shared state of a single worker."""

    def __init__(self, file: FileState, url: str, new_pipe: Callable[[], SplicePipe | None]) -> None:
        self.file, self.address, self.options = file, Address(fixed_source(url)), QUICK
        self.rate_limiter = RateLimiter(None)
        self.new_pipe = new_pipe
        self.spare_buffers: list[memoryview] = []

    def accept(self, take: Take) -> None:
        self.file.accept(take)

    def hashed_soon(self, _: int) -> bool:
        return True


def work_alone(file: FileState, url: str, new_pipe: Callable[[], SplicePipe | None]) -> None:
    """Fetch what is missing of a file with one worker, without any verification."""
    worker = Worker(1, LoneWork(file, url, new_pipe), lambda: None)
    worker.start()
    worker.join(60)
    file.close(file.block_map.stored)
    assert worker.over
    if worker.error is not None:
        raise worker.error


def leave_unfinished(
    folder: Path, name: str = "setup.run", *, size: int = 10_000, content: bytes = bytes(4000), sha256: str = "0" * 64
) -> Path:
    """Write what a download that was stopped after `content` had arrived leaves; returns its partial file."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}.part"
    part.write_bytes(content)
    expected = Expected(filename=name, size=size, sha256=sha256)
    header = journal.new_header(name, "https://store.example/setup", expected, 1024, size, None)
    claim = journal.Claim(stop=len(content), prefix=hashlib.sha256(content).hexdigest())
    journal.Journal(part.with_name(part.name + journal.ENDING), header, (claim,)).close()
    return part
