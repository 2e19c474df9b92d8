"""A new version beside the old one: whatever happens at any step, one whole version is in its place."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.updates.folders import FolderUpdate, VersionFolders
from tests.conftest import SYSTEM

ROOT = Path(__file__).parents[3]
STEPS = ["unpacking", "trying", "quitting", "switching", "starting", "done"]
pytestmark = pytest.mark.skipif(SYSTEM == "windows", reason="there the installer does this")


def program(version: str, *, works: bool = True, says: str | None = None) -> bytes:
    told = f"echo Companion {says or version}" if works else "exit 3"
    return f"#!/bin/sh\n{told}\n".encode()


def packed(folder: Path, version: str, content: bytes | None = None, extra: dict[str, bytes] | None = None) -> Path:
    archive = folder / f"companion-{version}.tar.xz"
    inside = f"Companion/versions/{version}"
    files = {f"{inside}/companion": content or program(version), f"{inside}/data": b"x" * 1000, **(extra or {})}
    with tarfile.open(archive, "w:xz") as made:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            made.addfile(member, io.BytesIO(data))
    return archive


@pytest.fixture
def base(tmp_path: Path) -> Path:
    made = tmp_path / "Companion"
    present = made / "versions/0.1.0"
    present.mkdir(parents=True)
    (present / "companion").write_bytes(program("0.1.0"))
    (present / "companion").chmod(0o755)
    (present / "data").write_bytes(b"x" * 1000)
    (made / "current").symlink_to("versions/0.1.0")
    return made


def version(base: Path) -> str:
    """What the program in its lasting place says, which must be whole."""
    assert len((base / "current/data").read_bytes()) == 1000
    return subprocess.run([base / "current/companion"], capture_output=True, text=True, check=True).stdout.split()[1]


class Running:
    """The program that runs, and how the versions behave once they are started."""

    def __init__(self, base: Path, *, runs: bool = True, comes_up: bool = True) -> None:
        self.base, self.runs, self.comes_up = base, runs, comes_up
        self.started: list[str] = []
        self.put_back_before: list[int] = []

    def quit(self) -> bool:
        was, self.runs = self.runs, False
        return was

    def start(self, there: Path) -> None:
        self.started.append(version(self.base))
        self.runs = self.comes_up or self.started[-1] == "0.1.0"

    def update(self) -> FolderUpdate:
        folders = VersionFolders(self.base)
        return FolderUpdate(folders, self.quit, self.start, lambda: self.runs, self.put_back, patience=0.0)

    def put_back(self) -> None:
        assert version(self.base) == "0.1.0"
        self.put_back_before.append(len(self.started))


def test_a_new_version_takes_the_place_and_starts_where_one_ran(base: Path, tmp_path: Path) -> None:
    running = Running(base)
    running.update().install(packed(tmp_path, "0.2.0"), "0.2.0", "0.1.0")
    assert (version(base), running.started, running.put_back_before) == ("0.2.0", ["0.2.0"], [])
    assert sorted(path.name for path in base.iterdir()) == ["current", "versions"]


def test_where_none_ran_none_is_started(base: Path, tmp_path: Path) -> None:
    running = Running(base, runs=False)
    running.update().install(packed(tmp_path, "0.2.0"), "0.2.0", "0.1.0")
    assert (version(base), running.started) == ("0.2.0", [])


def test_only_the_present_version_and_the_one_before_are_kept(base: Path, tmp_path: Path) -> None:
    before = "0.1.0"
    for following in ("0.2.0", "0.3.0"):
        Running(base).update().install(packed(tmp_path, following), following, before)
        before = following
    assert sorted(path.name for path in (base / "versions").iterdir()) == ["0.2.0", "0.3.0"]


def test_a_version_that_does_not_come_up_is_taken_back(base: Path, tmp_path: Path) -> None:
    running = Running(base, comes_up=False)
    with pytest.raises(CompanionError) as caught:
        running.update().install(packed(tmp_path, "0.2.0"), "0.2.0", "0.1.0")
    assert caught.value.code is ErrorCode.UPDATE_FAILED
    assert "0.1.0 was put back" in caught.value.message
    assert (version(base), running.started, running.runs) == ("0.1.0", ["0.2.0", "0.1.0"], True)
    assert running.put_back_before == [1], "what the new version has changed, before the old one starts"


@pytest.mark.parametrize("content", [program("0.2.0", works=False), program("0.2.0", says="0.1.9"), b"no program"])
def test_a_version_that_does_not_work_is_not_put_into_place(base: Path, tmp_path: Path, content: bytes) -> None:
    running = Running(base)
    with pytest.raises(CompanionError) as caught:
        running.update().install(packed(tmp_path, "0.2.0", content), "0.2.0", "0.1.0")
    assert caught.value.code is ErrorCode.UPDATE_FAILED
    assert (version(base), running.started, running.runs) == ("0.1.0", [], True)
    assert [path.name for path in (base / "versions").iterdir()] == ["0.1.0"]


def test_an_archive_that_is_none_changes_nothing(base: Path, tmp_path: Path) -> None:
    for content in (
        b"",
        b"no archive",
        packed(tmp_path, "0.3.0").read_bytes(),
        packed(tmp_path, "9").read_bytes()[:99],
    ):
        archive = tmp_path / "companion-0.2.0.tar.xz"
        archive.write_bytes(content)
        with pytest.raises(CompanionError) as caught:
            Running(base).update().install(archive, "0.2.0", "0.1.0")
        assert caught.value.code is ErrorCode.UPDATE_FAILED
        assert version(base) == "0.1.0"


@pytest.mark.parametrize("name", ["../../../evil", "../0.1.0/data"])
def test_nothing_is_unpacked_elsewhere(base: Path, tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path, "0.2.0", extra={f"Companion/versions/0.2.0/{name}": b"evil"})
    with pytest.raises(CompanionError):
        Running(base).update().install(archive, "0.2.0", "0.1.0")
    assert version(base) == "0.1.0"
    assert not list(tmp_path.rglob("evil"))


def test_files_beside_the_version_are_left_in_the_archive(base: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path, "0.2.0", extra={"Companion/current": b"evil", "evil": b"evil"})
    Running(base).update().install(archive, "0.2.0", "0.1.0")
    assert version(base) == "0.2.0"
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_one_whole_version_is_there_and_the_next_try_works(
    base: Path, tmp_path: Path, step: str
) -> None:
    archive = packed(tmp_path, "0.2.0")
    words = [sys.executable, "-m", "tests.kits.update_process", str(base), str(archive), step]
    killed = subprocess.run(words, cwd=ROOT, timeout=120)
    assert killed.returncode == 9, "it came to that step"
    assert version(base) == ("0.2.0" if step in ("starting", "done") else "0.1.0")
    Running(base).update().install(archive, "0.2.0", "0.1.0")
    assert version(base) == "0.2.0"
    left = [path.name for path in (*base.iterdir(), *(base / "versions").iterdir())]
    assert not [name for name in left if name.startswith(".")]
