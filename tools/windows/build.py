"""Builds the Windows program under Wine, and tries it there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.environment import PYTHON, ROOT
from tools.system_packages import say

BUILT = ROOT / "build/windows"
WORK = ROOT / "build/windows-work"


def lab() -> Path:
    """Returns the folder of the Windows lab, as tests/windows/setup_lab.sh chooses it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("COMPANION_WINLAB") or cache / "companion-winlab")


def build() -> int:
    """Builds ``build/windows/companion`` and runs its tests in the lab; returns the exit code of what failed, or 0."""
    words = ["--noconfirm", "--log-level", "WARN", "--distpath", BUILT, "--workpath", WORK, ROOT / "build.spec"]
    if code := _run(lab() / "winpy", "-m", "PyInstaller", *(_on_windows(word) for word in words)):
        say("The Windows program could not be built; the message above says why.")
        return code
    files = [path for path in (BUILT / "companion").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    say(f"Built: build/windows/companion, {len(files)} files, {size / 2**20:.1f} MiB. Now it is tried.")
    return _run(PYTHON, "-m", "pytest", "tests/windows/test_built.py")


def _on_windows(word: object) -> str:
    """Returns a path of this machine as Windows programs see it, and other words as they are."""
    return "Z:" + str(word).replace("/", "\\") if isinstance(word, Path) else str(word)


def _run(*command: object) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(build())
