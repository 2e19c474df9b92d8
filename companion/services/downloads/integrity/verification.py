"""The verification of one partial: which threads it needs, whether they are done, and what they found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from companion.domain.transfers.models import Expected
from companion.services.downloads.integrity.hashing import (
    PieceChecker,
    Synchroniser,
    VerificationThread,
    VerifiedPart,
    WholeHasher,
)
from companion.services.downloads.state.block_map import BlockMap
from companion.services.downloads.state.journal import Claim
from companion.services.downloads.state.partial import describe_disk_error


class Verification:
    """The whole digest, unless a `VerifiedPart` without a hash asks for none, and the pieces if they have digests."""

    def __init__(
        self,
        part: Path,
        block_map: BlockMap,
        expected: Expected,
        checks: tuple[Claim, ...],
        verified_part: VerifiedPart | None,
        *,
        claim: Callable[[Claim], None],
        bad: Callable[[int, list[int]], None],
        synchronise: bool,
    ) -> None:
        """`checks` are claims of an earlier run, to be compared; `claim` is told what is there, `bad` what is wrong."""
        pieces = expected.pieces is not None
        self._hasher = None
        self._verifiers: list[VerificationThread] = []
        if verified_part is None or verified_part.hash is not None:
            self._hasher = WholeHasher(
                part, block_map, claim, list(checks), verified=pieces, verified_part=verified_part
            )
            self._verifiers.append(self._hasher)
        if pieces:
            self._verifiers.append(PieceChecker(part, block_map, claim, expected, bad))
        self._threads = [*self._verifiers]
        if synchronise:
            self._threads.append(Synchroniser("download-sync", part, block_map))

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def check(self) -> None:
        """Raise what has ended one of the threads, `CompanionError` if it was the disk."""
        for thread in self._threads:
            if isinstance(thread.error, OSError):
                raise describe_disk_error(thread.error) from thread.error
            if thread.error is not None:
                raise thread.error

    def done(self) -> bool:
        """Whether everything is verified."""
        return all(verifier.done.is_set() for verifier in self._verifiers)

    def comes_soon(self, offset: int) -> bool:
        """Whether the whole digest reaches `offset` within a second."""
        return self._hasher is not None and self._hasher.comes_soon(offset)

    @property
    def position(self) -> int:
        """The offset that the whole digest has reached; it has claimed everything before that itself."""
        return self._hasher.position if self._hasher else 0

    @property
    def digest(self) -> str | None:
        """The SHA-256 of the file, once it is done; None if it was not to be taken."""
        return self._hasher.digest if self._hasher else None

    def join(self) -> None:
        """Wait for the end of all threads; the block map must have been stopped or be complete."""
        for thread in self._threads:
            thread.join()
