"""Finding, keeping and removing unfinished downloads whose order or purchase is no longer on this PC."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode
from companion.domain.transfers.left_downloads import LeftDownload, is_owned
from companion.services.downloads.fetch import discard, unfinished
from companion.services.downloads.state import journal
from companion.services.storage.database import Library

_KEPT = "keptDownloads"


class LeftDownloads:
    """What is left of unfinished downloads in `folder`, where those of orders and purchases go.

    `purchases` returns the ids of the purchases that are on this PC.
    """

    def __init__(self, library: Library, folder: Path, purchases: Callable[[], Iterable[str]]) -> None:
        self._library, self._folder, self._purchases = library, folder, purchases

    def found(self) -> tuple[LeftDownload, ...]:
        """Returns those whose order or purchase is not on this PC, in the order of their folders."""
        folders = self._folders()
        if not folders:
            return ()  # Which orders and purchases there are is a long list to read.
        stores = self._library.stores_with_orders()
        numbers = {number for store in stores for number in self._library.order_numbers(store)}
        purchases = tuple(self._purchases())
        kept = frozenset(_kept(self._library.setting(_KEPT)))
        gone = (folder for folder in folders if not is_owned(folder.name, numbers, purchases))
        return tuple(_described(gone, kept))

    def keep(self, left: LeftDownload) -> None:
        """Remember that the person keeps it. Raises `CompanionError` where the library cannot be written."""
        self._library.change_setting(_KEPT, lambda text: _written((*_kept(text), _place(left))))

    def remove(self, left: LeftDownload) -> None:
        """Delete what has arrived. Raises `CompanionError` ``locked`` while it is being downloaded, ``folder``."""
        folder = Path(left.folder)
        discard(folder, left.name)
        with contextlib.suppress(OSError):
            # Only a folder with nothing in it goes.
            folder.rmdir()
        if (place := _place(left)) in _kept(self._library.setting(_KEPT)):
            self._library.change_setting(_KEPT, lambda text: _written(each for each in _kept(text) if each != place))

    def unqueue(self, queue: str, number: str) -> None:
        """Take the downloads of an order or purchase off a queue, which would ask for what is gone."""
        self._library.unqueue(queue, number)

    def _folders(self) -> tuple[Path, ...]:
        """Returns folders with unfinished downloads; those of further stores lie one deeper."""
        ending = f"*.part{journal.ENDING}"
        there = (path for depth in ("*", "*/*") for path in self._folder.glob(f"{depth}/{ending}"))
        return tuple(sorted({path.parent for path in there}))


def _kept(text: str | None) -> tuple[str, ...]:
    """Returns the places of what is kept, out of the setting."""
    try:
        return decode(text.encode(), tuple[str, ...], source="the library") if text else ()
    except CompanionError:
        return ()


def _written(places: Iterable[str]) -> str | None:
    kept = tuple(dict.fromkeys(places))
    return msgspec.json.encode(kept).decode() if kept else None


def _described(folders: Iterable[Path], kept: frozenset[str]) -> Iterator[LeftDownload]:
    for folder in folders:
        for each in unfinished(folder):
            left = LeftDownload(name=each.filename, folder=str(folder), done=each.done, size=each.size)
            yield msgspec.structs.replace(left, kept=_place(left) in kept)


def _place(left: LeftDownload) -> str:
    return str(Path(left.folder) / left.name)
