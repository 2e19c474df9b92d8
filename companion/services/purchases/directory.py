"""The directory of makers and shops: files that ship with the program, and those in the person's own folder."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.directory.lookup import Directory
from companion.domain.directory.maker import LARGEST_FILE, Maker, bad_file, read_maker
from companion.services.app.input_file import read_plain

_log = logging.getLogger(__name__)

MOST_FILES = 500
"""Files of one folder that are read."""


class DirectoryReading(NamedTuple):
    """What the files say, and what is wrong with those that are left out."""

    directory: Directory
    problems: tuple[CompanionError, ...]


_Signature = tuple[tuple[str, int, int], ...]


class MakerDirectory:
    """Reads the directory when it is needed, and again when a file was changed. Safe to use from several threads.

    `shipped` and `own` are folders; a file of the person's takes the place of a shipped one about the same maker. A
    file that cannot be used is left out and noted in the log once; nothing is moved or changed.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own
        self._lock = threading.Lock()
        self._seen: tuple[_Signature, _Signature] | None = None
        self._reading = DirectoryReading(Directory(), ())
        self._told: set[str] = set()

    @property
    def own_folder(self) -> Path:
        """Where the person's files lie; the folder may not exist."""
        return self._own

    def read(self) -> DirectoryReading:
        """Returns what the files say now. Never raises for what is in them."""
        with self._lock:
            signature = (_signature(self._shipped), _signature(self._own))
            if signature != self._seen:
                self._seen = signature
                self._reading = read_directory(self._shipped, self._own)
                self._note(self._reading.problems)
            return self._reading

    @property
    def current(self) -> Directory:
        """The makers and shops that are known now."""
        return self.read().directory

    def _note(self, problems: tuple[CompanionError, ...]) -> None:
        for problem in problems:
            if problem.message not in self._told:
                self._told.add(problem.message)
                _log.warning("%s", problem.message)


def read_directory(shipped: Path, own: Path) -> DirectoryReading:
    """Returns the makers of both folders, the person's first, and the errors about files that are left out."""
    makers: list[Maker] = []
    problems: list[CompanionError] = []
    for folder, is_own in ((own, True), (shipped, False)):
        for found in _read_folder(folder, own=is_own):
            if isinstance(found, Maker):
                makers.append(found)
            else:
                problems.append(found)
    return DirectoryReading(Directory(makers), tuple(problems))


def read_file(path: Path, *, own: bool = True) -> Maker:
    """Returns what one file says. Raises `CompanionError` ``bad-directory-file``."""
    try:
        data = read_plain(path, LARGEST_FILE + 1)
    except OSError as error:
        raise bad_file(path.name, f"it could not be opened ({error.strerror})") from None
    return read_maker(data, path.name, own=own)


def _read_folder(folder: Path, *, own: bool) -> Iterator[Maker | CompanionError]:
    files = _files(folder)
    for path in files[:MOST_FILES]:
        try:
            yield read_file(path, own=own)
        except CompanionError as problem:
            yield problem
    if len(files) > MOST_FILES:
        yield bad_file(files[MOST_FILES].name, f"only {MOST_FILES} files of a folder are read")


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    except OSError:
        return []


def _signature(folder: Path) -> _Signature:
    """What changes when a file is added, removed or written."""
    try:
        with os.scandir(folder) as entries:
            return tuple(
                sorted(
                    (entry.name, stat.st_mtime_ns, stat.st_size)
                    for entry in entries
                    if (stat := _stat(entry)) is not None
                )
            )
    except OSError:
        return ()


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None
