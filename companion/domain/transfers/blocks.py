"""How a file divides into blocks, and which of them comes next."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode
from companion.domain.core.model import Model
from companion.domain.transfers.models import Expected

BLOCK = 1024 * 1024
SMALLEST_BLOCK = 1024 * 1024


class Layout(Model, frozen=True):
    """The blocks of a file of `size` bytes, each `length` long, the last one possibly shorter.

    `pieces_per_block` publisher's pieces make one block; 0 if the publisher gives no piece digests.
    """

    size: int
    length: int
    pieces_per_block: int = 0

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return -(-self.size // self.length)

    def start(self, block: int) -> int:
        """The offset of the first byte of `block`."""
        return min(block * self.length, self.size)

    def stop(self, block: int) -> int:
        """The offset after the last byte of `block`."""
        return min((block + 1) * self.length, self.size)


def layout_of(expected: Expected, size: int) -> Layout:
    """Divide a file of `size` bytes; small pieces of the publisher are taken together.

    Raises `CompanionError` ``expectation`` if size and piece digests do not fit together.
    """
    if expected.size is not None and expected.size != size:
        raise failure(ErrorCode.CHANGED)
    length = block_length(expected)
    if expected.pieces is None:
        return Layout(size=size, length=length)
    if len(expected.pieces.sha256) != -(-size // expected.pieces.length):
        raise failure(ErrorCode.EXPECTATION)
    return Layout(size=size, length=length, pieces_per_block=length // expected.pieces.length)


def block_length(expected: Expected) -> int:
    """How long a block is: 1 MiB, or a whole number of the publisher's pieces. Raises ``expectation``."""
    if expected.pieces is None:
        return BLOCK
    if expected.pieces.length < 1:
        raise failure(ErrorCode.EXPECTATION)
    return expected.pieces.length * max(1, -(-SMALLEST_BLOCK // expected.pieces.length))


def longest_of(expected: Expected) -> int | None:
    """How many bytes a file can have at most by its size or pieces; None if nothing is known of it."""
    if expected.size is not None or expected.pieces is None:
        return expected.size
    return expected.pieces.length * len(expected.pieces.sha256)


class Gap(Model, frozen=True):
    """Blocks `first` … `stop` (exclusive) that nobody has or fetches."""

    first: int
    stop: int

    @property
    def blocks(self) -> int:
        """How many blocks it holds."""
        return self.stop - self.first


class Share(Model, frozen=True):
    """What an idle connection shall fetch: `gap`, taken from the running connection `victim` if that is not None."""

    gap: Gap
    victim: int | None = None


def gaps(missing: Sequence[int] | bytes | bytearray, wanted: int) -> tuple[Gap, ...]:
    """The runs of blocks in state `wanted`."""
    found = []
    states = bytes(missing)
    first = states.find(wanted)
    while first >= 0:
        rest = states[first:]
        run = len(rest) - len(rest.lstrip(bytes([wanted])))
        found.append(Gap(first=first, stop=first + run))
        first = states.find(wanted, first + run)
    return tuple(found)


def next_share(free: Sequence[Gap], running: Sequence[tuple[int, Gap]], chunk: int) -> Share | None:
    """What an idle connection should fetch next.

    `free` are gaps nobody fetches; `running` are the connections (id, blocks still to come, the current one first) and
    `chunk` is how many blocks a connection moves in a few seconds. The first free gap comes first and whole, so that
    a lone connection reads straight on. Otherwise the end of the longest run is taken over: the connection that
    works on it is never broken off before it gets there. None if nothing is worth taking.
    """
    if free:
        return Share(gap=free[0])
    if not running:
        return None
    victim, rest = max(running, key=lambda each: each[1].blocks)
    spare = rest.blocks - 1
    if spare < 1:
        return None
    take = min(max(1, chunk), max(1, spare // 2))
    return Share(gap=Gap(first=rest.stop - take, stop=rest.stop), victim=victim)
