"""Real packages of RPM, made by rpmbuild, and a system of their own into which the real tools install them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.kits.processes import ROOT

TOOLS = ("dnf", "zypper", "rpm")
"""What installs such packages, the first that is there before the others."""
_SPEC = """
Name: harbour
Version: {version}
Release: 1
Summary: a test
License: MIT
Vendor: Harbour Software
BuildArch: noarch
{requires}
%description
A test.
%install
mkdir -p %{{buildroot}}/opt/harbour
echo {version} >%{{buildroot}}/opt/harbour/version
%files
/opt/harbour
"""


def rpm(folder: Path, version: str = "4.2", *, requires: str = "") -> Path:
    """Make a package that holds one file below ``/opt``; `requires` is another package that it needs."""
    work = folder / f"rpm-{version}"
    work.mkdir()
    spec = work / "harbour.spec"
    spec.write_text(_SPEC.format(version=version, requires=f"Requires: {requires}" if requires else ""))
    defines = [word for name in ("_topdir", "_rpmdir") for word in ("--define", f"{name} {work}")]
    subprocess.run(["rpmbuild", "-bb", *defines, spec], check=True, capture_output=True, cwd=work)
    return next(work.rglob("*.rpm"))


class RpmSystem:
    """A system whose ``/var``, ``/opt`` and ``/run`` are the test's own, and that has only `tool` of `TOOLS` and rpm.

    Raises `pytest.skip` where a tool is missing, or where the right to make such a system is.
    """

    def __init__(self, folder: Path, tool: str) -> None:
        missing = [name for name in ("rpmbuild", "unshare", tool) if shutil.which(name) is None]
        if missing:
            pytest.skip(f"needs {', '.join(missing)}")
        space = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        if subprocess.run([*space, "true"], capture_output=True, check=False).returncode:
            pytest.skip("needs the right to make a system of its own")
        self.opt = folder / "opt"
        for name in ("var/lib/rpm", "var/cache", "var/log", "var/tmp", "opt", "run"):
            (folder / name).mkdir(parents=True)
        # Debian's rpm keeps its list in the user's home folder; others keep it where Companion looks for it.
        macros = folder / "macros"
        macros.write_text(Path("/usr/lib/rpm/macros").read_text() + "\n%_dbpath /var/lib/rpm\n")
        mounts = [(folder / name, f"/{name}") for name in ("var", "opt", "run")]
        mounts += [(macros, "/usr/lib/rpm/macros")]
        mounts += [(Path("/dev/null"), found) for name in TOOLS[:2] if name != tool and (found := shutil.which(name))]
        lines = [f'mount --bind "{source}" "{place}" || exit 90' for source, place in mounts]
        self._enter = [*space, "/bin/sh", "-c", "\n".join([*lines, 'exec "$@"']), "sh"]

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Runs a program in it."""
        return subprocess.run(
            [*self._enter, *map(str, words)], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
        )

    def companion(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Runs a command of Companion in it."""
        return self.run(sys.executable, "-m", "companion", *words)

    def packages(self) -> Sequence[str]:
        """Returns what rpm lists."""
        return self.run("rpm", "--query", "--all").stdout.split()
