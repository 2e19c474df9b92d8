"""What must not be forgotten whatever happens to this program: one small file for each thing, on the disk at once."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from companion.domain.core import serialization
from companion.domain.core.errors import CompanionError, ErrorCode

T = TypeVar("T")


class PendingRecord(NamedTuple, Generic[T]):
    """One file of a journal; `value` is None when it is damaged, `taken` when somebody began to act on it."""

    path: Path
    value: T | None
    taken: bool = False


class PendingRecords(Generic[T]):
    """Values of one kind in a folder of their own."""

    def __init__(self, folder: Path, kind: type[T]) -> None:
        self._folder = folder
        self._kind = kind

    def write(self, identity: str, value: T) -> None:
        """Write a value so that it is whole and on the disk when this returns; one of that identity is replaced.

        Raises `CompanionError` ``record-not-written``.
        """
        path = self._path(identity)
        beside = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with beside.open("wb") as file:
                file.write(serialization.encode(value))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            raise CompanionError(
                ErrorCode.RECORD_NOT_WRITTEN,
                "A record could not be saved",
                "Companion writes down a change before it makes it, so that it can be undone. The record could not "
                f"be saved ({error.strerror or 'no reason given'}), so the change was not made.",
                "Check that the disk is not full, then try again.",
            ) from None
        _settle(self._folder)

    def read(self, identity: str) -> T | None:
        """The value of an identity; None when there is none that can be read."""
        return self._read(self._path(identity))

    def entries(self) -> list[PendingRecord[T]]:
        """Everything that is written down, also what somebody began to act on and did not finish."""
        whole = [PendingRecord(path, self._read(path)) for path in sorted(self._folder.glob("*.json"))]
        return [*whole, *(PendingRecord(path, self._read(path), True) for path in sorted(self._folder.glob("*.taken")))]

    def take(self, entry: PendingRecord[T]) -> PendingRecord[T] | None:
        """Begin to act on an entry, as the only one: None when somebody else was faster."""
        taken = entry.path.with_suffix(".taken")
        try:
            entry.path.replace(taken)
        except OSError:
            return None
        _settle(self._folder)
        return PendingRecord(taken, entry.value, True)

    def remove(self, entry: PendingRecord[T]) -> None:
        """Forget an entry: what it asked for is done."""
        with contextlib.suppress(FileNotFoundError):
            entry.path.unlink()

    def _path(self, identity: str) -> Path:
        digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / f"{digest[:32]}.json"

    def _read(self, path: Path) -> T | None:
        try:
            return serialization.decode(path.read_bytes(), self._kind, source="the journal of changes")
        except (OSError, CompanionError):
            return None


def _settle(folder: Path) -> None:
    """Make the folder's new name durable, where a folder can be opened for that (not on Windows, which needs none)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
