"""The application bundle for macOS: what Finder is told of it, and where each file of the program lies in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from companion import __version__

NAME, IDENTIFIER = "Companion.app", "org.companion.Companion"
OLDEST = "12.0"
"""The oldest macOS that Qt's packages run on."""
_LIBRARIES = (".so", ".dylib")
_PROGRAM = ("companion",)


def information() -> dict[str, object]:
    """Returns the bundle's Info.plist."""
    return {
        "CFBundleName": "Companion",
        "CFBundleDisplayName": "Companion",
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "CFBundlePackageType": "APPL",
        "LSMinimumSystemVersion": OLDEST,
        "LSApplicationCategoryType": "public.app-category.utilities",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "© The Companion authors. Apache License 2.0",
    }


def bundle_files(collected: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Returns where in the bundle each file lies, by where the program has it, with its kind as PyInstaller lists it.

    Programs lie in ``MacOS``, libraries in ``Frameworks``, everything else in ``Resources``: Apple's tools refuse to
    sign a bundle that has data among its code.
    """
    found = {"Contents/Info.plist": ""}
    for name, kind in collected:
        found[f"Contents/{_folder(name, kind)}/{name}"] = name
    return found


def _folder(name: str, kind: str) -> str:
    path = PurePosixPath(name)
    if kind == "EXECUTABLE" or (path.parent == PurePosixPath(".") and path.name in _PROGRAM):
        return "MacOS"
    is_code = kind in ("BINARY", "EXTENSION") or path.suffix in _LIBRARIES
    return "Frameworks" if is_code else "Resources"
