"""Real programs to find and close on Linux: copies of ``sleep`` under other names, as children of no test."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Fact
from companion.domain.store.profile import BlockerKind, BlockerRule, BlockerSeverity, ProcessMatch, Stage
from companion.services.platforms.linux.platform import linux as linux_services
from companion.services.platforms.linux.system import LinuxSystem
from companion.services.platforms.protocol import PlatformServices
from tests.kits.waiting import until


class Programs:
    """Starts programs that are neither children nor in the session of the tests, and ends what is left of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[int] = []
        self.scripts: dict[int, str] = {}

    def start(self, name: str, *, script: str = "") -> int:
        """Start a program called `name`; with `script` a shell under that name that runs it.

        A script that writes to ``"$1"`` says so that it is ready, and is waited for.
        """
        path = self.folder / name
        if not path.exists():
            shutil.copy("/bin/sh" if script else "/bin/sleep", path)
        ready = self.folder / f"{name}.{len(self.started)}.ready"
        words = [str(path), "-c", script, str(path), str(ready)] if script else [str(path), "3600"]
        pid = self._detach(name, words)
        if '"$1"' in script:
            until(ready.exists)
        return pid

    def _detach(self, name: str, words: list[str]) -> int:
        note = self.folder / f"{name}.{len(self.started)}.pid"
        # The shell in between ends at once, so the program belongs to init.
        starter = 'note="$1"; shift; "$@" >/dev/null 2>&1 </dev/null & echo $! >"$note"'
        subprocess.run(["/bin/sh", "-c", starter, "sh", str(note), *words], start_new_session=True, check=True)
        pid = int(note.read_text())
        self.started.append(pid)
        # Between fork and exec it is still called "sh".
        until(lambda: Path(f"/proc/{pid}/comm").read_text().strip() == name[:15])
        return pid

    def script(self, name: str, text: str) -> int:
        """Start a script that is called `name`; its executable is its interpreter."""
        path = script(self.folder / name, text)
        pid = self._detach(name, [str(path)])
        self.scripts[pid] = name
        return pid

    def running(self, name: str) -> list[int]:
        """The programs of that name that were started from this folder, by whomever."""
        found = []
        for pid in self._from_here():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/exe").readlink() == self.folder / name:
                    found.append(pid)
        return found

    def rules(self, *names: str, **changes: object) -> tuple[BlockerRule, ...]:
        """One blocking rule per program name, for programs of this folder only: no other is to be touched."""
        return tuple(
            replace(
                BlockerRule(
                    id=name,
                    name=name.title(),
                    kind=BlockerKind.BROWSER,
                    severity=BlockerSeverity.BLOCKS,
                    stages=(Stage.INSTALL,),
                    why="Setup replaces a part of it.",
                    matches=(ProcessMatch(names=(name,), platform=Platform.LINUX, path_contains=(str(self.folder),)),),
                ),
                **changes,
            )
            for name in names
        )

    def end_all(self) -> None:
        """End whatever runs from this folder; once more while one of them has brought another back."""

        def none_left() -> bool:
            left = self._from_here()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not left

        for pid, name in self.scripts.items():
            if alive(pid) and Path(f"/proc/{pid}/comm").read_text().strip() == name[:15]:
                os.kill(pid, signal.SIGKILL)
        until(none_left)

    def _from_here(self) -> list[int]:
        found = []
        for link in Path("/proc").glob("[0-9]*/exe"):
            with contextlib.suppress(OSError):
                if link.readlink().is_relative_to(self.folder):
                    found.append(int(link.parent.name))
        return found


class _Booted(LinuxSystem):
    """This machine in a given run of the system; None is one that cannot be told."""

    def __init__(self, run: str | None) -> None:
        super().__init__(os.environ)
        self._run = run

    def boot_id(self) -> Fact[str]:
        return Fact.known(self._run) if self._run else Fact.unknown("the kernel does not say")


def booted(run: str | None = "first") -> PlatformServices:
    """Returns this machine in a given run of the system; None is one that cannot be told."""
    return dataclasses.replace(linux_services(), system=_Booted(run))


def alive(pid: int) -> bool:
    """Whether the process runs; a dead one that has not been waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    """Starts programs out of a folder of this test, which are children of no test."""
    folder = tmp_path / "programs"
    folder.mkdir()
    found = Programs(folder)
    yield found
    found.end_all()


def live_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make `folder`, empty, the home folder that this process and what it starts believe in."""
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(folder.with_name("nothing")))
    for name in ("XDG_CONFIG_HOME", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return folder


def autostart(home: Path, name: str, command: str) -> Path:
    """Write an XDG autostart entry into `home`."""
    path = home / ".config/autostart" / f"{name}.desktop"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[Desktop Entry]\nType=Application\nName={name}\nExec={command}\n")
    return path


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Mail:
    """Test Mail, which runs without a window because an entry starts it."""

    def __init__(self, programs: Programs, person: Path) -> None:
        self.programs = programs
        self.pid = programs.start("test-mail")
        self.entry = autostart(person, "MailHelper", f"{programs.folder / 'test-mail'} 3600")
        self.before = self.entry.read_bytes()

    @property
    def held(self) -> bool:
        return b"Hidden=true" in self.entry.read_bytes()

    @property
    def as_before(self) -> bool:
        return self.entry.read_bytes() == self.before
