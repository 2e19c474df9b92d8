"""What the commands that fetch files share: their result, its lines, and the digests of pieces."""

from __future__ import annotations

import argparse
from pathlib import Path

from companion.cli.files import read_json
from companion.cli.options import path_named
from companion.domain.core.model import Model
from companion.domain.installation.files.verification import Verification, of_transfer, verification_sentence
from companion.domain.transfers.models import Pieces, Transferred


class FetchResult(Model, frozen=True):
    """``fetch``, ``download`` and a repair: sizes in bytes; `verified` only when a digest was known beforehand.

    `sha256` is null where a repair went by the digests of the pieces alone.
    """

    path: str
    size: int
    sha256: str | None
    verified: bool
    resumed_from: int
    bytes_fetched: int
    pieces_repaired: int
    retries: int
    connections: int
    seconds: float
    order_number: str | None = None
    artifact_id: str | None = None
    verification: Verification = Verification()

    @classmethod
    def of(
        cls, done: Transferred, number: str | None = None, artifact_id: str | None = None, store: str | None = None
    ) -> FetchResult:
        """What the transfer did; `store` is the address of what published the digest."""
        return cls(
            path=str(done.path),
            size=done.size,
            sha256=done.sha256,
            verified=done.verified,
            resumed_from=done.resumed_from,
            bytes_fetched=done.bytes_fetched,
            pieces_repaired=done.pieces_repaired,
            retries=done.retries,
            connections=done.connections,
            seconds=round(done.seconds, 3),
            order_number=number,
            artifact_id=artifact_id,
            verification=of_transfer(verified=done.verified, store=store),
        )


JSON_KEYS = (
    "path, size, sha256, verified, resumedFrom, bytesFetched, piecesRepaired, retries, connections, seconds, "
    "verification: {how, by, ofMaker}"
)


def pieces_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pieces", metavar="FILE", type=path_named, help="the digests of its pieces: JSON {length, sha256: [HEX, …]}"
    )


def fetched_lines(shown: FetchResult) -> list[str]:
    lines = [f"The file is here: {shown.path}"]
    if shown.bytes_fetched == 0 and shown.size:
        lines.append("It was here already, whole and right; nothing had to be fetched.")
    elif shown.resumed_from:
        lines.append(f"It went on from byte {shown.resumed_from:,}: {shown.bytes_fetched:,} of {shown.size:,} fetched.")
    lines.append(verification_sentence(shown.verification))
    if shown.sha256:
        lines.append(f"SHA-256 {shown.sha256}")
    if shown.verified:
        lines.append("Do not rename it: some installers only work under their own name.")
    return lines


def read_pieces(path: Path | None) -> Pieces | None:
    return None if path is None else read_json(path, Pieces, "list of pieces")
