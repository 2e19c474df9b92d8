"""The Windows lab: a Windows of its own for each test, in which this very program runs under Windows Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LAB = Path(
    os.environ.get("COMPANION_WINLAB")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "companion-winlab"
)


def windows_path(path: Path) -> str:
    """A path of this machine as Windows programs in the lab see it."""
    return "Z:" + str(path).replace("/", "\\")


class Windows:
    """One Windows: its own registry and disk (hard links to the lab's, so it costs little), no screen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = folder / "prefix"
        shutil.copytree(LAB / "prefix", self.prefix, symlinks=True, copy_function=os.link)
        for name in ("system.reg", "user.reg", "userdef.reg"):
            # The registry is written in place: links would reach back into the lab.
            (self.prefix / name).unlink()
            shutil.copy(LAB / "prefix" / name, self.prefix / name)
        # Where installations put programs: elsewhere a name alone makes no program a certain one.
        self.programs = self.prefix / "drive_c" / "Program Files" / "Stand-ins"
        self.programs.mkdir(parents=True)
        for program in (LAB / "bin").iterdir():
            shutil.copy(program, self.programs)
        temporary = folder / "tmp"
        temporary.mkdir()
        self.environment = {
            **os.environ,
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "PYTHONPATH": "",
            "DISPLAY": "",
            "TMPDIR": str(temporary),
        }
        self._resident = self._start_resident()

    def run(self, story: str, *arguments: str, timeout: float = 120) -> Any:
        """Run a function of ``stories.py`` in Windows Python with text arguments; its answer is what it returns."""
        command = [str(LAB / "winpy"), windows_path(HERE / "stories.py"), windows_path(ROOT), story, *arguments]
        environment = {**self.environment, "STORY_SECONDS": str(timeout * 0.9)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)
        lines = done.stdout.strip().splitlines()
        failure = f"{story} failed:\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, failure
        assert lines, failure
        return json.loads(lines[-1])

    def run_all(self, *steps: Sequence[str], timeout: float = 120) -> list[Any]:
        """Run stories one after the other in one Windows Python, each with its arguments; returns their answers."""
        answers: list[Any] = self.run("several", json.dumps(steps), timeout=timeout)
        return answers

    def program(self, name: str) -> str:
        """The path of a stand-in, as Windows sees it."""
        return rf"C:\Program Files\Stand-ins\{name}"

    def restart(self) -> None:
        """End everything and start Windows again: Run keys, Startup folders and services do their work."""
        self.end()
        self._run_quietly("wine", "wineboot")
        self._resident = self._start_resident()

    def end(self) -> None:
        self._wineserver("-k")
        self._wineserver("-w")
        self._end_resident()

    def _start_resident(self) -> subprocess.Popen[bytes]:
        """Start a program that waits for its input: without any program, Wine's Windows ends after some seconds."""
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(
            ["wine", "cmd"], env=self.environment, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )

    def _end_resident(self) -> None:
        self._resident.communicate()

    def _wineserver(self, option: str) -> None:
        self._run_quietly("wineserver", option)

    def _run_quietly(self, *command: str) -> None:
        # No pipes: what Windows starts would inherit them and keep them open.
        nowhere = subprocess.DEVNULL
        subprocess.run(
            command, env=self.environment, stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=60, check=False
        )
