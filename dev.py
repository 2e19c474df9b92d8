#!/usr/bin/env python3
"""Sets Companion up in this folder and starts it: ``python3 dev.py demo`` or ``python3 dev.py test``.

Only the standard library is needed to run this file; everything else goes into ``.venv`` beside it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

QT_LIBRARIES = (
    "libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 "
    "libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
).split()
TEST_PARTS = {  # program: the Debian package that has it
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "trayer": "trayer",
    "dunst": "dunst",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "xdotool": "xdotool",
    "scrot": "scrot",
    "fc-list": "fontconfig",
    "objdump": "binutils",
}
USAGE = """\
python3 dev.py demo [options of companion demo]   set up, then the main job against the embedded store
python3 dev.py test [--quick] [pytest options]    set up, then all checks and tests
python3 dev.py test-windows [pytest options]      the Windows lab and its tests (Debian, x86-64)
python3 dev.py pictures FOLDER [--theme dark]     photographs of every page of the real window
python3 dev.py setup                              the set-up alone
"""


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        return complain(f"Companion needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "setup" and not rest:
        set_up("dev")
        print("Ready: python3 dev.py demo, python3 dev.py test")
        return 0
    if command == "demo":
        set_up("")
        return run(PYTHON, "-m", "companion", "demo", *rest)
    if command == "test":
        set_up("dev")
        add_test_parts()
        return test(rest)
    if command == "pictures":
        set_up("dev")
        add_test_parts()
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1280x1600x24"] if needs_screen() else []
        return run(*screen, PYTHON, "tests/ui/pictures.py", *rest)
    if command == "test-windows":
        set_up("dev")
        if code := run("bash", ROOT / "tests/windows/setup_lab.sh"):
            return code
        return run(PYTHON, "-m", "pytest", "tests/windows", "-m", "windows", *rest)
    print(USAGE, end="", file=sys.stdout if command in ("-h", "--help", "help") else sys.stderr)
    return 0 if command in ("-h", "--help", "help") else 2


def set_up(extra: str) -> None:
    """Make or update ``.venv``; a second time, with nothing changed, this takes no time."""
    stamp = VENV / f"companion-{extra or 'run'}.stamp"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    ready = [VENV / f"companion-{name}.stamp" for name in ("dev", "run") if name == (extra or name)]
    if PYTHON.exists() and any(path.exists() and path.read_text() == wanted for path in ready):
        return
    say("Setting up in .venv: this takes a minute or two, once.")
    make_venv()
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--editable", target]
    if code := run(*pip):
        sys.exit(complain("The packages could not be installed. Is this machine on the internet?", code))
    check_qt()
    stamp.write_text(wanted)


def make_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:
        # Debian and Ubuntu ship Python without the part that puts pip into a virtual environment.
        install_packages([f"python{sys.version_info.major}.{sys.version_info.minor}-venv"])
        importlib.invalidate_caches()
    venv.create(VENV, with_pip=True, clear=True)


def check_qt() -> None:
    """Qt's wheels leave some shared libraries to the system, and bare Debian and Ubuntu machines lack them."""
    if not sys.platform.startswith("linux"):
        return
    lacking = "import ctypes, PySide6.QtWidgets; [ctypes.CDLL(n) for n in ('libxcb-cursor.so.0', 'libxcb-icccm.so.4')]"
    if subprocess.run([PYTHON, "-c", lacking], capture_output=True).returncode:
        install_packages(QT_LIBRARIES)
        if code := run(PYTHON, "-c", lacking):
            sys.exit(complain("Qt still cannot be loaded; the message above names what is missing.", code))


def add_test_parts() -> None:
    """Tests use a real X server, session bus and keyring, and build the program; where they cannot, they say so."""
    missing = [package for program, package in TEST_PARTS.items() if not shutil.which(program)]
    if not missing or not shutil.which("apt-get"):
        return
    if os.geteuid() == 0:
        install_packages([*missing, "fonts-dejavu-core"])
    else:
        say(f"Some tests are skipped without: {' '.join(missing)} (sudo apt-get install {' '.join(missing)})")


def needs_screen() -> bool:
    """Whether a window has nowhere to go but a virtual screen."""
    return sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def install_packages(packages: list[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        sys.exit(complain(f"Please install, with this system's package tool, what Debian calls: {' '.join(packages)}"))
    if os.geteuid() != 0:
        sys.exit(complain(f"Please run this, then start again:\n  sudo {' '.join(command)}"))
    say(f"Installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-qq"], [*command, "-qq"]):
        if subprocess.run(step, env=environment, stdout=subprocess.DEVNULL).returncode:
            sys.exit(complain(f"This did not work: {' '.join(step)}"))


def test(options: list[str]) -> int:
    quick = "--quick" in options
    options = [option for option in options if option != "--quick"]
    if not options:
        checks = (
            [PYTHON, "-m", "ruff", "check", "."],
            [PYTHON, "-m", "ruff", "format", "--check", "."],
            [PYTHON, "-m", "mypy"],
            [PYTHON.with_name("lint-imports"), "--no-logo"],
        )
        for check in checks:
            if code := run(*check):
                return code
    picked = ["-m", "not slow and not windows"] if quick else ["-m", "not windows"]
    return run(PYTHON, "-m", "pytest", "-n", "2", "--cov", "--cov-report=term:skip-covered", *picked, *options)


def run(*command: object) -> int:
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def complain(text: str, code: int = 1) -> int:
    say(text)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
