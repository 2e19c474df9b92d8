"""``python3 dev.py build-linux``: the Linux program in ``build/linux/companion``, tried as it is."""

from __future__ import annotations

import subprocess
import sys

from tools.environment import PYTHON, ROOT
from tools.release.baking import bake
from tools.release.reproducible import reproducible
from tools.system_packages import exit_code, say

BUILT, WORK = ROOT / "build/linux", ROOT / "build/linux-work"


def build() -> int:
    """Builds the program and starts it; returns the exit code of what failed, or 0."""
    bake()
    words = ["-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "--distpath", BUILT, "--workpath", WORK]
    built = [str(word) for word in (PYTHON, *words, ROOT / "build.spec")]
    if code := subprocess.run(built, cwd=ROOT, env=reproducible()).returncode:
        say("The Linux program could not be built; the message above says why.")
        return code
    files = [path for path in (BUILT / "companion").rglob("*") if path.is_file() and not path.is_symlink()]
    say(f"Built: build/linux/companion, {sum(path.stat().st_size for path in files) / 2**20:.1f} MiB.")
    return subprocess.run([BUILT / "companion/companion", "--version"]).returncode


if __name__ == "__main__":
    sys.exit(exit_code(build))
