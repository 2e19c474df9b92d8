"""Programs and libraries of the system that Companion and its tests need: what is missing, and how to get it."""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

QT_LIBRARIES = [
    *("libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0", "libxkbcommon-x11-0"),
    *("libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"),
]
TEST_PROGRAMS = {  # program: the Debian package that has it
    "Xvfb": "xvfb",
    "xauth": "xauth",  # for xvfb-run
    "openbox": "openbox",
    "trayer": "trayer",
    "dunst": "dunst",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "xdotool": "xdotool",
    "scrot": "scrot",
    "fc-list": "fontconfig",
}
TEST_LIBRARIES = {"XRes": "libxres1"}  # likewise, by what the linker calls them
BUILD_PROGRAMS = {"objdump": "binutils"}  # what PyInstaller needs
OPTIONAL_TEST_PROGRAMS = {  # likewise, but nothing stops without them: their tests are skipped and say so
    "nginx": "nginx",
    "apache2": "apache2-bin",  # without its service
    "lighttpd": "lighttpd",
    "caddy": "caddy",
    "ip": "iproute2",
    "mkfs.vfat": "dosfstools",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "osslsigncode": "osslsigncode",
    "makensis": "nsis",
    "rpmbuild": "rpm",
    "dnf": "dnf",
    "zypper": "zypper",
    "git": "git",
}
SERVICES = ("nginx", "lighttpd", "caddy")
APT_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]
POLICY = Path("/usr/sbin/policy-rc.d")
NO_SERVICES = "#!/bin/sh\n# There while Companion's dev.py installs programs for its tests.\nexit 101\n"


class Missing(Exception):
    """Something needed is not there and cannot be installed from here; the text says what to do."""


def exit_code(work: Callable[[], int | None]) -> int:
    """Returns the exit code that `work` returns, 0 where it returns none; where something is missing, says so: 1."""
    try:
        return work() or 0
    except Missing as missing:
        say(str(missing))
        return 1


def require(packages: list[str]) -> None:
    """Installs Debian packages; raises `Missing` with what to do where that is not possible."""
    if not shutil.which("apt-get"):
        raise Missing(f"Please install, with this system's package tool, what Debian calls: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise Missing(f"Please run this, then start again:\n  sudo {' '.join([*APT_INSTALL, *packages])}")
    if not _apt_install(packages):
        raise Missing(f"This did not work: {' '.join([*APT_INSTALL, *packages])}")


def add_test_programs() -> None:
    """Installs an X server, a session bus and a keychain for the tests; says so where that is not possible."""
    missing = [*_missing(TEST_PROGRAMS | BUILD_PROGRAMS), *_missing_libraries(TEST_LIBRARIES), *_python_library()]
    if not missing or not shutil.which("apt-get"):
        return
    if os.geteuid() == 0:
        require([*missing, "fonts-dejavu-core"])
    else:
        say(f"Some tests are skipped without: {' '.join(missing)} (sudo apt-get install {' '.join(missing)})")


def add_build_programs() -> None:
    """Installs what PyInstaller needs to build a program. Raises `Missing` where that is not possible."""
    if missing := [*_missing(BUILD_PROGRAMS), *_python_library()]:
        require(missing)


def add_optional_test_programs() -> None:
    """Installs, among others, common web servers: as programs that tests start, never as services of this machine."""
    missing = _missing(OPTIONAL_TEST_PROGRAMS)
    if not missing or not shutil.which("apt-get"):
        return
    if os.geteuid() != 0:
        say(f"Some tests are skipped without: {' '.join(missing)} (as root, this brings them without their services)")
        return
    with _no_service_starts():
        failed = [] if _apt_install(missing) else [package for package in missing if not _apt_install([package])]
    if failed:
        say(f"Some tests are skipped, as these could not be installed: {' '.join(failed)}")
    for service in set(SERVICES) & set(missing) - set(failed):
        # Nor at the next start of the machine.
        with_systemd = ["systemctl", "disable", service]
        without = ["update-rc.d", service, "disable"]
        subprocess.run(with_systemd if shutil.which("systemctl") else without, capture_output=True)


def say(text: str) -> None:
    """Tells the person at the terminal what is being done."""
    print(text, file=sys.stderr, flush=True)


def _missing(programs: dict[str, str]) -> list[str]:
    """Returns the packages of those programs that this machine does not have."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    return [package for program, package in programs.items() if not shutil.which(program, path=path)]


def _missing_libraries(libraries: dict[str, str]) -> list[str]:
    """Returns the packages of those libraries that this machine does not have."""
    return [package for library, package in libraries.items() if not ctypes.util.find_library(library)]


def _python_library() -> list[str]:
    """Returns the package of Python's own library where it is missing: Debian's interpreter does not need it."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    is_of_system = sys.base_prefix == "/usr"
    return [f"lib{name}"] if is_of_system and not ctypes.util.find_library(name) else []


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
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


def _apt_install(packages: list[str]) -> bool:
    """Returns whether the packages were installed."""
    say(f"Installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "update", "-qq"], [*APT_INSTALL, *packages, "-qq"])
    return not any(subprocess.run(step, env=environment, stdout=subprocess.DEVNULL).returncode for step in steps)
