"""The bundle for macOS, as far as it can be looked at anywhere."""

from __future__ import annotations

import json
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from companion import __version__
from tools.environment import ROOT
from tools.release.macos import IDENTIFIER, NAME, bundle_files, information


def test_finder_is_told_name_and_version() -> None:
    told = plistlib.loads(plistlib.dumps(information()))
    assert (told["CFBundleName"], told["CFBundleShortVersionString"]) == ("Companion", __version__)
    assert f"{told['CFBundleName']}.app" == NAME


def test_code_and_data_lie_apart() -> None:
    resources = [path for path in (ROOT / "resources/help").iterdir() if path.is_file()]
    collected = [
        ("companion", "EXECUTABLE"),
        ("PySide6/QtCore.abi3.so", "EXTENSION"),
        ("libQt6Core.dylib", "BINARY"),
        ("companion.pyz", "DATA"),
        *((f"companion/resources/help/{path.name}", "DATA") for path in resources),
    ]
    found = bundle_files(collected)
    assert found["Contents/MacOS/companion"] == "companion"
    assert found["Contents/Frameworks/PySide6/QtCore.abi3.so"] == "PySide6/QtCore.abi3.so"
    assert "Contents/Resources/companion.pyz" in found
    assert len(found) == len(collected) + 1
    assert all(name.startswith("Contents/Resources/companion/") for name in found if "help/" in name)


@pytest.mark.slow
def test_the_program_is_built_as_a_bundle_with_its_files_apart(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.tools.release.macos_spec", str(tmp_path)]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    made = json.loads(ran.stdout.splitlines()[-1])
    assert made["bundle"] == {
        "of": "companion, packed: False",
        "name": NAME,
        "bundle_identifier": IDENTIFIER,
        "info_plist": information(),
    }
    found = bundle_files([(name, kind) for name, kind in made["files"]])
    resources = {path.relative_to(ROOT / "resources").as_posix() for path in (ROOT / "resources/icons").rglob("*.svg")}
    assert {f"Contents/Resources/companion/resources/{name}" for name in resources} <= found.keys()
    assert {"Contents/Frameworks/PySide6/QtCore.abi3.so", "Contents/Resources/companion.pyz"} <= found.keys()
    assert "Contents/Resources/LICENSE" in found
    assert made["modules"] > 900
