"""Disks that are too small, fill up, or end at 4 GB for a single file."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.transfers.models import Expected, TransferProgress
from tests.kits.downloads import MIB, QUICK, UNKNOWN, arrives, expect, get, leave_partial, spawn
from tests.kits.faulty_server import FaultyServer, Reply, Request

Start = Callable[..., FaultyServer]
ONCE = msgspec.structs.replace(QUICK, most_retries=0)


@contextlib.contextmanager
def mounted(folder: Path, words: list[str], needs: str) -> Iterator[Path]:
    """Something mounted at `folder` by ``mount`` with these words; skips, saying what it needs, where that fails."""
    folder.mkdir()
    if subprocess.run(["mount", *words, str(folder)], capture_output=True).returncode:
        pytest.skip(f"needs {needs}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MiB."""
    with mounted(tmp_path / "disk", ["-t", "tmpfs", "-o", "size=6m", "tmpfs"], "the right to mount a tmpfs") as disk:
        yield disk


def test_too_small_disk_is_said_before_anything_is_fetched(start: Start, content: bytes, small_disk: Path) -> None:
    server = start(content)
    with pytest.raises(CompanionError) as full:
        get(server.url(), expect(content), small_disk)
    assert (full.value.code, server.requests) == ("disk-full", [])


@pytest.mark.parametrize("seed", range(4))
def test_disk_fills_up_in_the_middle(start: Start, content: bytes, small_disk: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = content[: 4 * MIB]
    filler = small_disk / "filler"
    threshold = chance.randrange(len(content))

    def script(request: Request) -> None:
        """Another program takes the room while the first answer is on its way."""
        if request.number == 0:
            free = os.statvfs(small_disk)
            with filler.open("wb") as file:
                file.truncate(0)
                room = free.f_bavail * free.f_frsize - threshold
                with contextlib.suppress(OSError):
                    file.write(bytes(max(0, room)))

    server = start(content, script)
    with pytest.raises(CompanionError) as full:
        get(server.url(), expect(content), small_disk)
    assert full.value.code == ErrorCode.DISK_FULL
    filler.unlink()
    result = get(server.url(), expect(content), small_disk)
    arrives(result, content)
    assert result.bytes_fetched <= len(content) - threshold + 2 * MIB


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("etag", [True, False])
def test_a_file_without_end_stops_before_the_disk_is_full(
    start: Start, content: bytes, small_disk: Path, chunked: bool, etag: bool
) -> None:
    headers = [("ETag", '"one"')] if etag else []
    server = start(content, lambda _: Reply(chunked=chunked, length=False, endless=True, headers=headers))
    with pytest.raises(CompanionError) as full:
        get(server.url(), UNKNOWN, small_disk)
    assert full.value.code == ErrorCode.DISK_FULL
    assert "does not say how long" in full.value.message
    left = os.statvfs(small_disk)
    if etag:
        assert "what has arrived is kept" in full.value.hint
        assert (small_disk / "setup.bin.part").stat().st_size >= MIB
        assert left.f_bavail >= left.f_blocks // 20
    else:
        assert "was removed" in full.value.hint
        assert list(small_disk.iterdir()) == []
    assert len(server.requests) == 1


def test_a_file_without_end_leaves_room_that_another_program_takes_meanwhile(
    start: Start, content: bytes, small_disk: Path
) -> None:
    def grow(progress: TransferProgress) -> None:
        if progress.done and not (small_disk / "other").exists():
            (small_disk / "other").write_bytes(bytes(2 * MIB))

    reply = Reply(chunked=True, endless=True, headers=[("ETag", '"one"')])
    server = start(content, lambda _: reply)
    options = msgspec.structs.replace(QUICK, limit_rate=4 * MIB)
    with pytest.raises(CompanionError) as full:
        get(server.url(), UNKNOWN, small_disk, progress=grow, options=options)
    assert full.value.code == ErrorCode.DISK_FULL
    assert (small_disk / "other").stat().st_size == 2 * MIB
    assert (small_disk / "setup.bin.part").stat().st_size < 4 * MIB


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("etag", [True, False])
def test_a_file_may_be_given_a_largest_size(
    start: Start, content: bytes, tmp_path: Path, told: bool, etag: bool
) -> None:
    headers = [("ETag", '"endless"')] if etag else []
    endless = Reply(chunked=True, endless=True, headers=headers)
    server = start(content, lambda _: Reply(body=content, headers=headers) if told else endless)
    options = msgspec.structs.replace(QUICK, most_bytes=2 * MIB)
    with pytest.raises(CompanionError) as failed:
        get(server.url(), UNKNOWN, tmp_path, options=options)
    assert failed.value.code == ErrorCode.TOO_LONG
    part = tmp_path / "setup.bin.part"
    assert part.exists() == (etag and not told), "what can be continued is kept"
    assert not part.exists() or 0 < part.stat().st_size <= 2 * MIB
    server.script = None
    arrives(get(server.url(), UNKNOWN, tmp_path, options=QUICK), content)


def test_a_file_of_exactly_the_largest_size_arrives(start: Start, content: bytes, tmp_path: Path) -> None:
    options = msgspec.structs.replace(QUICK, most_bytes=len(content))
    server = start(content, lambda _: Reply(chunked=True, body=content))
    arrives(get(server.url(), UNKNOWN, tmp_path, options=options), content)


def test_room_counts_what_is_there_already(start: Start, content: bytes, small_disk: Path) -> None:
    content = content[: 4 * MIB]
    server = start(content)
    leave_partial(server, small_disk, expect(content), 3 * MIB)
    (small_disk / "other").write_bytes(bytes(MIB + MIB // 2))
    result = get(server.url(), expect(content), small_disk)
    assert result.path.read_bytes() == content
    assert result.resumed_from == 3 * MIB


def test_disk_that_may_only_be_read(start: Start, content: bytes, small_disk: Path) -> None:
    server = start(content)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(CompanionError) as failed:
        get(server.url(), expect(content), small_disk)
    assert (failed.value.code, server.requests) == ("folder", [])


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE, which gives the error that FAT32 gives")
@pytest.mark.parametrize("largest", [3 * MIB, 3 * MIB + 4711])
def test_file_system_that_ends_in_the_middle(start: Start, content: bytes, tmp_path: Path, largest: int) -> None:
    server = start(content)
    code, _, said = spawn(server, tmp_path, largest=largest).communicate()[0].partition(" ")
    assert code == "too-large"
    assert "FAT32" in said
    assert not (tmp_path / "setup.bin").exists()
    assert (tmp_path / "setup.bin.part").read_bytes() == content[:largest]
    result = get(server.url(), expect(content), tmp_path)
    arrives(result, content)
    assert result.bytes_fetched <= len(content) - largest + MIB


class Mount(NamedTuple):
    """Of what `psutil.disk_partitions` gives, what is read."""

    mountpoint: str
    fstype: str


@pytest.mark.parametrize("name", ["vfat", "FAT32", "ext4", "NTFS", "exfat"])
@pytest.mark.parametrize("known", [True, False])
def test_file_too_large_for_fat32_is_refused_before_it_is_fetched(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, known: bool
) -> None:
    mounts = [Mount(tmp_path.anchor, "ext4"), Mount(str(tmp_path), name), Mount(str(tmp_path / "deeper"), "ext4")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda: mounts)
    size = 2**32
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    server = start(b"", lambda _: Reply(raw=head))
    with pytest.raises(CompanionError) as failed:
        get(server.url(), Expected(filename="a", size=size if known else None), tmp_path, options=ONCE)
    assert (failed.value.code == ErrorCode.TOO_LARGE) == (name in ("vfat", "FAT32"))
    if failed.value.code == ErrorCode.TOO_LARGE:
        assert len(server.requests) == (0 if known else 1)
        assert "another drive" in failed.value.hint
    with pytest.raises(CompanionError) as failed:
        get(server.url(), Expected(filename="b", size=size - 1), tmp_path, options=ONCE)
    assert failed.value.code != ErrorCode.TOO_LARGE


@pytest.fixture
def fat32(tmp_path: Path) -> Iterator[Path]:
    """A stick as it is sold."""
    image, folder = tmp_path / "stick", tmp_path / "media"
    maker = shutil.which("mkfs.vfat", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if maker is None:
        pytest.skip("mkfs.vfat is not installed")
    subprocess.run([maker, "-F", "32", "-C", str(image), "65536"], check=True, capture_output=True)
    words = ["-t", "vfat", "-o", "loop", str(image)]
    with mounted(folder, words, "a kernel that knows FAT, and the right to mount") as stick:
        yield stick


def test_a_real_stick(start: Start, content: bytes, fat32: Path) -> None:
    server = start(content)
    with pytest.raises(CompanionError) as failed:
        get(server.url(), Expected(filename="a", size=2**32), fat32 / "new", options=ONCE)
    assert (failed.value.code, server.requests) == ("too-large", [])
    arrives(get(server.url(), expect(content), fat32 / "new"), content)
