"""Values of a file transfer: what is expected, how it goes, what came of it."""

from __future__ import annotations

import datetime as dt
import enum
from pathlib import Path

from companion.domain.core.model import Model
from companion.domain.core.platform import Sha256
from companion.domain.store.orders import Grant


class Pieces(Model, frozen=True):
    """Digests of the pieces of a file, each `length` bytes long, the last one possibly shorter."""

    length: int
    sha256: tuple[Sha256, ...]


class Expected(Model, frozen=True):
    """What a transfer must yield; whatever is None is not known beforehand and so cannot be verified.

    `fixed_address` says that the address always means one file, as a shop's download link does: without digest and
    ETag what has arrived is then continued as long as the length and the bytes at the seam agree. Such an address
    tells no name; the server's answer does, else the file is called `fallback_name`.
    """

    filename: str | None = None
    size: int | None = None
    sha256: Sha256 | None = None
    pieces: Pieces | None = None
    fixed_address: bool = False
    fallback_name: str | None = None

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
    DONE = "done"
    FAILED = "failed"


class TransferProgress(Model, frozen=True):
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


class Transferred(Model, frozen=True):
    """What a finished transfer did. `verified` is true only when a digest was known beforehand and matched.

    `sha256` is None where a file was made right by the digests of its pieces alone.
    """

    path: Path
    size: int
    sha256: Sha256 | None
    verified: bool
    resumed_from: int
    bytes_fetched: int
    pieces_repaired: int
    retries: int
    connections: int
    seconds: float

    @classmethod
    def found(cls, path: Path, size: int, sha256: Sha256 | None, seconds: float = 0.0) -> Transferred:
        """Returns a file that was there already and found right: nothing was transferred."""
        return cls(
            path=path,
            size=size,
            sha256=sha256,
            verified=True,
            resumed_from=size,
            bytes_fetched=0,
            pieces_repaired=0,
            retries=0,
            connections=0,
            seconds=seconds,
        )


class Location(Model, frozen=True):
    """Where the bytes are to be had right now; the URL may hold a signature and is a secret like one."""

    url: str
    expires_at: dt.datetime | None = None

    def __repr__(self) -> str:
        return "Location(…)"


class Options(Model, frozen=True):
    """How a transfer goes about it.

    `most_connections` above 1 allows more, added only while they help. `limit_rate` is in bytes per second.
    `most_retries` counts failures in a row without progress. A connection that brings less than `minimum_rate`
    bytes per second for `patience` seconds is given up. `longest_wait` is the longest `Retry-After` (seconds)
    that is waited for, `first_wait` the pause (seconds) after a first failure. `verify_existing` takes a file
    that is already there and right as the result. `most_bytes` is the most that the file may have; without it only
    a file whose length no server tells is bounded, and any such file leaves a reserve on the disk.
    """

    most_connections: int = 1
    limit_rate: int | None = None
    most_bytes: int | None = None
    most_retries: int = 6
    minimum_rate: int = 1024
    patience: float = 15.0
    connect_seconds: float = 6.0
    first_wait: float = 0.5
    longest_wait: float = 900.0
    verify_existing: bool = True
    synchronise: bool = True


class Verified(Model, frozen=True):
    """What checking a file found: `bad_pieces` are the numbers of the publisher's pieces that do not match.

    `sha256` is None where the digests of its pieces alone were to be compared.
    """

    ok: bool
    sha256: Sha256 | None
    size: int
    bad_pieces: tuple[int, ...] = ()


class Repaired(Model, frozen=True):
    """What making a file right took: `fetched` is None if `found` was right already.

    `bad_pieces` are the numbers of the publisher's pieces that did not match.
    """

    found: Verified | None = None
    fetched: Transferred | None = None
    bad_pieces: tuple[int, ...] = ()


class Unfinished(Model, frozen=True):
    """A download that was begun in `folder` and not finished; `done` bytes of `size` are claimed to be there."""

    folder: Path
    filename: str
    done: int
    size: int | None = None
    sha256: Sha256 | None = None
