"""What the tests of downloads share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from companion.domain.transfers import Expected, Options, Pieces, TransferProgress, Transferred
from companion.services import downloads
from companion.services.cancellation import Cancellation

MIB = 1024 * 1024
QUICK = Options(most_retries=3, patience=1.0, connect_seconds=2.0, first_wait=0.05, longest_wait=3.0)


def expect(content: bytes, *, pieces: int | None = None, digest: bool = True, size: bool = True) -> Expected:
    """What `content` promises, with pieces of so many bytes."""
    listed = None
    if pieces:
        parts = (content[at : at + pieces] for at in range(0, len(content), pieces))
        listed = Pieces(length=pieces, sha256=tuple(hashlib.sha256(part).hexdigest() for part in parts))
    return Expected(
        filename="setup.bin",
        size=len(content) if size else None,
        sha256=hashlib.sha256(content).hexdigest() if digest else None,
        pieces=listed,
    )


UNKNOWN = Expected(filename="setup.bin")


def get(
    url: str | downloads.Source,
    expected: Expected,
    folder: Path,
    *,
    options: Options = QUICK,
    cancellation: Cancellation | None = None,
    progress: Callable[[TransferProgress], None] = lambda _: None,
    mark: Callable[[Path], None] | None = None,
) -> Transferred:
    """Fetch with short patience."""
    source = downloads.fixed_source(url) if isinstance(url, str) else url
    return downloads.fetch(
        source,
        expected,
        folder,
        cancellation=cancellation or Cancellation(),
        progress=progress,
        options=options,
        mark=mark,
    )
