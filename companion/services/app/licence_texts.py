"""The licence texts of this program and of what it contains, from where the build put them or from the packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from companion.services.app.libraries import libraries

_PACKAGE = Path(__file__).resolve().parents[2]
_ROOT = _PACKAGE.parent
_WORDS = ("licence", "license", "copying", "notice")
_MOST_BYTES = 1024 * 1024
_OURS = ("LICENSE", "NOTICE")


class LicenceText(NamedTuple):
    """The texts about one part, as one."""

    name: str
    text: str


def licence_texts() -> tuple[LicenceText, ...]:
    """Returns the texts of this program first, then those of Qt and of everything else; reads all of them."""
    ours = _joined(_ROOT / name for name in _OURS) or _joined(_of_package("companion"))
    found = [LicenceText("Companion", ours)]
    built = _ROOT / "licences"
    if built.is_dir():
        names = sorted((each for each in built.iterdir() if each.is_dir()), key=lambda each: each.name.casefold())
        found += [LicenceText(_spelled(each.name), _joined(sorted(each.iterdir()))) for each in names]
    else:
        found += [LicenceText("Qt", _joined(sorted((_ROOT / "tools/windows/texts").glob("*.txt"))))]
        found += [LicenceText(each.name, _joined(_of_package(each.name))) for each in libraries()]
    return tuple(each for each in found if each.text)


def _spelled(folder: str) -> str:
    return {"qt": "Qt", "python": "Python"}.get(folder, folder)


def _joined(files: Iterator[Path] | list[Path]) -> str:
    return "\n\n".join(filter(None, (_read(file) for file in files)))


def _read(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return content.read(_MOST_BYTES).decode("utf-8", errors="replace").strip()
    except OSError:
        return ""


def _of_package(name: str) -> Iterator[Path]:
    import importlib.metadata

    try:
        files = importlib.metadata.distribution(name).files or ()
    except importlib.metadata.PackageNotFoundError:
        return
    for file in files:
        if ".dist-info/" in file.as_posix() and any(word in file.name.lower() for word in _WORDS):
            yield Path(str(file.locate()))
