"""Files are written whole, on the disk and under their own name, or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.app.atomic_file import replace_file, sync_folder, write_file

posix = pytest.mark.skipif(os.name != "posix", reason="needs the modes of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_bytes_and_text_are_written_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, b"one\r\n\x00")
    assert path.read_bytes() == b"one\r\n\x00"
    replace_file(path, "zwei\n✓")
    assert path.read_bytes() == "zwei\n✓".encode()
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_what_the_program_keeps_is_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, b"")
    assert mode(path) == 0o600


@posix
def test_what_the_person_asked_for_is_private_whatever_their_umask_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_file(tmp_path / "file", b"")
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == 0o600


@posix
@pytest.mark.parametrize("write", [replace_file, write_file])
def test_a_file_that_exists_keeps_its_mode(tmp_path: Path, write: object) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o640)
    assert callable(write)
    write(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o640)


@posix
def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    other, path = tmp_path / "other", tmp_path / "file"
    other.write_text("untouched")
    other.chmod(0o644)
    path.symlink_to(other)
    replace_file(path, "new")
    assert not path.is_symlink()
    assert (path.read_text(), mode(path), other.read_text()) == ("new", 0o600, "untouched")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.mkdir()
    (path / "inside").write_text("untouched")
    with pytest.raises(OSError):
        replace_file(path, b"a folder stands in the way")
    assert (path / "inside").read_text() == "untouched"
    assert list(tmp_path.iterdir()) == [path]


def test_where_the_person_cannot_write_they_are_told(tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "file"
    with pytest.raises(CompanionError) as told:
        write_file(path, b"")
    assert told.value.code is ErrorCode.FILE_NOT_WRITTEN
    assert str(path.parent) in told.value.message
    with pytest.raises(FileNotFoundError):
        replace_file(path, b"")


def test_a_name_as_long_as_the_disk_allows_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    replace_file(path, b"whole")
    assert path.read_bytes() == b"whole"


def test_of_several_writers_at_once_one_wins_and_nothing_is_mixed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([65 + number]) * 200_000 for number in range(6)]
    start = threading.Barrier(len(contents))

    def write(content: bytes) -> None:
        start.wait()
        replace_file(path, content)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_folder_that_cannot_be_opened_needs_no_syncing(tmp_path: Path) -> None:
    sync_folder(tmp_path / "missing")
    sync_folder(tmp_path)
