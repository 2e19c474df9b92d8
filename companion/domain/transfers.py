"""Values of a file transfer: what is expected, how it goes, what came of it."""

from __future__ import annotations

import enum
from pathlib import Path

from companion.domain.orders import Grant, Sha256
from companion.domain.wire import Value


class Pieces(Value, frozen=True):
    """Digests of the pieces of a file, each `length` bytes long, the last one possibly shorter."""

    length: int
    sha256: tuple[Sha256, ...]


class Expected(Value, frozen=True):
    """What a transfer must yield; whatever is None is not known beforehand and so cannot be proven."""

    filename: str | None = None
    size: int | None = None
    sha256: Sha256 | None = None
    pieces: Pieces | None = None

    @classmethod
    def of(cls, grant: Grant) -> Expected:
        """What a store's grant promises."""
        pieces = Pieces(length=grant.piece_length, sha256=grant.piece_sha256) if grant.piece_length else None
        return cls(filename=grant.filename, size=grant.size, sha256=grant.sha256, pieces=pieces)


class TransferState(enum.StrEnum):
    QUEUED = "queued"
    CONNECTING = "connecting"
    DOWNLOADING = "downloading"
    WAITING = "waiting"
    PAUSED = "paused"
    VERIFYING = "verifying"
    REPAIRING = "repairing"
    DONE = "done"
    FAILED = "failed"


class TransferProgress(Value, frozen=True):
    """How a transfer stands; sizes in bytes, `rate` in bytes per second, `time_left` and `wait` in seconds.

    `reason` is a whole sentence that says why it waits, when it does.
    """

    state: TransferState
    done: int
    size: int | None = None
    rate: float = 0.0
    time_left: float | None = None
    reason: str | None = None
    wait: float | None = None
    pieces_done: int = 0
    pieces_total: int = 0
    connections: int = 1
    resumed_from: int = 0


class Transferred(Value, frozen=True):
    """What a finished transfer did. `verified` is true only when a digest was known beforehand and matched."""

    path: Path
    size: int
    sha256: Sha256
    verified: bool
    resumed_from: int
    bytes_fetched: int
    pieces_repaired: int
    retries: int
    connections: int
    seconds: float
