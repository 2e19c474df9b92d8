"""The lab runs this program with the versions that everybody gets."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.windows.windows_kit import ROOT, Windows

ON_WINDOWS = {
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "win32",
}


def test_windows_python_has_every_package_of_the_requirements_in_its_version(windows: Windows):
    lines = (ROOT / "requirements/run.txt").read_text(encoding="utf-8").splitlines()
    listed = [Requirement(line.rstrip(" \\")) for line in lines if "==" in line]
    wanted = {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in listed
        if each.marker is None or each.marker.evaluate(ON_WINDOWS)
    }
    assert {"google-re2", "holidays", "tzdata"} <= wanted.keys()
    installed = windows.run("installed_packages")
    assert {name: installed.get(name) for name in wanted} == wanted
