"""The system's own record of what is installed, as one snapshot, and what changed between two of them."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from companion.domain.core.model import Model
from companion.domain.core.untrusted.foreign_text import clean_text

MOST_PRODUCTS = 100_000
"""A record with more entries than any PC has is not read further."""


class RecordView(enum.StrEnum):
    """Which of the system's records lists a product."""

    MACHINE = "machine"
    """Windows' uninstall registry for everyone, 64-bit programs (on 32-bit Windows: all)."""
    MACHINE_32 = "machine32"
    """The same for 32-bit programs on 64-bit Windows."""
    USER = "user"
    """The uninstall registry of the person who is signed in."""
    OTHER_USERS = "otherUsers"
    """That of other people whose registry is loaded: an installer may run with an administrator's account."""
    APP_PACKAGES = "appPackages"
    """Packages of Windows' own kind (MSIX)."""
    DPKG = "dpkg"
    RPM = "rpm"
    RECEIPTS = "receipts"
    """The receipts that macOS keeps."""


class InstalledProduct(Model, frozen=True):
    """One installed product as the system lists it.

    `key` is the system's own name of the entry: the name of the registry key, or of the package. `where` is the folder
    it is installed in. None is what the record does not say.
    """

    name: str
    key: str
    view: RecordView
    version: str | None = None
    publisher: str | None = None
    where: str | None = None


class SystemRecord(Model, frozen=True):
    """Everything that the system lists as installed at one moment.

    `known` is false when the record, or a part of it, could not be read; `reason` says why (it ends a sentence).
    """

    products: tuple[InstalledProduct, ...] = ()
    known: bool = True
    reason: str | None = None

    @classmethod
    def unknown(cls, reason: str) -> SystemRecord:
        """A record that could not be read, because of `reason`: "macOS keeps no such list"."""
        return cls(known=False, reason=reason)


class RecordChanges(Model, frozen=True):
    """What is different in a later snapshot; `changed` are pairs of an entry before and after."""

    added: tuple[InstalledProduct, ...] = ()
    changed: tuple[tuple[InstalledProduct, InstalledProduct], ...] = ()
    removed: tuple[InstalledProduct, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def product(
    name: str | None,
    key: str,
    view: RecordView,
    *,
    version: str | None = None,
    publisher: str | None = None,
    where: str | None = None,
) -> InstalledProduct:
    """Returns an entry with texts made harmless: other makers' installers wrote them. A missing name is the key."""
    return InstalledProduct(
        name=_tidy(name) or clean_text(key, 200),
        key=key,
        view=view,
        version=_tidy(version),
        publisher=_tidy(publisher),
        where=where or None,
    )


def changes_between(before: SystemRecord, after: SystemRecord) -> RecordChanges:
    """Returns what is different in `after`; entries are the same by their view and their key, in any letter case."""
    earlier, later = _by_key(before.products), _by_key(after.products)
    return RecordChanges(
        added=tuple(entry for key, entry in later.items() if key not in earlier),
        changed=tuple(
            (earlier[key], entry) for key, entry in later.items() if key in earlier and earlier[key] != entry
        ),
        removed=tuple(entry for key, entry in earlier.items() if key not in later),
    )


def bounded(products: Iterable[InstalledProduct]) -> SystemRecord:
    """Returns the snapshot of these products, unknown in part when there are more than any PC has."""
    found: list[InstalledProduct] = []
    for entry in products:
        if len(found) == MOST_PRODUCTS:
            return SystemRecord(products=tuple(found), known=False, reason="it lists more than a PC can hold")
        found.append(entry)
    return SystemRecord(products=tuple(found))


def both(one: SystemRecord, other: SystemRecord) -> SystemRecord:
    """Returns the snapshot of two records of one system; it is known where each of them is."""
    reason = next((record.reason for record in (one, other) if not record.known), None)
    return SystemRecord(products=(*one.products, *other.products), known=one.known and other.known, reason=reason)


def _by_key(products: Iterable[InstalledProduct]) -> dict[tuple[RecordView, str], InstalledProduct]:
    return {(entry.view, entry.key.casefold()): entry for entry in products}


def _tidy(text: str | None) -> str | None:
    return clean_text(text, 200) or None if text else None
