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

from companion.services.downloads.transfer import worker
from companion.services.downloads.transfer.splice import Conduit
from tests.kits.downloads import MIB, arrives, expect, get
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
def pipe() -> Iterator[Conduit]:
    made = Conduit()
    yield made
    made.close()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each conduit of a download gave to the file."""
    found: list[int] = []

    class Counted(Conduit):
        def give(self, file: FileIO) -> int:
            count = super().give(file)
            found.append(count)
            return count

    monkeypatch.setattr(worker, "new_conduit", Counted)
    return found


def test_it_moves_what_has_come_to_where_the_file_is(
    pair: tuple[socket.socket, socket.socket], pipe: Conduit, tmp_path: Path
) -> None:
    ours, theirs = pair
    path = tmp_path / "part"
    path.write_bytes(b"before")
    assert pipe.take(ours, 100) is None
    with pytest.raises(TimeoutError):
        pipe.wait(ours)
    theirs.sendall(b"0123456789")
    pipe.wait(ours)
    assert pipe.take(ours, 8) == pipe.held == 8
    with FileIO(path, "r+b") as file:
        file.seek(3)
        assert (pipe.give(file), file.tell(), pipe.held) == (8, 11, 0)
    assert path.read_bytes() == b"bef01234567"
    assert pipe.take(ours, 100) == 2
    theirs.shutdown(socket.SHUT_WR)
    pipe.wait(ours)
    assert pipe.take(ours, 100) == 0


def test_a_download_goes_through_it(start: Start, content: bytes, tmp_path: Path, moved: list[int]) -> None:
    arrives(get(start(content).url(), expect(content), tmp_path), content)
    assert sum(moved) > len(content) - 5 * MIB, "all but the first large read"


def test_on_a_slow_line_every_bit_counts_at_once(
    start: Start, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told of bytes, and nobody can stop the lane, while it waits for more of them."""
    steps: list[str] = []

    class Trickling(Conduit):
        def take(self, link: socket.socket, most: int) -> int | None:
            steps.append("taken")
            return super().take(link, min(most, 32 * 1024))

    count = worker.Lane._count

    def counted(self: worker.Lane, written: int) -> None:
        steps.append("counted")
        count(self, written)

    monkeypatch.setattr(worker, "new_conduit", Trickling)
    monkeypatch.setattr(worker.Lane, "_count", counted)
    arrives(get(start(content).url(), expect(content), tmp_path), content)
    told = "".join(step[0] for step in steps)
    assert told.count("t") > 100
    assert "tt" not in told


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
    pair: tuple[socket.socket, socket.socket], pipe: Conduit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    theirs.sendall(b"0123456789")
    pipe.wait(ours)
    assert pipe.take(ours, 100) == 10
    pipe.works = False
    with FileIO("/dev/full", "r+b") as file, pytest.raises(OSError, match="No space left"):
        pipe.give(file)
