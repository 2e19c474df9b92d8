"""How large the built programs are, and how their start compares with that of the source on the same system.

Run with ``python -m benchmarks.built`` after ``python3 dev.py build-linux`` and ``build-windows``. The yardsticks: the
Windows program at most 68 MiB, its installer at most 22 MiB, ``--version`` at most 1.05 times the source.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.second_start import seconds

BUILD = Path(__file__).parents[1] / "build"
WINDOWS, LINUX = BUILD / "windows/companion", BUILD / "linux/companion"
MOST_MIB, MOST_SETUP_MIB, MOST_TIMES = 68, 22, 1.05


def size(folder: Path) -> tuple[int, float]:
    """The number of files in a folder, and their size in MiB."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return len(files), sum(path.stat().st_size for path in files) / 2**20


def judged(name: str, value: float, most: float, unit: str) -> str:
    """A line with a figure and whether it is within its yardstick."""
    return f"{name}: {value:.2f} {unit}, yardstick {most} {unit}: {'met' if value <= most else 'missed'}"


def main() -> None:
    """Measure what is built, and print."""
    if WINDOWS.is_dir():
        count, mib = size(WINDOWS)
        print(judged(f"Windows program ({count} files)", mib, MOST_MIB, "MiB"))
    for setup in sorted((BUILD / "windows").glob("*-setup.exe")):
        print(judged(setup.name, setup.stat().st_size / 2**20, MOST_SETUP_MIB, "MiB"))
    program = LINUX / "companion"
    if program.exists():
        built, source = seconds([str(program), "--version"]), seconds([sys.executable, "-m", "companion", "--version"])
        print(judged(f"Linux program --version ({built:.3f} s)", built / source, MOST_TIMES, "times the source"))


if __name__ == "__main__":
    main()
