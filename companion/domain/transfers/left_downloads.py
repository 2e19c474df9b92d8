"""Unfinished downloads whose order or purchase is no longer on this PC: which they are, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from companion.domain.core.model import Model
from companion.domain.core.text import size_in_words
from companion.domain.transfers.filenames import order_folder, purchase_folder


class LeftDownload(Model, frozen=True):
    """A download in `folder` that was begun and not finished, of what is gone; `done` bytes of `size` are there.

    `kept` says that the person wants to keep it: it then goes on when its order is added again.
    """

    name: str
    folder: str
    done: int
    size: int | None = None
    kept: bool = False


def is_owned(folder: str, numbers: Collection[str], purchases: Collection[str]) -> bool:
    """Returns whether the folder of this name is that of one of the orders (their numbers) or purchases (their ids).

    What a purchase is called can change after its folder was made; the digest of its id stays.
    """
    if folder in {order_folder(number) for number in numbers}:
        return True
    return folder.rpartition("_")[2] in {purchase_folder("", id_).rpartition("_")[2] for id_ in purchases}


def left_line(left: LeftDownload, format_size: Callable[[int], str] = size_in_words) -> str:
    """Returns how much of it is there, and where."""
    of = f" of {format_size(left.size)}" if left.size is not None else ""
    return f"{format_size(left.done)}{of}, in {left.folder}"
