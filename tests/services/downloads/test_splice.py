"""Bytes that the system moves from a connection into a file by itself, and systems that will not."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from companion.services.downloads.state.block_map import BlockMap
from companion.services.downloads.state.partial import DownloadFiles
from companion.services.downloads.transfer.file_state import FileState
from companion.services.downloads.transfer.splice import SplicePipe
from tests.kits.downloads import MIB, arrives, expect, get, work_alone
from tests.kits.faulty_server import FaultyServer

pytestmark = pytest.mark.skipif(not hasattr(os, "splice"), reason="this system has no splice")
Start = Callable[..., FaultyServer]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection; the first one waits 0.2 s for news."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as ours:
        theirs, _ = listening.accept()
        with theirs:
            ours.settimeout(0.2)
            yield ours, theirs


@pytest.fixture
def pipe() -> Iterator[SplicePipe]:
    made = SplicePipe()
    yield made
    made.close()


def test_it_moves_what_has_come_to_where_the_file_is(
    pair: tuple[socket.socket, socket.socket], pipe: SplicePipe, tmp_path: Path
) -> None:
    ours, theirs = pair
    path = tmp_path / "part"
    path.write_bytes(b"before")
    assert pipe.fill(ours, 100) is None
    with pytest.raises(TimeoutError):
        pipe.wait(ours)
    theirs.sendall(b"0123456789")
    pipe.wait(ours)
    assert pipe.fill(ours, 8) == pipe.stored == 8
    with FileIO(path, "r+b") as file:
        file.seek(3)
        assert (pipe.drain(file), file.tell(), pipe.stored) == (8, 11, 0)
    assert path.read_bytes() == b"bef01234567"
    assert pipe.fill(ours, 100) == 2
    theirs.shutdown(socket.SHUT_WR)
    pipe.wait(ours)
    assert pipe.fill(ours, 100) == 0


def test_a_download_goes_through_it(start: Start, content: bytes, tmp_path: Path) -> None:
    moved: list[int] = []

    class CountingPipe(SplicePipe):
        def drain(self, file: FileIO) -> int:
            count = super().drain(file)
            moved.append(count)
            return count

    arrives(get(start(content).url(), expect(content), tmp_path, new_pipe=CountingPipe), content)
    assert sum(moved) > len(content) - 5 * MIB, "all but the first large read"


def test_on_a_slow_line_every_bit_counts_at_once(start: Start, content: bytes, tmp_path: Path) -> None:
    """No byte stays uncounted, and no worker unstoppable, while it waits for more."""
    file = FileState(DownloadFiles(tmp_path, "setup.bin"), "source", expect(content), None)
    uncounted: list[int] = []
    fills = moved = 0

    class TricklingPipe(SplicePipe):
        def fill(self, link: socket.socket, most: int) -> int | None:
            nonlocal fills
            fills += 1
            uncounted.append(moved - file.block_map.received)
            return super().fill(link, min(most, 32 * 1024))

        def drain(self, target: FileIO) -> int:
            nonlocal moved
            count = super().drain(target)
            moved += count
            return count

    class CountingBlockMap(BlockMap):
        def add_written(self, worker: int, count: int) -> None:
            nonlocal moved
            if not fills:
                moved += count  # What did not come through the pipe.
            super().add_written(worker, count)

    file.block_map = CountingBlockMap(file.block_map.layout, file.block_map.layout.length)
    file.files.part.touch()
    work_alone(file, start(content).url(), TricklingPipe)
    assert file.files.part.read_bytes() == content
    assert fills > 100
    assert set(uncounted) == {0}


@pytest.mark.parametrize("refused", [errno.EINVAL, errno.ENOSYS, errno.EPERM])
@pytest.mark.parametrize("at", ["connection", "file"])
@pytest.mark.parametrize("pieces", [{}, {"pieces": MIB}])
def test_a_system_that_will_not_is_not_asked_again(
    start: Start, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    refused: int, at: str, pieces: dict[str, Any],
) -> None:  # fmt: skip
    asked: list[bool] = []
    real = os.splice

    def splice(source: int, target: int, count: int) -> int:
        to_file = Path(f"/proc/self/fd/{target}").is_file()
        if to_file == (at == "file"):
            asked.append(to_file)
            raise OSError(refused, os.strerror(refused))
        return real(source, target, count)

    monkeypatch.setattr(os, "splice", splice)
    wanted = expect(content, **pieces)
    result = get(start(content).url(), wanted, tmp_path)
    arrives(result, content)
    assert (len(asked), result.retries, result.bytes_fetched) == (result.connections, 0, len(content))


def test_what_a_refusing_file_system_cannot_hold_is_a_full_disk(
    pair: tuple[socket.socket, socket.socket], pipe: SplicePipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    theirs.sendall(b"0123456789")
    pipe.wait(ours)
    assert pipe.fill(ours, 100) == 10
    pipe.works = False
    with FileIO("/dev/full", "r+b") as file, pytest.raises(OSError, match="No space left"):
        pipe.drain(file)
