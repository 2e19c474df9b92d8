"""How large a file may grow of which no server tells the length."""

from __future__ import annotations

MOST_BYTES = 20 * 10**9
"""The most bytes of a file of unknown length, unless another number is given."""
RESERVE = 500 * 10**6
"""Bytes of a disk that such a file leaves free, on small disks a twentieth of the disk: a full disk harms the PC."""
_SHARE = 20
_MEASURED_EVERY = 64 * 2**20


def room_to_grow(free: int, total: int) -> int:
    """Returns how many of the `free` bytes of a disk of `total` bytes a file of unknown length may take."""
    return max(0, free - min(RESERVE, total // _SHARE))


def until_measured_again(room: int) -> int:
    """Returns how many bytes may be written before the disk is looked at again: other programs fill it as well."""
    return min(room // 2, _MEASURED_EVERY)
