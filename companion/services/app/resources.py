"""Files that ship with the program: profiles, the Store API document, help, icons, style."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def resource(name: str) -> Path:
    """Returns the path of a shipped file or folder, such as ``profiles/larkfield.json``.

    An installed or frozen program carries its resources inside the package; a checkout has them beside it.
    Raises `FileNotFoundError` when there is no such resource: that is a broken installation.
    """
    for root in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        found = root / name
        if found.exists():
            return found
    raise FileNotFoundError(f"resource {name} is missing from this installation")
