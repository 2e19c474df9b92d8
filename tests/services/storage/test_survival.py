"""The library under what happens to laptops: killed at any instant, full and read-only disks, damage, two starts."""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.library_file import Saved, UnsavedReason, UnusableReason
from companion.domain.store.orders import Receipt
from companion.services.storage.database import Library
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.records import TimelineEntry
from tests.kits.processes import ROOT, command
from tests.kits.small_disks import Mount, fill_up, read_only
from tests.kits.small_disks import mount as mount

STORE = "https://store.example"
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its writers")


def note(library: Library, text: str) -> None:
    library.note(TimelineEntry(at=NOW, event=text, order_number=None, facts={}))


@posix
@pytest.mark.parametrize("rounds", [24, pytest.param(450, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_instant_loses_nothing_it_had_acknowledged(tmp_path: Path, rounds: int) -> None:
    words = command("killed_writer", str(tmp_path / "library.db"), str(rounds), "7")
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert f"{rounds} kills" in ended.stdout


def test_a_full_disk_is_told_and_what_was_written_stays(mount: Mount) -> None:
    disk = mount("size=1m")
    library = Library(disk / "library.db")
    written = 0

    def write_on() -> None:
        nonlocal written
        for number in range(10_000):
            library.add_order(STORE, f"{number:05} {'x' * 2000}", NOW)
            written += 1

    with pytest.raises(CompanionError) as failed:
        write_on()
    assert failed.value.code == ErrorCode.LIBRARY_NOT_WRITABLE
    assert "Free some space" in failed.value.hint
    assert written > 20
    assert [number[:5] for number in library.order_numbers(STORE)] == [f"{number:05}" for number in range(written)]
    # Reading goes on, and so does writing once there is room again.
    subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
    library.add_order(STORE, "room again", NOW)
    library.close()
    library = Library(disk / "library.db")
    assert library.set_aside is None
    assert len(library.order_numbers(STORE)) == written + 1
    library.close()


@pytest.mark.parametrize("close", [fill_up, read_only])
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_where_nothing_can_be_written_everything_is_read(
    mount: Mount, close: Callable[[Path], None], killed: bool
) -> None:
    disk = mount("size=16m")
    filled(disk / "library.db", orders=3)
    if killed:
        write_and_die(disk / "library.db")
    close(disk)
    before = {path.name: path.read_bytes() for path in disk.glob("*") if path.is_file()}
    with contextlib.closing(Library(disk / "library.db")) as library:
        assert len(library.order_numbers(STORE)) == 3 + killed
        assert len(library.all_receipts(STORE)) == 3
        # What comes from a store is shown until the end; what the person changes is refused.
        note(library, "seen")
        assert library.timeline(1)[0].event == "seen"
        assert library.unsaved is (UnsavedReason.DISK_FULL if close is fill_up else UnsavedReason.READ_ONLY)
        if killed and close is fill_up:
            return  # the journal that is there has room for small changes
        changes: list[Callable[[], object]] = [
            lambda: library.add_order(STORE, "new", NOW),
            lambda: library.remove_order(STORE, "LF-0001"),
            lambda: library.remember_receipt(STORE, "LF-0001", receipt(9)),
            lambda: library.change_purchase("1", lambda _: None),
            lambda: library.update_request(STORE, "x", lambda before: before),
            lambda: library.forget_store(STORE),
        ]
        for change in changes:
            with pytest.raises(CompanionError) as failed:
                change()
            assert failed.value.code == ErrorCode.LIBRARY_NOT_WRITABLE
            assert "Nothing was changed" in failed.value.message
        assert len(library.order_numbers(STORE)) == 3 + killed
    assert {name: (disk / name).read_bytes() for name in before} == before


def write_and_die(path: Path) -> None:
    """Add an order in a program that is killed before it can tidy up: its journal stays."""
    words = [sys.executable, "-c", _WRITE_AND_DIE, str(path)]
    assert subprocess.run(words, cwd=ROOT).returncode == -9


_WRITE_AND_DIE = """
import datetime as dt, os, signal, sys
from pathlib import Path
from companion.services.storage.database import Library
from companion.services.storage.migrations import MIGRATIONS
library = Library(Path(sys.argv[1]))
library.add_order("https://store.example", "LF-9999", dt.datetime.now(dt.UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_disk_that_becomes_full_while_the_program_runs(mount: Mount) -> None:
    disk = mount("size=16m")
    filled(disk / "library.db", orders=3)
    with contextlib.closing(Library(disk / "library.db")) as library:
        fill_up(disk)
        for number in range(40):
            note(library, f"{number} {'x' * 20_000}")
        assert library.unsaved is UnsavedReason.DISK_FULL
        assert library.timeline(1)[0].event.startswith("39 ")
        with pytest.raises(CompanionError):
            library.add_order(STORE, "x" * 100_000, NOW)
        (disk / "filler").unlink()
        library.add_order(STORE, "new", NOW)
        assert library.unsaved is None
    with contextlib.closing(Library(disk / "library.db")) as library:
        assert len(library.order_numbers(STORE)) == 4


@pytest.mark.parametrize("close", [fill_up, read_only])
def test_a_damaged_library_is_read_from_its_copy_also_where_nothing_can_be_written(
    mount: Mount, close: Callable[[Path], None]
) -> None:
    disk = mount("size=16m")
    filled(disk / "library.db", orders=3)
    (disk / "library.db").write_bytes(b"this is no database" * 500)
    close(disk)
    with contextlib.closing(Library(disk / "library.db")) as library:
        assert len(library.order_numbers(STORE)) == 3
        assert library.set_aside is not None
        assert library.set_aside.copy_made_at is not None
        assert library.unsaved is not None
    assert (disk / "library.db").read_bytes() == b"this is no database" * 500


@pytest.mark.parametrize("close", [fill_up, read_only])
def test_without_any_library_there_is_an_empty_one_where_nothing_can_be_written(
    mount: Mount, close: Callable[[Path], None]
) -> None:
    disk = mount("size=1m")
    close(disk)
    with contextlib.closing(Library(disk / "library.db")) as library:
        assert library.order_numbers(STORE) == ()
        assert library.unsaved is not None


@pytest.mark.parametrize("close", [fill_up, read_only])
def test_a_library_of_an_older_program_is_read_where_it_cannot_be_migrated(
    mount: Mount, close: Callable[[Path], None]
) -> None:
    disk = mount("size=16m")
    with contextlib.closing(sqlite3.connect(disk / "library.db", isolation_level=None)) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("INSERT INTO orders (store, number, added_at) VALUES (?, 'LF-1', ?)", (STORE, NOW.isoformat()))
        db.execute("PRAGMA user_version = 1")
    close(disk)
    with contextlib.closing(Library(disk / "library.db")) as library:
        assert library.order_numbers(STORE) == ("LF-1",)


@posix
@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_library_of_another_user_is_read_if_it_may_be(tmp_path: Path, mode: int) -> None:
    filled(tmp_path / "library.db", orders=3)
    (tmp_path / "library.db").chmod(mode)
    tmp_path.chmod(0o555)
    words = [sys.executable, "-c", _READ_AS_ANOTHER_USER, str(tmp_path / "library.db")]
    if os.geteuid() != 0:
        words[1:2] = ["-c"]
    try:
        ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    finally:
        tmp_path.chmod(0o700)
    if "cannot become" in ended.stdout:
        pytest.skip("only root can become another user")
    told = "3 orders, readOnly" if mode & 0o004 else "library-not-writable: the folder belongs to you"
    assert ended.stdout.strip() == told, ended.stderr


_READ_AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from companion.domain.core.errors import CompanionError
from companion.services.storage.database import Library
from companion.services.storage.migrations import MIGRATIONS
path = Path(sys.argv[1])
for folder in (path.parent, *path.parent.parents):
    if not folder.stat().st_mode & 0o001:
        try:
            os.chmod(folder, folder.stat().st_mode | 0o011)
        except OSError:
            sys.exit("cannot become another user here")
try:
    os.setgid(65534), os.setuid(65534)
except OSError:
    print("cannot become another user")
    sys.exit()
try:
    library = Library(path)
    print(f"{len(library.order_numbers('https://store.example'))} orders, {library.unsaved}")
except CompanionError as error:
    print(f"{error.code}: {'the folder belongs to you' if 'belongs to you' in error.hint else error.hint}")
"""


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
    shutil.rmtree(tmp_path / "copies")
    (tmp_path / "receipts.jsonl").unlink()
    content = bytearray(path.read_bytes())
    # The end of the file holds the latest notes of the time-line.
    content[-40 * 4096 : -36 * 4096] = b"\xaa" * (4 * 4096)
    path.write_bytes(content)
    library = Library(path)
    assert library.set_aside is not None
    assert library.set_aside.name is not None
    assert path.with_name(library.set_aside.name).read_bytes() == bytes(content)
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
from companion.services.storage.migrations import MIGRATIONS
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


_OPEN = """
import sys
from pathlib import Path
from companion.domain.core.errors import CompanionError
from companion.services.storage.database import Library
try:
    library = Library(Path(sys.argv[1]))
    print("opened, unsaved:", library.unsaved)
    library.close()
except CompanionError as error:
    print(error.code, error.message)
"""


def opened_elsewhere(path: Path) -> str:
    """What a program of its own says of opening the library; one that waits for ever is ended."""
    words = [sys.executable, "-c", _OPEN, str(path)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@posix
def test_a_pipe_in_the_place_of_the_library_is_told_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    os.mkfifo(path)
    told = opened_elsewhere(path)
    assert told.startswith(ErrorCode.LIBRARY_NOT_WRITABLE)
    assert told.endswith("library.db, but there is a pipe or a device of that name.")
    assert path.is_fifo()


@posix
@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_with_a_pipe_in_the_place_of_its_journal_the_library_is_read(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    Library(path).close()
    os.mkfifo(path.with_name(path.name + ending))
    assert opened_elsewhere(path) == "opened, unsaved: other"


@posix
def test_a_pipe_in_the_place_of_the_receipts_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "receipts.jsonl")
    assert opened_elsewhere(tmp_path / "library.db") == "opened, unsaved: None"
