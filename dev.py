#!/usr/bin/env python3
"""Sets Companion up in this folder and starts it: ``python3 dev.py demo`` or ``python3 dev.py test``.

Only the standard library is needed to run this file; everything else goes into ``.venv`` beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
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
MORE_TEST_PARTS = {  # likewise, but nothing stops without them: their tests are skipped and say so
    "nginx": "nginx",
    "apache2": "apache2-bin",  # without its service
    "lighttpd": "lighttpd",
    "caddy": "caddy",
    "ip": "iproute2",
    "mkfs.vfat": "dosfstools",
}
SERVICES = ("nginx", "lighttpd", "caddy")
APT_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]
POLICY = Path("/usr/sbin/policy-rc.d")
NO_SERVICES = "#!/bin/sh\n# There while Companion's dev.py installs programs for its tests.\nexit 101\n"
USAGE = """\
python3 dev.py demo [options of companion demo]   set up, then the main job against the embedded store
python3 dev.py test [--quick] [pytest options]    set up, then all checks and tests
python3 dev.py test-windows [pytest options]      the Windows lab and its tests (Debian, x86-64)
python3 dev.py pictures FOLDER [--theme dark]     photographs of every page of the real window
python3 dev.py mutate [MODULE...]                 how well the tests hold modules of companion/domain (a long run)
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
        if "--quick" not in rest:
            add_more_test_parts()
        return test(rest)
    if command == "pictures":
        set_up("dev")
        add_test_parts()
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1280x1600x24"] if needs_screen() else []
        return run(*screen, PYTHON, "tests/ui/pictures.py", *rest)
    if command == "mutate":
        set_up("dev")
        return run(PYTHON, "-m", "tools.mutate", *rest)
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
    missing = lacking(TEST_PARTS)
    if not missing or not shutil.which("apt-get"):
        return
    if os.geteuid() == 0:
        install_packages([*missing, "fonts-dejavu-core"])
    else:
        say(f"Some tests are skipped without: {' '.join(missing)} (sudo apt-get install {' '.join(missing)})")


def add_more_test_parts() -> None:
    """The web servers people run, among others: as programs that tests start, never as services of this machine."""
    missing = lacking(MORE_TEST_PARTS)
    if not missing or not shutil.which("apt-get"):
        return
    if os.geteuid() != 0:
        say(f"Some tests are skipped without: {' '.join(missing)} (as root, this brings them without their services)")
        return
    with no_service_starts():
        failed = [] if apt_install(missing) else [package for package in missing if not apt_install([package])]
    if failed:
        say(f"Some tests are skipped, as these could not be had: {' '.join(failed)}")
    for service in set(SERVICES) & set(missing) - set(failed):
        # Nor at the next start of the machine.
        disable = (
            ["systemctl", "disable", service] if shutil.which("systemctl") else ["update-rc.d", service, "disable"]
        )
        subprocess.run(disable, capture_output=True)


def lacking(parts: dict[str, str]) -> list[str]:
    """The packages of those programs that this machine has not."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    return [package for program, package in parts.items() if not shutil.which(program, path=path)]


@contextlib.contextmanager
def no_service_starts() -> Iterator[None]:
    """Packages start their services when they are installed, unless this file says no; it is put back as it was."""
    kept = POLICY.with_name("policy-rc.d.before-companion")
    if POLICY.exists() and POLICY.read_text(errors="replace") != NO_SERVICES:
        POLICY.rename(kept)
    try:
        POLICY.write_text(NO_SERVICES)
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink(missing_ok=True)
        if kept.exists():
            kept.rename(POLICY)


def needs_screen() -> bool:
    """Whether a window has nowhere to go but a virtual screen."""
    return sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def install_packages(packages: list[str]) -> None:
    if not shutil.which("apt-get"):
        sys.exit(complain(f"Please install, with this system's package tool, what Debian calls: {' '.join(packages)}"))
    if os.geteuid() != 0:
        sys.exit(complain(f"Please run this, then start again:\n  sudo {' '.join([*APT_INSTALL, *packages])}"))
    if not apt_install(packages):
        sys.exit(complain(f"This did not work: {' '.join([*APT_INSTALL, *packages])}"))


def apt_install(packages: list[str]) -> bool:
    """Whether it worked."""
    say(f"Installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "update", "-qq"], [*APT_INSTALL, *packages, "-qq"])
    return not any(subprocess.run(step, env=environment, stdout=subprocess.DEVNULL).returncode for step in steps)


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
