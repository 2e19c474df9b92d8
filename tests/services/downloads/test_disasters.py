"""Processes that die, disks that fill up or lie, and others in the way: the file is right in the end."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.transfers.models import Expected, TransferProgress
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.state import journal
from companion.services.downloads.state.partial import move_into_place
from companion.services.downloads.state.resume import resume
from tests.kits.downloads import MIB, QUICK, arrives, expect, get, leave_partial, spawn, threads_of_transfers
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.waiting import until

Start = Callable[..., FaultyServer]
PIECE = 256 * 1024


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("digest", [True, False])
@pytest.mark.parametrize("paced", ["by us", "by the server"])
def test_killed_at_any_instant(
    start: Start, content: bytes, tmp_path: Path, kills: int, digest: bool, paced: str
) -> None:
    """Where nothing limits the rate on this side, the system may move the bytes without showing them."""
    ours = paced == "by us"

    def slowly(request: Request) -> Reply:
        return replace(serve_range(request, content), pause=0.002)

    server, chance, resumed = start(content, None if ours else slowly), random.Random(kills), 0
    for _ in range(kills):
        asked = len(server.requests)
        child = spawn(server, tmp_path, rate=24 * MIB if ours else 0, digest=digest)
        if chance.random() < 0.5:
            # However long a busy machine takes to start it, some are ended while bytes arrive.
            until(lambda: len(server.requests) > asked or child.poll() is not None)  # noqa: B023
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.15 + chance.random() * 0.5)
        child.kill()
        said = child.communicate()[0]
        if said:
            assert (tmp_path / "setup.bin").read_bytes() == content
            resumed += int(said.split()[1]) > 0
            (tmp_path / "setup.bin").unlink()
    assert "ok" in spawn(server, tmp_path, digest=digest).communicate()[0]
    assert (tmp_path / "setup.bin").read_bytes() == content
    assert resumed or kills < 50


@pytest.mark.parametrize("known", [{}, {"digest": False}, {"pieces": MIB}, {"pieces": 4 * MIB}, {"pieces": 300_000}])
@pytest.mark.parametrize("on_disk", [900_000, pytest.param(7_400_000, marks=pytest.mark.slow), 8 * MIB - 1])
def test_after_a_kill_at_most_a_mebibyte_is_fetched_again(
    start: Start, content: bytes, tmp_path: Path, known: dict[str, Any], on_disk: int
) -> None:
    """The server sends no more than that; once it lies on the disk, the process is killed, twice."""
    server = start(content)
    wanted = expect(content, **known)
    for most in (on_disk, min(on_disk + 600_000, len(content) - 1)):
        server.script = lambda each, most=most: replace(
            serve_range(each, content), stall_after=most - (each.span or (0, None))[0]
        )
        child = spawn(server, tmp_path, expected=wanted)
        until(lambda most=most: claimed_of(tmp_path, wanted) >= most - MIB)  # type: ignore[misc]
        child.kill()
        child.communicate()
        server.requests.clear()
    server.script = None
    result = get(server.url(), wanted, tmp_path)
    assert result.resumed_from >= most - MIB
    assert result.path.read_bytes() == content


def claimed_of(folder: Path, wanted: Expected) -> int:
    """The bytes of a partial that its journal claims at this moment, as the next run would take them over."""
    part = folder / "setup.bin.part"
    content = journal.read(folder / "setup.bin.part.journal")
    if content is None or not part.exists():
        return 0
    found = resume(content, wanted, content.header.source, part.stat().st_size)
    return found.done if found is not None else 0


@pytest.fixture(scope="module")
def shelf(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FaultyServer, dict[str, Path]]]:
    """A server and stopped downloads of its file, by what is known of it; copied by the tests."""
    with FaultyServer(content) as server:
        kinds: dict[str, dict[str, Any]] = {"sha": {}, "none": {"digest": False}, "pieces": {"pieces": MIB}}
        folders = {}
        for name, known in kinds.items():
            folders[name] = tmp_path_factory.mktemp(name)
            leave_partial(server, folders[name], expect(content, **known), 6 * MIB)
        yield server, folders


KINDS: dict[str, dict[str, Any]] = {"sha": {}, "none": {"digest": False}, "pieces": {"pieces": MIB}}


def damaged_copy(shelf: Path, folder: Path, damage: Callable[[Path, Path], None]) -> None:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for path in shelf.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    damage(folder / "setup.bin.part", folder / "setup.bin.part.journal")


def zeroed_tail(part: Path, _: Path) -> None:
    with part.open("r+b") as file:
        file.seek(5 * MIB - 77)
        file.write(bytes(MIB + 77))


def truncated(part: Path, _: Path) -> None:
    os.truncate(part, 5 * MIB + 1)


def flipped(part: Path, _: Path) -> None:
    with part.open("r+b") as file:
        file.seek(MIB)
        byte = file.read(1)[0]
        file.seek(MIB)
        file.write(bytes([byte ^ 1]))


def longer(part: Path, _: Path) -> None:
    with part.open("ab") as file:
        file.write(b"x" * 9 * MIB)


def no_journal(_: Path, record: Path) -> None:
    record.unlink()


def empty_journal(_: Path, record: Path) -> None:
    record.write_bytes(b"")


def torn_journal(_: Path, record: Path) -> None:
    record.write_bytes(record.read_bytes()[:-9])


def garbled_journal(_: Path, record: Path) -> None:
    record.write_bytes(random.Random(3).randbytes(5000))


def no_partial(part: Path, _: Path) -> None:
    part.unlink()


DAMAGES = [
    zeroed_tail, truncated, flipped, longer, no_journal, empty_journal, torn_journal, garbled_journal, no_partial,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_leftovers(
    shelf: tuple[FaultyServer, dict[str, Path]],
    content: bytes,
    tmp_path: Path,
    kind: str,
    damage: Callable[[Path, Path], None],
) -> None:
    server, folders = shelf
    damaged_copy(folders[kind], tmp_path / "d", damage)
    result = get(server.url(), expect(content, **KINDS[kind]), tmp_path / "d")
    arrives(result, content)
    if damage in (zeroed_tail, truncated, flipped, longer, torn_journal):
        assert result.bytes_fetched < len(content)


@pytest.mark.parametrize("surplus", [1, 3 * PIECE])
def test_a_leftover_longer_than_its_pieces(start: Start, content: bytes, tmp_path: Path, surplus: int) -> None:
    """As a repair leaves it that dies early; how long the file must be is told late."""
    over = threading.Event()

    def script(request: Request) -> None:
        over.wait(1 if request.number == 0 else 0)

    (tmp_path / "setup.bin.part").write_bytes(content + bytes(surplus))
    wanted = expect(content, pieces=PIECE, size=False)
    try:
        result = get(start(content, script).url(), wanted, tmp_path)
    finally:
        over.set()
    arrives(result, content)
    assert result.bytes_fetched <= PIECE


@pytest.mark.parametrize("claimed", [0, MIB])
def test_a_leftover_longer_than_the_file(start: Start, content: bytes, tmp_path: Path, claimed: int) -> None:
    """A version of unknown length was begun under the same promise; what no promise covers must not stay."""
    server, wanted = start(content), expect(content, size=False)
    part = tmp_path / "setup.bin.part"
    part.write_bytes(content[:claimed] + bytes(2 * len(content)))
    header = journal.new_header("setup.bin", journal.identify_source(server.url()), wanted, MIB, None, None)
    claims = (journal.Claim(stop=claimed, prefix=hashlib.sha256(content[:claimed]).hexdigest()),)
    journal.Journal(Path(f"{part}.journal"), header, claims if claimed else ()).close()
    result = get(server.url(), wanted, tmp_path)
    arrives(result, content)
    assert (result.resumed_from, result.bytes_fetched) == (claimed, len(content) - claimed)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_any_damage(
    shelf: tuple[FaultyServer, dict[str, Path]], content: bytes, tmp_path: Path, data: st.DataObject, kind: str
) -> None:
    """Overwrite any bytes of partial and journal, and cut either anywhere."""

    def damage(part: Path, record: Path) -> None:
        for path in (part, record):
            size = path.stat().st_size
            with path.open("r+b") as file:
                for at in data.draw(st.lists(st.integers(0, size - 1), max_size=2)):
                    file.seek(at)
                    file.write(data.draw(st.binary(min_size=1, max_size=40)))
                if data.draw(st.booleans()):
                    file.truncate(data.draw(st.integers(0, size)))

    server, folders = shelf
    damaged_copy(folders[kind], tmp_path / "any", damage)
    arrives(get(server.url(), expect(content, **KINDS[kind]), tmp_path / "any"), content)


def test_journal_of_another_life_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "j"
    header = journal.new_header("a", "b", Expected(), 4, 8, '"x"')
    first = journal.Journal(path, header)
    first.claim(journal.Claim(stop=4, crc=1))
    first.close()
    old = path.read_bytes().splitlines(keepends=True)[1]
    second = journal.Journal(path, journal.new_header("a", "b", Expected(), 4, 8, '"x"'))
    second.claim(journal.Claim(stop=8, crc=2))
    second.close()
    path.write_bytes(path.read_bytes() + old)
    record = journal.read(path)
    assert record is not None
    assert record.claims == (journal.Claim(stop=8, crc=2),)


def test_two_processes_one_file(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content)
    children = [spawn(server, tmp_path, rate=24 * MIB) for _ in range(3)]
    said = sorted(child.communicate()[0].split()[0] for child in children)
    assert "ok" in said
    assert set(said) <= {"ok", "locked"}
    assert (tmp_path / "setup.bin").read_bytes() == content
    assert "ok" in spawn(server, tmp_path).communicate()[0]


class Held(os.PathLike[str]):
    """A path whose rename is refused for a while, as when an antivirus reads the file."""

    def __init__(self, path: Path, error: OSError, times: int) -> None:
        self._path, self._error, self._times = path, error, times

    def __fspath__(self) -> str:
        return str(self._path)

    def replace(self, target: Path) -> None:
        self._times -= 1
        if self._times >= 0:
            raise self._error
        self._path.replace(target)


@pytest.mark.parametrize("windows", [5, 32, None])
def test_antivirus_holds_the_file_at_the_end(tmp_path: Path, windows: int | None) -> None:
    part = tmp_path / "a.part"
    waits: list[float] = []
    part.write_bytes(b"x")
    error: OSError = PermissionError(errno.EACCES, "held")
    if windows is not None:
        error = OSError(errno.EINVAL, "held")
        error.winerror = windows  # type: ignore[attr-defined]
    move_into_place(Held(part, error, 5), tmp_path / "a", waits.append)  # type: ignore[arg-type]
    assert (tmp_path / "a").read_bytes() == b"x"
    assert len(waits) == 5
    part.write_bytes(b"y")
    with pytest.raises(CompanionError) as failed:
        move_into_place(Held(part, error, 999), tmp_path / "a", waits.append)  # type: ignore[arg-type]
    assert failed.value.code == ErrorCode.IN_USE
    assert 30 <= sum(waits[5:]) <= 33
    assert part.exists()


@pytest.mark.skipif(os.getuid() == 0 if hasattr(os, "getuid") else True, reason="root may write everywhere")
def test_folder_that_may_not_be_written(start: Start, content: bytes, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CompanionError) as failed:
        get(start(content).url(), expect(content), tmp_path)
    assert failed.value.code == ErrorCode.FOLDER


@pytest.mark.parametrize("name", ["setup.bin", "setup.bin.part", "setup.bin.part.journal", "setup.bin.part.lock"])
@pytest.mark.parametrize("directory", [True, False])
def test_links_and_folders_in_the_way_are_left_alone(
    start: Start, content: bytes, tmp_path: Path, name: str, directory: bool
) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    folder = tmp_path / "to"
    folder.mkdir()
    if directory:
        (folder / name).mkdir()
    else:
        (folder / name).symlink_to(target)
    with pytest.raises(CompanionError) as failed:
        get(start(content).url(), expect(content), folder)
    assert failed.value.code == ErrorCode.LINK
    assert target.read_bytes() == b"precious"


def test_folder_is_a_file(start: Start, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "to").write_bytes(b"")
    with pytest.raises(CompanionError) as failed:
        get(start(content).url(), expect(content), tmp_path / "to")
    assert failed.value.code == ErrorCode.FOLDER


def test_mark_comes_before_the_final_name(start: Start, content: bytes, tmp_path: Path) -> None:
    marked: list[tuple[str, bool]] = []
    get(
        start(content).url(),
        expect(content),
        tmp_path,
        mark=lambda path: marked.append((path.name, path.read_bytes() == content)),
    )
    assert marked == [("setup.bin.part", True)]


def test_cancelling_is_quick_whatever_it_waits_for(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, lambda each: replace(serve_range(each, content), stall_after=1000))
    cancellation = Cancellation()

    def watch(progress: TransferProgress) -> None:
        if progress.done:
            cancellation.cancel()

    # Were it not ended from outside, the connection would hang for ten minutes.
    patient = msgspec.structs.replace(QUICK, patience=600.0)
    with pytest.raises(Cancelled):
        get(server.url(), expect(content), tmp_path, options=patient, cancellation=cancellation, progress=watch)
    assert len(server.requests) == 1
    assert threads_of_transfers() == []
