"""The licence texts of everything that is built into the program."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable
from pathlib import Path

# Its packages name the licence, and do not bring its text.
_OF_WINRT = Path(__file__).parent / "texts/winrt/LICENSE.txt"
_TEXT = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)


def licence_files(names: Iterable[str]) -> list[tuple[str, str]]:
    """Returns the licence files of these distributions, each with the folder in the program that it goes to.

    Those that are not installed are left out: they are for other systems.
    """
    found = []
    for name in names:
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        texts = [str(file.locate()) for file in distribution.files or () if _is_licence(file.as_posix())]
        if not texts and name.startswith("winrt-"):
            texts = [str(_OF_WINRT)]
        found += [(text, f"licences/{name}") for text in texts]
    return found


def _is_licence(path: str) -> bool:
    return ".dist-info/" in path and bool(_TEXT.search(path))


def locked(requirements: Path) -> list[str]:
    """Returns the names of the distributions in a file of exact versions."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))]
