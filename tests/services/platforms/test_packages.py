"""Packages of Debian: installed for real into a root of its own, and found in its database."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from companion.domain.installation.proof.system_record import RecordView
from companion.services.platforms.linux.packages import installed_packages
from companion.services.platforms.linux.platform import linux
from tests.kits.deb import deb
from tests.kits.linux import script

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("dpkg-deb") is None, reason="installs packages of Debian"
)


def install(path: Path, root: Path) -> int | None:
    programs = linux({**os.environ, "DPKG_ROOT": str(root)}).programs
    with programs.pin(path) as (_, launchable):
        return programs.start_installer(launchable, (), elevate=True).wait(60)


def versions(root: Path) -> dict[str, str | None]:
    record = installed_packages({"DPKG_ROOT": str(root)})
    assert record.known
    assert {entry.view for entry in record.products} <= {RecordView.DPKG}
    return {entry.name: entry.version for entry in record.products}


@pytest.mark.usefixtures("package_tools")
def test_a_package_is_installed_and_listed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    assert install(deb(tmp_path, version="4.1"), root) == 0
    assert versions(root) == {"harbour": "4.1"}
    assert install(deb(tmp_path, version="4.2"), root) == 0
    assert versions(root) == {"harbour": "4.2"}
    assert (root / "usr/share/harbour/version").read_text() == "4.2"


def test_a_root_without_a_database_is_not_known(tmp_path: Path) -> None:
    record = installed_packages({"DPKG_ROOT": str(tmp_path)})
    assert not record.known
    assert record.reason == "this system has no package database that Companion reads"


def test_this_system_lists_its_packages() -> None:
    assert "dpkg" in {entry.name for entry in linux().system.installed_products().products}


def test_what_an_installer_prints_is_no_result(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = script(tmp_path / "setup.run", "#!/bin/sh\necho said\n")
    programs = linux().programs
    with programs.pin(path) as (_, launchable):
        assert programs.start_installer(launchable, (), elevate=False).wait(60) == 0
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "said\n")
