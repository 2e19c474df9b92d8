"""Reading what macOS keeps of installed packages: a receipt for each, and the history of installations.

pkgutil(1): receipts are property lists with ``PackageIdentifier`` and ``PackageVersion``. The history is one with
``displayName`` and ``packageIdentifiers`` of each installation; it has the names that people know. Both are read as
they are documented: this was not tried on a Mac.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterable, Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from companion.domain.installation.proof.system_record import (
    InstalledProduct,
    RecordView,
    SystemRecord,
    bounded,
    product,
)

_LONGEST = 400
_MOST_IN_HISTORY = 20_000


def read_receipts(receipts: Iterable[bytes], history: bytes) -> SystemRecord:
    """Returns what the receipts list; what makes no sense is left out, and an empty `history` tells no names."""
    return bounded(_listed(receipts, _names_in(history)))


def _listed(receipts: Iterable[bytes], names: dict[str, str]) -> Iterator[InstalledProduct]:
    for data in receipts:
        found = _read(data)
        identity = _text(found, "PackageIdentifier")
        if identity:
            name = names.get(identity) or identity
            yield product(name, identity, RecordView.RECEIPTS, version=_text(found, "PackageVersion") or None)


def _names_in(history: bytes) -> dict[str, str]:
    """Returns the names that the history has for packages, by their identifiers; the newest, which stand last."""
    names = {}
    rows = _read(history) if history else None
    for row in rows[-_MOST_IN_HISTORY:] if isinstance(rows, list) else ():
        identities = row.get("packageIdentifiers") if isinstance(row, dict) else None
        # Several packages of one installation would all have its name.
        if isinstance(identities, list) and len(identities) == 1 and isinstance(identities[0], str):
            names[identities[0]] = _text(row, "displayName")
    return names


def _read(data: bytes) -> Any:
    try:
        return plistlib.loads(data)
    except (ValueError, ExpatError, AttributeError, TypeError, RecursionError):
        return None


def _text(found: object, key: str) -> str:
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST else ""
