"""A program of the same user that exchanges installers between their check and their start.

``python -m tests.kits.swapper PID``: for each line on its input it tries whatever it can reach of process PID (private
copies in the temporary folder, copies in its memory, the file that the line names) and answers with a line.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

EVIL = b'#!/bin/sh\necho swapped >"$HOME/ran"\n'


def swap(victim: int, original: Path) -> None:
    """Try every way to exchange what is about to run."""
    for folder in Path(tempfile.gettempdir()).glob("companion-*"):
        with contextlib.suppress(OSError):
            for copy in folder.iterdir():
                folder.chmod(0o700)
                _replace(copy)
                folder.chmod(0o500)
    for link in Path(f"/proc/{victim}/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(link.readlink()).startswith("/memfd:"):
                _overwrite(link)
    _replace(original)


def _replace(path: Path) -> None:
    other = path.with_name(".other")
    other.write_bytes(EVIL)
    other.chmod(0o755)
    other.replace(path)


def _overwrite(link: Path) -> None:
    for way in (os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND):
        with contextlib.suppress(OSError):
            descriptor = os.open(link, way)
            try:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, 0)
                os.write(descriptor, EVIL)
            finally:
                os.close(descriptor)


if __name__ == "__main__":
    for line in sys.stdin:
        swap(int(sys.argv[1]), Path(line.rstrip("\n")))
        sys.stdout.write("tried\n")
        sys.stdout.flush()
