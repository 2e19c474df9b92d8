"""The file customers download: what it is made of, and that it really installs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.demo.database import Database
from companion.demo.downloads.artifact import LEAST_SIZE, Artifact, ready_artifact
from companion.demo.downloads.installers import blocking_names
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode
from companion.domain.store.profile import BlockerKind, BlockerRule, BlockerSeverity, ProcessMatch, Profile, Stage

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="runs the installation file for Linux")
_SIZE = 30_000


@pytest.fixture
def larkfield(profile_document: bytes) -> Profile:
    return decode(profile_document, Profile, source="the profile")


@pytest.fixture
def quiet(larkfield: Profile) -> Profile:
    """The profile with one blocker that no other program on this machine is named like."""
    names = (f"zz-{os.getpid()}", f"zz-{os.getpid()}-with-a-long-name")
    matches = tuple(ProcessMatch(platform=platform, names=names) for platform in (Platform.LINUX, Platform.MACOS))
    rule = BlockerRule(
        id="zz", name="ZZ", kind=BlockerKind.OTHER, severity=BlockerSeverity.BLOCKS, stages=(Stage.INSTALL,),
        why="For this test.", matches=matches,
    )  # fmt: skip
    return msgspec.structs.replace(larkfield, blockers=(rule,))


Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes the installation file for a profile and a system."""
    database = Database(tmp_path / "made.db")

    def made(profile: Profile, platform: Platform = Platform.LINUX, size: int = _SIZE) -> Path:
        artifact = ready_artifact(tmp_path / "made", database, profile, platform, size)
        return tmp_path / "made" / artifact.filename

    yield made
    database.close()


def _run(
    file: Path, *arguments: str, reply: str | None = None, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    return subprocess.run(
        ["/bin/sh", str(file), *arguments],
        input=reply or "",
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts a program under a name of our choice, and ends it."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(name: str) -> subprocess.Popen[bytes]:
        program = tmp_path / name
        shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
        started.append(subprocess.Popen([program, "600"]))
        comm = Path(f"/proc/{started[-1].pid}/comm")
        while comm.read_text().strip() != name[:15]:  # until the copy has taken its parent's place
            os.sched_yield()
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


@linux_only
@pytest.mark.parametrize("folder", ["installed", "with a space", "ümläut $(touch x) `id` \"'", "-dash", "a/b/c"])
def test_it_installs_silently(make: Make, quiet: Profile, tmp_path: Path, folder: str) -> None:
    target = tmp_path / "targets" / folder
    done = _run(make(quiet), "--silent", "--target", str(target))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    marker = json.loads((target / "installed.json").read_text())
    assert marker.keys() == {"product", "version", "installedAt"}
    assert [path.name for path in target.iterdir()] == ["installed.json"]


@linux_only
def test_it_runs_by_itself_and_again(make: Make, quiet: Profile, tmp_path: Path) -> None:
    for _ in range(2):
        done = subprocess.run([make(quiet), "--target", tmp_path / "t", "--silent"], timeout=60, check=False)
        assert done.returncode == 0


@linux_only
def test_it_refuses_while_outlook_runs_without_a_window(
    make: Make, larkfield: Profile, tmp_path: Path, running: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    running("outlook")
    done = _run(make(larkfield), "--silent", "--target", str(tmp_path / "t"))
    assert done.returncode == 20
    assert "outlook" in done.stderr.splitlines()
    assert not (tmp_path / "t").exists()


@linux_only
@pytest.mark.parametrize("spelling", [str.lower, str.upper])
@pytest.mark.parametrize("ending", ["", "-with-a-long-name"])
def test_it_refuses_until_the_program_has_gone(
    make: Make, quiet: Profile, tmp_path: Path, running: Callable[[str], subprocess.Popen[bytes]],
    spelling: Callable[[str], str], ending: str,
) -> None:  # fmt: skip
    process = running(spelling(f"zz-{os.getpid()}{ending}"))
    file = make(quiet)
    assert _run(file, "--silent", "--target", str(tmp_path / "t")).returncode == 20
    process.kill()
    stat = Path(f"/proc/{process.pid}/stat")
    while ") Z " not in stat.read_text():  # ended, and not yet collected: a zombie blocks nothing
        os.sched_yield()
    assert _run(file, "--silent", "--target", str(tmp_path / "t")).returncode == 0


@linux_only
@pytest.mark.parametrize(("reply", "code"), [("y\n", 0), ("Yes\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_without_silent_it_asks(make: Make, quiet: Profile, tmp_path: Path, reply: str, code: int) -> None:
    done = _run(make(quiet), "--target", str(tmp_path / "t"), reply=reply)
    assert (done.returncode, (tmp_path / "t").exists()) == (code, code == 0)
    assert "Lantern Protect" in done.stdout


@linux_only
def test_a_damaged_file_or_an_unusable_folder(make: Make, quiet: Profile, tmp_path: Path) -> None:
    whole = make(quiet)
    cut = tmp_path / "cut.run"
    cut.write_bytes(whole.read_bytes()[:-1])
    longer = tmp_path / "longer.run"
    longer.write_bytes(whole.read_bytes() + b"x")
    target = ("--target", str(tmp_path / "t"))
    assert [_run(file, "--silent", *target).returncode for file in (cut, longer)] == [3, 3]
    (tmp_path / "file").write_text("in the way")
    assert _run(whole, "--silent", "--target", str(tmp_path / "file")).returncode == 3
    assert _run(whole, "--silent", "--target", str(tmp_path / "file" / "below")).returncode == 3
    for arguments in (("--silent",), ("--silent", "--target"), ("--target", ""), ("--other",)):
        assert _run(whole, *arguments).returncode == 3
    assert not (tmp_path / "t").exists()


@linux_only
def test_the_one_for_macos_looks_at_its_own_process_list(make: Make, quiet: Profile, tmp_path: Path) -> None:
    file = make(quiet, Platform.MACOS)
    assert file.suffix == ".command"
    ps = tmp_path / "bin" / "ps"
    ps.parent.mkdir()
    for shown, code in (("Finder", 0), (f"ZZ-{os.getpid()}", 20)):
        ps.write_text(f'#!/bin/sh\n[ "$*" = "-axco comm=" ] && printf "%s\\n" Dock "{shown}"\n')
        ps.chmod(0o755)
        assert _run(file, "--silent", "--target", str(tmp_path / "t"), path=str(ps.parent)).returncode == code


def test_macos_names_with_spaces_are_matched_whole(make: Make, larkfield: Profile, tmp_path: Path) -> None:
    text = make(larkfield, Platform.MACOS).read_bytes().partition(b"\nexit 0\n")[0].decode()
    assert r"[mM][iI][cC][rR][oO][sS][oO][fF][tT]\ [oO][uU][tT][lL][oO][oO][kK]" in text


def test_the_one_for_windows_never_searches_its_payload(make: Make, larkfield: Profile) -> None:
    file = make(larkfield, Platform.WINDOWS)
    head, found, _ = file.read_bytes().partition(b"\r\nexit /b 0\r\n")
    assert (file.suffix, found) == (".cmd", b"\r\nexit /b 0\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert not any(line.lstrip().startswith(":") or "goto" in line.lower() or "call :" in line for line in lines)
    assert any('"OUTLOOK.EXE"' in line and '"msedge.exe"' in line for line in lines)
    assert not any("msedgewebview2" in line or "msiexec" in line for line in lines)


@pytest.mark.slow
@pytest.mark.windows
@pytest.mark.skipif(shutil.which("wine") is None, reason="runs the installation file for Windows")
def test_the_one_for_windows_installs_and_refuses(make: Make, larkfield: Profile, tmp_path: Path) -> None:
    file, prefix = make(larkfield, Platform.WINDOWS), tmp_path / "prefix"
    environment = {**os.environ, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all"}

    def run(*arguments: str, reply: str = "", script: Path = file) -> int:
        command = ["wine", "cmd", "/c", script.name, *arguments]
        return subprocess.run(
            command, cwd=script.parent, env=environment, input=reply, text=True, capture_output=True, timeout=120
        ).returncode

    try:
        assert run("--silent", "--target", r"C:\two words (x) & y") == 0
        marker = json.loads((prefix / "drive_c" / "two words (x) & y" / "installed.json").read_text())
        assert marker.keys() == {"product", "version", "installedAt"}
        assert [run("--target", r"C:\asked", reply=reply) for reply in ("n\n", "", "y\n")] == [2, 2, 0]
        cut = file.with_name("cut.cmd")
        cut.write_bytes(file.read_bytes()[:-1])
        assert [run("--silent"), run("--silent", "--target", r"C:\cut", script=cut)] == [3, 3]
        outlook = prefix / "drive_c" / "Outlook.exe"
        shutil.copy(prefix / "drive_c" / "windows" / "system32" / "cmd.exe", outlook)
        with subprocess.Popen(
            ["wine", str(outlook)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.read(1)  # its prompt: it runs
            assert run("--silent", "--target", r"C:\blocked") == 20
            process.communicate(b"exit\r\n", timeout=60)
        assert run("--silent", "--target", r"C:\blocked") == 0
    finally:
        subprocess.run(["wineserver", "-k"], env=environment, timeout=60, check=False)


def test_the_names_come_from_the_rules_that_block_installing(larkfield: Profile) -> None:
    names = blocking_names(larkfield, Platform.LINUX)
    assert {"outlook", "chrome", "chromium", "firefox", "thunderbird"} <= set(names)
    assert {"soffice.bin", "clamd", "fdm"}.isdisjoint(names)
    hostile = ProcessMatch(platform=Platform.LINUX, names=("$(reboot)", "a'b", 'c"d', "e)f", "plain"))
    rules = tuple(msgspec.structs.replace(rule, matches=(hostile,)) for rule in larkfield.blockers[:1])
    assert blocking_names(msgspec.structs.replace(larkfield, blockers=rules), Platform.LINUX) == ("plain",)


@pytest.mark.parametrize("size", [LEAST_SIZE, 2**20 - 1, 2**20, 2**20 + 1, 4 * 2**20, 4 * 2**20 + 1])
def test_it_has_exactly_the_wanted_size(make: Make, larkfield: Profile, size: int) -> None:
    assert make(larkfield, size=size).stat().st_size == size


def test_too_small_a_size_is_refused(make: Make, larkfield: Profile) -> None:
    with pytest.raises(ValueError, match="at least"):
        make(larkfield, size=LEAST_SIZE - 1)


def test_it_is_the_same_everywhere_and_made_once(larkfield: Profile, tmp_path: Path) -> None:
    def ready(folder: str, size: int) -> tuple[Artifact, int]:
        database = Database(tmp_path / f"{folder}.db")
        artifact = ready_artifact(tmp_path / folder, database, larkfield, Platform.LINUX, size)
        database.close()
        return artifact, (tmp_path / folder / artifact.filename).stat().st_mtime_ns

    first, made = ready("one", _SIZE)
    assert ready("two", _SIZE)[0] == first
    assert ready("one", _SIZE) == (first, made)
    other, _ = ready("one", _SIZE + 1)
    assert (other.size, other.sha256 != first.sha256) == (_SIZE + 1, True)
    (tmp_path / "one" / other.filename).unlink()
    assert ready("one", _SIZE + 1)[0] == other
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [other.filename]
