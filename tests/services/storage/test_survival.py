"""The library under what happens to laptops: killed at any instant, full and read-only disks, damage, two starts."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.library_file import Saved, UnusableReason
from companion.domain.store.orders import Receipt
from companion.services.storage.database import Library
from companion.services.storage.records import TimelineEntry
from tests.kits.processes import ROOT, command

STORE = "https://store.example"
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its writers")


def note(library: Library, text: str) -> None:
    library.note(TimelineEntry(at=NOW, event=text, order_number=None, facts={}))


@posix
@pytest.mark.parametrize("rounds", [25, pytest.param(400, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_instant_loses_nothing_it_had_acknowledged(tmp_path: Path, rounds: int) -> None:
    words = command("killed_writer", str(tmp_path / "library.db"), str(rounds), "7")
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert f"{rounds} kills" in ended.stdout


Mount = Callable[[str], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a small disk of its own; only root may."""
    mounted: list[Path] = []

    def make(options: str) -> Path:
        folder = tmp_path / "disk"
        folder.mkdir(exist_ok=True)
        words = ["mount", "-t", "tmpfs", "-o", options, "companion-test", str(folder)]
        if os.name != "posix" or os.geteuid() != 0 or subprocess.run(words, capture_output=True).returncode:
            pytest.skip("no small disk can be mounted here")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_what_was_written_stays(mount: Mount) -> None:
    disk = mount("size=1m")
    library = Library(disk / "library.db")
    written = 0

    def write_on() -> None:
        nonlocal written
        while True:
            note(library, f"{written:05} {'x' * 2000}")
            written += 1

    with pytest.raises(CompanionError) as failed:
        write_on()
    assert failed.value.code == ErrorCode.LIBRARY_NOT_WRITABLE
    assert "Free some space" in failed.value.hint
    assert written > 20
    assert [entry.event[:5] for entry in library.timeline(10**6)] == [f"{number:05}" for number in range(written)]
    # Reading goes on, and so does writing once there is room again.
    subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
    note(library, "room again")
    library.close()
    library = Library(disk / "library.db")
    assert library.set_aside is None
    assert len(library.timeline(10**6)) == written + 1
    library.close()


def test_a_disk_without_any_room_is_told_at_the_start(mount: Mount) -> None:
    disk = mount("size=16k")
    (disk / "filler").write_bytes(b"x" * 12288)
    with pytest.raises(CompanionError) as failed:
        Library(disk / "library.db")
    assert failed.value.code == ErrorCode.LIBRARY_NOT_WRITABLE


def test_a_read_only_disk_is_told(mount: Mount) -> None:
    disk = mount("size=4m")
    library = Library(disk / "library.db")
    note(library, "kept")
    library.close()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(CompanionError) as failed:
        Library(disk / "library.db")
    assert failed.value.code == ErrorCode.LIBRARY_NOT_WRITABLE
    assert "folder belongs to you" in failed.value.hint
    assert [path.name for path in disk.iterdir() if "damaged" in path.name] == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="to root every folder is writable")
def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(CompanionError) as failed:
            Library(tmp_path / "library.db")
    finally:
        tmp_path.chmod(0o700)
    assert failed.value.code == ErrorCode.LIBRARY_NOT_WRITABLE


def filled(path: Path, orders: int = 40) -> None:
    library = Library(path)
    library.remember_setting("store", STORE)
    for number in range(orders):
        library.add_order(STORE, f"LF-{number:04}", NOW)
        library.remember_receipt(STORE, f"LF-{number:04}", receipt(number))
    for number in range(500):
        note(library, f"{number} {'x' * 300}")
    library.close()


def receipt(number: int) -> Receipt:
    return Receipt(
        id=f"R-{number}", subscription_id="s", auto_renew=False, received_at=NOW, effective_at=NOW,
        still_active_until=NOW, statement="It is off.",
    )  # fmt: skip


def test_of_a_damaged_library_the_orders_and_receipts_are_saved(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    filled(path)
    content = bytearray(path.read_bytes())
    # The end of the file holds the latest notes of the time-line.
    content[-40 * 4096 : -36 * 4096] = b"\xaa" * (4 * 4096)
    path.write_bytes(content)
    library = Library(path)
    assert library.set_aside is not None
    assert library.set_aside.path.read_bytes() == bytes(content)
    assert library.set_aside.saved == Saved(orders=40, receipts=40, others=1)
    assert library.set_aside.reason is UnusableReason.DAMAGED
    assert [known.number for known in library.orders(STORE)] == [f"LF-{number:04}" for number in range(40)]
    assert library.setting("store") == STORE
    assert library.receipts(STORE, "LF-0007") == (receipt(7),)
    library.close()


@pytest.mark.parametrize("seed", range(8))
def test_however_a_file_is_damaged_the_program_starts_and_saves_only_what_makes_sense(
    tmp_path: Path, seed: int
) -> None:
    import random

    chance = random.Random(seed)
    path = tmp_path / "library.db"
    filled(path, orders=10)
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 20)):
        start = chance.randrange(len(content) - 2000)
        length = chance.randint(1, 2000)
        content[start : start + length] = chance.randbytes(length)
    path.write_bytes(content)
    library = Library(path)
    assert len(library.orders(STORE)) <= 10
    for known in library.orders(STORE):
        assert len(library.receipts(STORE, known.number)) <= 1
    note(library, "usable")
    assert library.timeline(1)[0].event == "usable"
    library.close()


def test_of_a_newer_programs_library_the_orders_are_saved_and_the_file_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    filled(path)
    newer = sqlite3.connect(path)
    newer.execute("ALTER TABLE orders ADD COLUMN colour TEXT")
    newer.execute("PRAGMA user_version = 9000")
    newer.commit()
    newer.close()
    before = path.read_bytes()
    library = Library(path)
    assert library.set_aside is not None
    assert library.set_aside.reason is UnusableReason.NEWER
    assert library.set_aside.path.read_bytes() == before
    assert len(library.orders(STORE)) == 40
    library.close()


def test_damage_that_comes_while_the_program_runs_is_told(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    filled(path)
    library = Library(path)
    # More than SQLite keeps in memory.
    for _ in range(4):
        note(library, "x" * 2_000_000)
    library.close()
    library = Library(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (size - 4096))
    with pytest.raises(CompanionError) as failed:
        library.timeline(10**6)
    assert failed.value.code == ErrorCode.LIBRARY_DAMAGED
    assert "start it again" in failed.value.hint
    library.close()
    library = Library(path)
    assert library.set_aside is not None
    library.close()


_FIRST_START = """
import sys
from pathlib import Path
from companion.services.storage.database import Library
sys.stdin.readline()
library = Library(Path(sys.argv[1]))
library.remember_setting(sys.argv[2], "here")
assert library.set_aside is None
library.close()
"""


@pytest.mark.parametrize("attempt", range(3))
def test_two_first_starts_at_once_make_one_library(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "library.db"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _FIRST_START, str(path), str(number)],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda program: program.communicate("go\n", timeout=60)[1], started))
    assert said == [""] * 4
    library = Library(path)
    assert [library.setting(str(number)) for number in range(4)] == ["here"] * 4
    library.close()
