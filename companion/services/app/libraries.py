"""The libraries that this program is made of: their versions and licences, as their own metadata say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import importlib.metadata

_MORE = ("PySide6-Essentials", "shiboken6")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST = 60


class LibraryFacts(NamedTuple):
    """One library; `licence` is what it says of itself."""

    name: str
    version: str
    licence: str


def libraries() -> tuple[LibraryFacts, ...]:
    """Returns the installed libraries that this program requires, in alphabetical order; reads their metadata."""
    import importlib.metadata  # here, because it loads the reading of e-mails, and the window shows this page rarely

    try:
        required = importlib.metadata.requires("companion") or []
    except importlib.metadata.PackageNotFoundError:
        required = []
    wanted = {found[0] for line in required if "extra ==" not in line and (found := _NAME.match(line))} | set(_MORE)
    # One library may be required under two spellings of its name.
    known = {_facts_of(name) for name in wanted}
    return tuple(sorted((each for each in known if each is not None), key=lambda each: each.name.casefold()))


def _facts_of(name: str) -> LibraryFacts | None:
    import importlib.metadata

    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    return LibraryFacts(metadata["Name"], metadata["Version"], licence_of(metadata))


def licence_of(metadata: importlib.metadata.PackageMetadata) -> str:
    """Returns the expression, else the short field, else the classifier: older packages have only a later one."""
    fields = ("License-Expression", "License")
    said = next((str(metadata[field]) for field in fields if field in metadata), "")
    if said and len(said) <= _LONGEST and "\n" not in said:
        return said
    named = [line.rpartition("::")[2].strip() for line in metadata.get_all("Classifier") or () if "License" in line]
    return ", ".join(named) or "see its own distribution"
