"""The package databases of Linux: what is installed, and how a package is recognised.

dpkg(1) is told another root by ``DPKG_ROOT``, which is heeded here too: then everything happens below that folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from companion.domain.installation.proof.package_databases import RPM_FORMAT, read_dpkg_status, read_rpm_answer
from companion.domain.installation.proof.system_record import SystemRecord, both

_MOST_READ = 256 << 20
_RPM_FOLDERS = ("usr/lib/sysimage/rpm", "var/lib/rpm")
_RPM_SECONDS = 60
_DEB, _RPM = b"!<arch>\ndebian", b"\xed\xab\xee\xdb"


def installed_packages(environment: Mapping[str, str]) -> SystemRecord:
    """Returns what dpkg and rpm list, as far as this system has them."""
    root = other_root(environment) or Path("/")
    dpkg, rpm = _of_dpkg(root), None if other_root(environment) else _of_rpm(root)
    if dpkg is not None and rpm is not None:
        return both(dpkg, rpm)
    return dpkg or rpm or SystemRecord.unknown("this system has no package database that Companion reads")


def other_root(environment: Mapping[str, str]) -> Path | None:
    """Returns the folder that dpkg works in when that is not the whole system."""
    named = environment.get("DPKG_ROOT", "")
    return Path(named) if named.startswith("/") and named != "/" else None


def package_kind(head: bytes) -> str | None:
    """Returns the ending of the names of such packages, by how the file begins; None when it is no package."""
    if head.startswith(_DEB):
        return ".deb"
    return ".rpm" if head.startswith(_RPM) else None


def into_other_root(path: str) -> Sequence[str]:
    """Returns what installs a package of Debian into a root of the person's own, which takes no rights."""
    others = [] if os.geteuid() == 0 else ["--force-not-root", "--force-bad-path"]
    return ["dpkg", *others, "--install", path]


def _of_dpkg(root: Path) -> SystemRecord | None:
    try:
        with (root / "var/lib/dpkg/status").open("rb") as file:
            data = file.read(_MOST_READ + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return SystemRecord.unknown(f"dpkg's database cannot be read ({error.strerror})")
    if len(data) > _MOST_READ:
        return SystemRecord.unknown("dpkg's database is larger than any that Companion knows")
    return read_dpkg_status(data.decode("utf-8", "replace"))


def _of_rpm(root: Path) -> SystemRecord | None:
    program = shutil.which("rpm")
    if program is None or not any((root / folder).is_dir() for folder in _RPM_FOLDERS):
        return None
    words = [program, "--query", "--all", "--queryformat", RPM_FORMAT]
    try:
        ran = subprocess.run(
            words, capture_output=True, timeout=_RPM_SECONDS, check=True, stdin=subprocess.DEVNULL, env={"LC_ALL": "C"}
        )
    except (OSError, subprocess.SubprocessError):
        return SystemRecord.unknown("rpm does not tell what is installed")
    return read_rpm_answer(ran.stdout.decode("utf-8", "replace"))
