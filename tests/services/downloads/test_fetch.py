"""A download that goes well, is stopped and taken up again, finds damage, and repairs it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.transfers.models import Expected, Repaired, TransferProgress
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.fetch import unfinished
from companion.services.downloads.repair import repair
from companion.services.downloads.transfer.transport import fixed_source
from companion.services.downloads.verify import verify
from tests.kits.downloads import MIB, QUICK, UNKNOWN, expect, get
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.processes import ROOT

Start = Callable[..., FaultyServer]


def only_the_file(folder: Path) -> bool:
    return [path.name for path in folder.iterdir()] == ["setup.bin"]


def mend(path: Path, wanted: Expected, url: str) -> Repaired:
    return repair(
        path,
        wanted,
        fixed_source(url),
        cancellation=Cancellation(),
        progress=lambda _: None,
        options=QUICK,
    )


@pytest.mark.parametrize("pieces", [None, MIB, 100_000, 3 * MIB])
def test_fetches_and_proves(start: Start, content: bytes, tmp_path: Path, pieces: int | None) -> None:
    result = get(start(content).url(), expect(content, pieces=pieces), tmp_path)
    assert result.path.read_bytes() == content
    assert (result.verified, result.size, result.bytes_fetched) == (True, len(content), len(content))
    assert only_the_file(tmp_path)


def test_nothing_known_is_said(start: Start, content: bytes, tmp_path: Path) -> None:
    result = get(start(content).url("/a/b/setup%2Dx.bin?token=secret"), Expected(), tmp_path)
    assert result.path == tmp_path / "setup-x.bin"
    assert result.path.read_bytes() == content
    assert not result.verified


def stop_at(fraction: float, cancellation: Cancellation) -> Callable[[TransferProgress], None]:
    def watch(value: TransferProgress) -> None:
        if value.size and value.done >= fraction * value.size:
            cancellation.cancel()

    return watch


@pytest.mark.parametrize("pieces", [None, MIB])
@pytest.mark.parametrize("digest", [True, False])
def test_goes_on_where_it_was_stopped(
    start: Start, content: bytes, tmp_path: Path, pieces: int | None, digest: bool
) -> None:
    half = len(content) // 2

    def stall(request: Request) -> Reply | None:
        reply = serve_range(request, content)
        reply.stall_after = half if request.number == 0 else None
        return reply

    server, cancellation = start(content, stall), Cancellation()
    wanted = expect(content, pieces=pieces, digest=digest)
    with pytest.raises(Cancelled):
        get(server.url(), wanted, tmp_path, cancellation=cancellation, progress=stop_at(0.49, cancellation))
    left = unfinished(tmp_path)
    assert [(each.filename, each.size) for each in left] == [("setup.bin", len(content))]
    result = get(server.url(), wanted, tmp_path)
    assert result.path.read_bytes() == content
    assert left[0].done == result.resumed_from == half
    assert result.bytes_fetched == len(content) - half
    assert only_the_file(tmp_path)


def test_repairs_one_piece_alone(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content)
    damaged = bytearray(content)
    damaged[5 * MIB + 17] ^= 1
    path = tmp_path / "setup.bin"
    path.write_bytes(damaged)
    wanted = expect(content, pieces=MIB)
    found = verify(path, wanted, cancellation=Cancellation(), progress=lambda _: None)
    assert (found.ok, found.bad_pieces) == (False, (5,))
    result = repair(
        path,
        wanted,
        fixed_source(server.url()),
        cancellation=Cancellation(),
        progress=lambda _: None,
        options=QUICK,
    )
    assert path.read_bytes() == content
    assert result.bad_pieces == (5,)
    assert result.fetched is not None
    fetched = result.fetched
    assert (fetched.bytes_fetched, fetched.pieces_repaired, fetched.verified) == (MIB, 1, True)
    assert only_the_file(tmp_path)


@pytest.mark.parametrize("bad", [(0,), (7,), (3, 4), (0, 5, 7)])
@pytest.mark.parametrize("digest", [True, False])
@pytest.mark.parametrize("length", [MIB, 300_000])
def test_repairs_what_is_damaged_wherever_it_is(
    start: Start, content: bytes, tmp_path: Path, bad: tuple[int, ...], digest: bool, length: int
) -> None:
    damaged = bytearray(content)
    for place in bad:
        damaged[place * MIB + 5] ^= 1
    path = tmp_path / "setup.bin"
    path.write_bytes(damaged)
    result = mend(path, expect(content, pieces=length, digest=digest, size=False), start(content).url())
    assert path.read_bytes() == content
    assert result.bad_pieces == tuple(sorted({(place * MIB + 5) // length for place in bad}))
    assert result.fetched is not None
    assert result.fetched.sha256 == (hashlib.sha256(content).hexdigest() if digest else None)
    assert result.fetched.verified
    assert result.fetched.bytes_fetched <= len(bad) * 2 * MIB
    assert only_the_file(tmp_path)


@pytest.mark.parametrize("pieces", [None, MIB])
def test_does_not_touch_what_is_right(start: Start, content: bytes, tmp_path: Path, pieces: int | None) -> None:
    server, path = start(content), tmp_path / "setup.bin"
    path.write_bytes(content)
    before = (path.stat().st_ino, path.stat().st_mtime_ns, tmp_path.stat().st_mtime_ns)
    result = mend(path, expect(content, pieces=pieces, size=False), server.url())
    assert result.fetched is None
    assert result.found is not None
    assert result.found.ok
    assert result.found.sha256 == hashlib.sha256(content).hexdigest()
    assert (path.stat().st_ino, path.stat().st_mtime_ns, tmp_path.stat().st_mtime_ns) == before
    assert server.requests == []


@pytest.mark.parametrize("length", [0, 1, 5 * MIB + 3, 8 * MIB - 1, 8 * MIB + 1, 20 * MIB])
@pytest.mark.parametrize("digest", [True, False])
def test_a_file_of_another_length_is_made_right(
    start: Start, content: bytes, tmp_path: Path, length: int, digest: bool
) -> None:
    path = tmp_path / "setup.bin"
    path.write_bytes((content + bytes(20 * MIB))[:length])
    result = mend(path, expect(content, pieces=MIB, digest=digest, size=False), start(content).url())
    assert path.read_bytes() == content
    assert result.fetched is not None
    assert only_the_file(tmp_path)


def test_checks_by_pieces_alone(content: bytes, tmp_path: Path) -> None:
    path, wanted = tmp_path / "setup.bin", expect(content, pieces=300_000, digest=False, size=False)
    path.write_bytes(content)
    told: list[int] = []
    found = verify(path, wanted, cancellation=Cancellation(), progress=lambda progress: told.append(progress.done))
    assert (found.ok, found.sha256, found.size, found.bad_pieces) == (True, None, len(content), ())
    assert told == sorted(told)
    damaged = bytearray(content)
    for place in (0, 900_000, len(content) - 1):
        damaged[place] ^= 1
    path.write_bytes(damaged)
    found = verify(path, wanted, cancellation=Cancellation(), progress=lambda _: None)
    assert (found.ok, found.bad_pieces) == (False, (0, 3, (len(content) - 1) // 300_000))


@pytest.mark.parametrize("digest", [True, False])
def test_checking_can_be_cancelled(content: bytes, tmp_path: Path, digest: bool) -> None:
    path, cancellation = tmp_path / "setup.bin", Cancellation()
    path.write_bytes(content)
    cancellation.cancel()
    with pytest.raises(Cancelled):
        verify(path, expect(content, pieces=MIB, digest=digest), cancellation=cancellation, progress=lambda _: None)
    assert path.read_bytes() == content


def test_right_pieces_of_another_file_are_not_believed(start: Start, content: bytes, tmp_path: Path) -> None:
    other = bytes(reversed(content))
    path = tmp_path / "setup.bin"
    path.write_bytes(other)
    wanted = Expected(sha256=expect(content).sha256, pieces=expect(other, pieces=MIB).pieces)
    with pytest.raises(CompanionError) as refused:
        mend(path, wanted, start(content).url())
    assert refused.value.code in (ErrorCode.CORRUPT, ErrorCode.CHANGED)
    assert not path.exists()


def test_a_repair_that_fails_is_taken_up_again(start: Start, content: bytes, tmp_path: Path) -> None:
    damaged = bytearray(content)
    damaged[5 * MIB + 17] ^= 1
    path, wanted = tmp_path / "setup.bin", expect(content, pieces=MIB)
    path.write_bytes(damaged)
    with pytest.raises(CompanionError):
        mend(path, wanted, start(content, lambda _: Reply(status="404 Not Found")).url())
    assert (tmp_path / "setup.bin.part").read_bytes()[: 5 * MIB] == content[: 5 * MIB]
    assert not path.exists()
    server = start(content)
    result = mend(path, wanted, server.url())
    assert path.read_bytes() == content
    assert result.fetched is not None
    assert result.fetched.bytes_fetched == MIB
    assert only_the_file(tmp_path)


def test_takes_a_right_file_as_it_is(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content)
    (tmp_path / "setup.bin").write_bytes(content)
    result = get(server.url(), expect(content), tmp_path)
    assert (result.verified, result.bytes_fetched, server.requests) == (True, 0, [])


def test_second_download_of_the_same_file_is_refused(start: Start, content: bytes, tmp_path: Path) -> None:
    codes = []
    server = start(content)

    def meanwhile(_: TransferProgress) -> None:
        with pytest.raises(CompanionError) as refused:
            get(server.url(), expect(content), tmp_path)
        codes.append(refused.value.code)

    get(server.url(), expect(content), tmp_path, progress=meanwhile)
    assert set(codes) == {"locked"}
    assert (tmp_path / "setup.bin").read_bytes() == content


def test_nothing_known_and_no_end_is_an_error(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, lambda _: Reply(body=content, length=False, close=True))
    with pytest.raises(CompanionError) as refused:
        get(server.url(), UNKNOWN, tmp_path)
    assert refused.value.code == ErrorCode.UNPROVABLE


@pytest.mark.parametrize(
    "damage", [lambda raw: raw, lambda raw: raw[:-5], lambda raw: raw[: 3 * MIB], lambda raw: raw + b"x"]
)
def test_repairs_without_knowing_the_size(
    start: Start, content: bytes, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged = bytearray(content)
    damaged[5 * MIB + 17] ^= 1
    path = tmp_path / "setup.bin"
    path.write_bytes(damage(bytes(damaged)))
    result = repair(
        path,
        expect(content, pieces=MIB, size=False),
        fixed_source(start(content).url()),
        cancellation=Cancellation(),
        progress=lambda _: None,
        options=QUICK,
    )
    assert path.read_bytes() == content
    assert result.fetched is not None
    assert result.fetched.verified


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="makes a pipe with a name")
@pytest.mark.parametrize("more", [(), ("--repair", "https://127.0.0.1:9/setup.bin")])
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(more: tuple[str, ...], tmp_path: Path) -> None:
    pipe = tmp_path / "setup.bin"
    os.mkfifo(pipe)
    words = ["-m", "companion", "--home", str(tmp_path / "home"), "verify", str(pipe), "--sha256", "0" * 64, *more]
    ran = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert "is a pipe or a device, not a file" in ran.stderr
    assert pipe.is_fifo()
