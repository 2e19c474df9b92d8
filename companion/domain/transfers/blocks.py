"""How a file divides into blocks, and which of them comes next."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.errors import ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.models import Expected

BLOCK = 1024 * 1024
SMALLEST_BLOCK = 1024 * 1024


class Layout(Model, frozen=True):
    """The blocks of a file of `size` bytes, each `length` long, the last one possibly shorter."""

    size: int
    length: int

    @property
    def count(self) -> int:
        """The number of blocks."""
        return -(-self.size // self.length)

    def start(self, block: int) -> int:
        """Returns the offset of the first byte of `block`."""
        return min(block * self.length, self.size)

    def stop(self, block: int) -> int:
        """Returns the offset after the last byte of `block`."""
        return min((block + 1) * self.length, self.size)


def layout_of(expected: Expected, size: int) -> Layout:
    """Returns the blocks of a file of `size` bytes; each holds a whole number of the publisher's pieces.

    Raises `CompanionError` ``expectation`` if size and piece digests do not fit together.
    """
    if expected.size is not None and expected.size != size:
        raise failure(ErrorCode.CHANGED)
    length = block_length(expected)
    if expected.pieces is not None and len(expected.pieces.sha256) != -(-size // expected.pieces.length):
        raise failure(ErrorCode.EXPECTATION)
    return Layout(size=size, length=length)


def block_length(expected: Expected) -> int:
    """Returns the length of a block: 1 MiB, or the fewest whole pieces of the publisher that reach it.

    Raises `CompanionError` ``expectation`` for pieces without a length.
    """
    if expected.pieces is None:
        return BLOCK
    if expected.pieces.length < 1:
        raise failure(ErrorCode.EXPECTATION)
    return expected.pieces.length * max(1, -(-SMALLEST_BLOCK // expected.pieces.length))


def largest_size(expected: Expected) -> int | None:
    """Returns the most bytes that a file can have by its size or its pieces; None if neither is known."""
    if expected.size is not None or expected.pieces is None:
        return expected.size
    return expected.pieces.length * len(expected.pieces.sha256)


class Gap(Model, frozen=True):
    """Blocks `first` … `stop` (exclusive) of one state in a row."""

    first: int
    stop: int

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return self.stop - self.first


class Assignment(Model, frozen=True):
    """What an idle connection fetches next: `gap`, taken from the running one `taken_from` if that is not None."""

    gap: Gap
    taken_from: int | None = None


def gaps(missing: Sequence[int] | bytes | bytearray, wanted: int) -> tuple[Gap, ...]:
    """Returns the runs of blocks in state `wanted`."""
    found = []
    states = bytes(missing)
    first = states.find(wanted)
    while first >= 0:
        rest = states[first:]
        run = len(rest) - len(rest.lstrip(bytes([wanted])))
        found.append(Gap(first=first, stop=first + run))
        first = states.find(wanted, first + run)
    return tuple(found)


def next_assignment(free: Sequence[Gap], running: Sequence[tuple[int, Gap]], chunk: int) -> Assignment | None:
    """Returns what an idle connection fetches next; None if nothing is worth taking over.

    `free` are the gaps that no connection fetches; `running` are the connections (number, blocks still to come, the
    current one first); `chunk` is how many blocks the idle connection moves in a few seconds. The first free gap is
    assigned whole, so that a lone connection reads straight on. Otherwise the end of the longest run is taken over:
    the connection that works on it goes on until it gets there.
    """
    if free:
        return Assignment(gap=free[0])
    if not running:
        return None
    taken_from, rest = max(running, key=lambda each: each[1].blocks)
    spare = rest.blocks - 1
    if spare < 1:
        return None
    take = min(max(1, chunk), max(1, spare // 2))
    return Assignment(gap=Gap(first=rest.stop - take, stop=rest.stop), taken_from=taken_from)
