"""How large the built programs are, and how their start compares with that of the source on the same system.

Run with ``python3 dev.py bench --only built`` after ``build-linux`` and ``build-windows``; the Windows program is
started in the lab. The goals: the Windows program at most 68 MiB, its installer at most 22 MiB, ``--version`` at most
1.05 times the source, and the window painted first no later than by the source. What is not built is left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure, NotMeasuredError, shown
from tools.windows.build import lab

ROOT = Path(__file__).parents[1]
WINDOWS, LINUX = ROOT / "build/windows", ROOT / "build/linux/companion"
MOST_MIB, MOST_SETUP_MIB, MOST_TIMES, MOST_TIMES_PAINTED = 68, 22, 1.05, 1.0
ROUNDS = 9
_STARTS = Path(__file__).with_name("built_start.py")


def size(folder: Path) -> float:
    """Returns the size of the files in a folder in MiB."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in files) / 2**20


def start_figures(system: str, python: Sequence[str], script: str, program: str, rounds: int) -> list[Figure]:
    """Returns how starts of a built program compare with those of the source."""
    ran = subprocess.run([*python, script, program, str(rounds)], capture_output=True, text=True, cwd=ROOT)
    if ran.returncode != 0:
        raise NotMeasuredError(f"{system}: {ran.stdout[-1000:]}{ran.stderr[-2000:]}")
    found = json.loads(ran.stdout.splitlines()[-1])
    made = []
    for name, most in (("version", MOST_TIMES), ("first paint", MOST_TIMES_PAINTED)):
        built, source = found[f"{name}, built"], found[f"{name}, source"]
        made.append(Figure(f"{system}, {name}, to the source", built / source, "×", most))
        made.append(Figure(f"{system}, {name}", built * 1000, "ms"))
    return made


def figures(rounds: int = ROUNDS) -> list[Figure]:
    """Returns what is known of the programs that are built here. Raises `NotMeasuredError` where none is."""
    made = []
    if (WINDOWS / "companion").is_dir():
        made.append(Figure("Windows program", size(WINDOWS / "companion"), "MiB", MOST_MIB))
    setups = sorted(WINDOWS.glob("*-setup.exe"))
    made += [Figure(setup.name, setup.stat().st_size / 2**20, "MiB", MOST_SETUP_MIB) for setup in setups]
    if (WINDOWS / "companion").is_dir() and (lab() / "winpy").exists():
        python = [str(lab() / "winpy")]
        made += start_figures("Windows", python, _there(_STARTS), _there(WINDOWS / "companion"), rounds)
    if (LINUX / "companion").exists():
        made += start_figures("Linux", [sys.executable], str(_STARTS), str(LINUX), rounds)
    if not made:
        raise NotMeasuredError("nothing is built: python3 dev.py build-linux, build-windows")
    return made


def _there(path: Path) -> str:
    """Returns a path of this machine as the lab sees it."""
    return "Z:" + str(path).replace("/", "\\")


def main() -> int:
    try:
        return shown(figures())
    except NotMeasuredError as why:
        sys.exit(str(why))


if __name__ == "__main__":
    sys.exit(main())
