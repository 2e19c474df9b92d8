"""Records of changes that have to be undone or finished later: one small file for each, on the disk before the change.

They are kept apart from the library, because they must survive also when the library cannot be opened.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from companion.domain.core import serialization
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.app.atomic_file import private_folder, replace_file, sync_folder

T = TypeVar("T")


class PendingRecord(NamedTuple, Generic[T]):
    """One record; `value` is None when its file is damaged, `taken` says that acting on it was begun."""

    path: Path
    value: T | None
    taken: bool = False


class PendingRecords(Generic[T]):
    """The records of one kind, in a folder of their own."""

    def __init__(self, folder: Path, kind: type[T]) -> None:
        self._folder = folder
        self._kind = kind

    def write(self, identity: str, value: T) -> None:
        """Write a record so that it is whole and on the disk when this returns; one of that identity is replaced.

        Raises `CompanionError` ``record-not-written``.
        """
        try:
            private_folder(self._folder)
            replace_file(self._path(identity), serialization.encode(value))
        except OSError as error:
            raise CompanionError(
                ErrorCode.RECORD_NOT_WRITTEN,
                "A record could not be saved",
                "Companion writes down a change before it makes it, so that it can be undone. The record could not "
                f"be saved ({error.strerror or 'no reason given'}), so the change was not made.",
                "Check that the disk is not full, then try again.",
            ) from None

    def read(self, identity: str) -> T | None:
        """Returns the value of an identity; None when there is none that can be read."""
        return self._read(self._path(identity))

    def entries(self) -> list[PendingRecord[T]]:
        """Returns every record, also those on which acting was begun and not finished."""
        whole = [PendingRecord(path, self._read(path)) for path in sorted(self._folder.glob("*.json"))]
        return [*whole, *(PendingRecord(path, self._read(path), True) for path in sorted(self._folder.glob("*.taken")))]

    def take(self, entry: PendingRecord[T]) -> PendingRecord[T] | None:
        """Begin to act on a record, as the only program that does; returns None when another one was faster."""
        taken = entry.path.with_suffix(".taken")
        try:
            entry.path.replace(taken)
        except OSError:
            return None
        with contextlib.suppress(OSError):  # it is taken; if the disk loses that, it is taken once more
            sync_folder(self._folder)
        return PendingRecord(taken, entry.value, True)

    def remove(self, entry: PendingRecord[T]) -> None:
        """Delete a record: what it asked for is done."""
        with contextlib.suppress(FileNotFoundError):
            entry.path.unlink()

    def _path(self, identity: str) -> Path:
        digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / f"{digest[:32]}.json"

    def _read(self, path: Path) -> T | None:
        try:
            return serialization.decode_exact(path.read_bytes(), self._kind, source="a record of this PC")
        except (OSError, CompanionError):
            return None
