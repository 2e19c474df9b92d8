"""The bundle for macOS, as far as it can be looked at anywhere."""

from __future__ import annotations

import plistlib

from companion import __version__
from tools.environment import ROOT
from tools.release.macos import NAME, bundle_files, information


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
