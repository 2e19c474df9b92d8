"""Builds the Windows program under Wine, and tries it there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from companion import __version__
from tools.environment import PYTHON, ROOT
from tools.release.baking import bake
from tools.release.reproducible import reproducible, source_time
from tools.release.sums import write_sums
from tools.system_packages import exit_code, say
from tools.windows.icon_file import write_icon, write_side_picture
from tools.windows.signing import certificate, sign_where_possible

BUILT = ROOT / "build/windows"
WORK = ROOT / "build/windows-work"
PROGRAMS = ("companion.exe", "companionw.exe")


def lab() -> Path:
    """Returns the folder of the Windows lab, as tests/windows/setup_lab.sh chooses it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("COMPANION_WINLAB") or cache / "companion-winlab")


def build(*, untried: bool = False) -> int:
    """Builds ``build/windows/companion`` and its installer, and unless `untried` runs their tests in the lab.

    Returns the exit code of what failed, or 0.
    """
    bake()
    words = ["--noconfirm", "--log-level", "WARN", "--distpath", BUILT, "--workpath", WORK, ROOT / "build.spec"]
    if code := _run(lab() / "winpy", "-m", "PyInstaller", *(_on_windows(word) for word in words)):
        say("The Windows program could not be built; the message above says why.")
        return code
    sign_where_possible(*(BUILT / "companion" / name for name in PROGRAMS))
    files = [path for path in (BUILT / "companion").rglob("*") if path.is_file()]
    _have_source_time(*files)
    size = sum(path.stat().st_size for path in files)
    say(f"Built: build/windows/companion, {len(files)} files, {size / 2**20:.1f} MiB.")
    setup = BUILT / f"Companion-{__version__}-setup.exe"
    if code := make_installer(setup, version=__version__):
        say("The installer could not be built; the message above says why.")
        return code
    sign_where_possible(setup)
    write_sums(BUILT, [setup])
    say(f"Built: {setup.relative_to(ROOT)}, {setup.stat().st_size / 2**20:.1f} MiB.")
    if untried:
        return 0
    say("Now both are tried.")
    return _run(PYTHON, "-m", "pytest", "tests/windows/test_built.py", "tests/windows/test_installer.py")


def make_installer(
    target: Path, *, version: str, quick: bool = False, room: int = 0, program: Path = BUILT / "companion"
) -> int:
    """Makes the installer of a built program; returns makensis' exit code.

    For tests: `quick` without compression, and one that asks for `room`, in KiB, beside that for its files.
    """
    quickly = [*(["-DQUICK"] if quick else []), *([f"-DSPARE_KIB={room}"] if room else [])]
    # The uninstaller is made while the installer is, so the script has to sign it.
    signing = [f"-DSIGN={PYTHON} -m tools.windows.signing"] if certificate() is not None else []
    with tempfile.TemporaryDirectory() as folder:  # several are made at the same time
        drawing, icon, side = ROOT / "resources/icons/companion.svg", Path(folder, "icon.ico"), Path(folder, "side.bmp")
        write_icon(drawing, icon)
        write_side_picture(drawing, side)
        _have_source_time(side)
        defined = {"VERSION": version, "PROGRAM": program, "ICON": icon, "SIDE": side, "OUTPUT": target}
        options = [f"-D{name}={value}" for name, value in defined.items()]
        return _run("makensis", "-V2", "-NOCD", *options, *quickly, *signing, ROOT / "tools/windows/installer.nsi")


def _have_source_time(*files: Path) -> None:
    """Give files the time of the source: the installer has the times of all files that are in it."""
    moment = source_time()
    for file in files:
        os.utime(file, (moment, moment))


def _on_windows(word: object) -> str:
    """Returns a path of this machine as Windows programs see it, and other words as they are."""
    return "Z:" + str(word).replace("/", "\\") if isinstance(word, Path) else str(word)


def _run(*command: object) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=reproducible()).returncode


if __name__ == "__main__":
    sys.exit(exit_code(lambda: build(untried="--untried" in sys.argv)))
