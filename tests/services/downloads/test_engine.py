"""A download that goes well, is stopped and taken up again, finds damage, and repairs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from download_kit import MIB, QUICK, UNKNOWN, expect, get
from faulty import FaultyServer, Reply, Request, serve_range

from companion.domain.errors import Cancelled, CompanionError
from companion.domain.transfers import TransferProgress
from companion.services import downloads
from companion.services.cancellation import Cancellation

Start = Callable[..., FaultyServer]


def only_the_file(folder: Path) -> bool:
    return [path.name for path in folder.iterdir()] == ["setup.bin"]


@pytest.mark.parametrize("pieces", [None, MIB, 100_000, 3 * MIB])
def test_fetches_and_proves(start: Start, content: bytes, tmp_path: Path, pieces: int | None) -> None:
    result = get(start(content).url(), expect(content, pieces=pieces), tmp_path)
    assert result.path.read_bytes() == content
    assert (result.verified, result.size, result.bytes_fetched) == (True, len(content), len(content))
    assert only_the_file(tmp_path)


def test_nothing_known_is_said(start: Start, content: bytes, tmp_path: Path) -> None:
    result = get(start(content).url("/a/b/setup%2Dx.bin?token=secret"), downloads.Expected(), tmp_path)
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
    left = downloads.unfinished(tmp_path)
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
    found = downloads.verify(path, wanted, cancellation=Cancellation(), progress=lambda _: None)
    assert (found.ok, found.bad_pieces) == (False, (5,))
    result = downloads.repair(
        path,
        wanted,
        downloads.fixed_source(server.url()),
        cancellation=Cancellation(),
        progress=lambda _: None,
        options=QUICK,
    )
    assert path.read_bytes() == content
    assert (result.bytes_fetched, result.pieces_repaired, result.verified) == (MIB, 1, True)
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
    assert refused.value.code == "unprovable"


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
    result = downloads.repair(
        path,
        expect(content, pieces=MIB, size=False),
        downloads.fixed_source(start(content).url()),
        cancellation=Cancellation(),
        progress=lambda _: None,
        options=QUICK,
    )
    assert path.read_bytes() == content
    assert result.verified
