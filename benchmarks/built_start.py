"""How long starts of a built program take beside those of the source on the same system, one after the other in turn.

Run by the Python that the program was built with: ``built_start.py PROGRAM ROUNDS``; under Wine that is the lab's. A
start of the window ends when it is painted first: the module that runs the window gets some lines more for that, in a
copy of the built program, and where the source is run. Prints the medians in seconds as JSON.
"""

from __future__ import annotations

import json
import marshal
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.windows.rare_modules import with_modules  # noqa: E402 - found from here on

RUNNING = "companion.ui.app.running"
_END_AT_FIRST_PAINT = """
import os as _os
from PySide6.QtCore import QEvent as _Event, QObject as _Object
class _FirstPaint(_Object):
    def eventFilter(self, _watched, event):
        if event.type() is _Event.Type.Paint:
            _os._exit(77)
        return False
_first, _start = _FirstPaint(), WindowedProgram.start
def _watched_start(program, **given):
    program.window.installEventFilter(_first)
    _start(program, **given)
WindowedProgram.start = _watched_start
"""
_FROM_SOURCE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from companion.__main__ import main
%s
sys.exit(main())
"""
_WATCHED = f"import companion.ui.app.running as running; exec({_END_AT_FIRST_PAINT!r}, vars(running))"
PAINTED = 77
"""The exit code of a program that ended at its first paint."""


def watched_copy(program: Path, folder: Path) -> Path:
    """Returns a copy of a built program that ends at its first paint."""
    copy = Path(shutil.copytree(program, folder))
    source = (ROOT / "companion/ui/app/running.py").read_text(encoding="utf-8") + _END_AT_FIRST_PAINT
    code = marshal.dumps(compile(source, "running.py", "exec", dont_inherit=True, optimize=2))
    archive = copy / "_internal/companion.pyz"
    archive.write_bytes(with_modules(archive.read_bytes(), {RUNNING: code}))
    return copy


def seconds(words: Sequence[str], ends: int) -> float:
    """Returns how long a program takes, which ends with the exit code `ends`."""
    begun = time.perf_counter()
    # Python under Wine needs its output to be a pipe.
    ran = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, timeout=120)
    took = time.perf_counter() - begun
    if ran.returncode != ends:
        raise SystemExit(f"{words[0]} ended with {ran.returncode}: {ran.stderr.decode(errors='replace')[-2000:]}")
    return took


def starts(program: Path, folder: Path) -> dict[str, tuple[list[str], int]]:
    """Returns what is started, by its name, and with which code each ends."""
    watched = watched_copy(program, folder / "program")
    on_windows = sys.platform == "win32"
    console, windowed = ("companion.exe", "companionw.exe") if on_windows else ("companion", "companion")
    source = [sys.executable, "-c", _FROM_SOURCE % _WATCHED, "--home", str(folder / "source")]
    return {
        "version, built": ([str(program / console), "--version"], 0),
        "version, source": ([sys.executable, "-c", _FROM_SOURCE % "", "--version"], 0),
        "first paint, built": ([str(watched / windowed), "--home", str(folder / "built")], PAINTED),
        "first paint, source": (source, PAINTED),
    }


def medians(program: Path, rounds: int) -> dict[str, float]:
    """Returns the median of each start; the first of each fills the disk's cache, and is not counted."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        wanted = starts(program, Path(folder))
        times: dict[str, list[float]] = {name: [] for name in wanted}
        for number in range(rounds + 1):
            for name, (words, ends) in wanted.items():
                took = seconds(words, ends)
                if number:
                    times[name].append(took)
    return {name: statistics.median(found) for name, found in times.items()}


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # byte code is kept, as it is for everyone
    print(json.dumps(medians(Path(sys.argv[1]), int(sys.argv[2]))))
