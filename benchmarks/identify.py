"""What it costs to tell what an installer of 500 MB is, beside reading the whole of it once.

``python -m benchmarks.identify``. Only headers are read, so the time must not grow with the file.
"""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, table
from companion.domain.installation.files.identity import Technology
from companion.services.installation.installer_files import read_file

SIZE = 500 * 10**6
ROUNDS = 9
GOAL = 0.05
"""Seconds."""
_PACKAGE = Path(__file__).parents[1] / "tests/kits/installers/example.msi"


def figures() -> list[Figure]:
    """Returns the time for a file of 500 MB, and its share of reading the file once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "harbour.msi"
        path.write_bytes(_PACKAGE.read_bytes())
        with path.open("r+b") as file:
            file.truncate(SIZE)
        if read_file(path).technology is not Technology.MSI:
            raise RuntimeError("the package was not recognised")
        told = statistics.median(_seconds(lambda: read_file(path)) for _ in range(ROUNDS))
        whole = _seconds(lambda: _digest(path))
    return [
        Figure("what a file of 500 MB is", told, "s", GOAL),
        Figure("what a file of 500 MB is, to reading it once", told / whole, "×", 0.1),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    print(table(figures()))
