"""``companion download``, ``extend``, ``fetch`` and ``verify``: files on their way to this PC, and proven."""

from __future__ import annotations

import argparse
from pathlib import Path

from companion.cli.context import CommandContext, interruptible, read_json
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.parser import common, digest, order_number, whole
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model
from companion.domain.store.orders import Extension
from companion.domain.transfers.models import Expected, Options, Pieces, Repaired, Transferred


class FileFetched(Model, frozen=True):
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

    @classmethod
    def of(cls, done: Transferred, number: str | None = None, artifact_id: str | None = None) -> FileFetched:
        """What the transfer did."""
        return cls(
            path=str(done.path), size=done.size, sha256=done.sha256, verified=done.verified,
            resumed_from=done.resumed_from, bytes_fetched=done.bytes_fetched, pieces_repaired=done.pieces_repaired,
            retries=done.retries, connections=done.connections, seconds=round(done.seconds, 3),
            order_number=number, artifact_id=artifact_id,
        )  # fmt: skip


class Checked(Model, frozen=True):
    """``verify``: whether the file is right in the end; `bad_pieces` were wrong when it was first looked at."""

    path: str
    ok: bool
    sha256: str | None
    size: int | None
    bad_pieces: tuple[int, ...] = ()
    repaired: FileFetched | None = None

    @classmethod
    def of(cls, path: Path, done: Repaired) -> Checked:
        """What was found, or what repairing it did."""
        found, fetched = done.found, None if done.fetched is None else FileFetched.of(done.fetched)
        last = fetched or found
        return cls(
            path=str(path), ok=fetched is not None or (found is not None and found.ok), repaired=fetched,
            sha256=last.sha256 if last else None, size=last.size if last else None,
            bad_pieces=found.bad_pieces if found else done.bad_pieces,
        )  # fmt: skip


class Extended(Model, frozen=True):
    """``extend``: the store's answer."""

    order_number: str
    artifact_id: str
    extension: Extension


_FETCHED = "path, size, sha256, verified, resumedFrom, bytesFetched, piecesRepaired, retries, connections, seconds"


def add_download(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion download``."""
    order_number(parser)
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="?", help="the download, if the order has several")
    parser.add_argument("--to", metavar="DIR", type=Path, help="the folder the file goes to")
    common(parser, download, long=True, epilog=f"JSON: {{{_FETCHED}, orderNumber, artifactId}}")


def add_extend(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion extend``."""
    order_number(parser)
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="?", help="the download, if the order has several")
    common(parser, extend, epilog="JSON: {orderNumber, artifactId, extension: {status, statement, availableUntil}}")


def add_fetch(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion fetch``."""
    parser.add_argument("url", metavar="URL", help="what to fetch")
    parser.add_argument("--to", metavar="DIR", type=Path, required=True, help="the folder the file goes to")
    parser.add_argument("--name", metavar="FILE", help="the file's name, if not the one in the address")
    parser.add_argument("--size", metavar="BYTES", type=whole(0), help="how long the file must be")
    parser.add_argument("--sha256", metavar="HEX", type=digest, help="the digest the file must have")
    _pieces(parser)
    parser.add_argument("--connections", metavar="N", type=whole(1, 16), default=1, help="the most connections")
    parser.add_argument("--limit-rate", metavar="BYTES", type=whole(1), help="the most bytes per second")
    common(parser, fetch, long=True, epilog=f"JSON: {{{_FETCHED}}}")


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion verify``."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to check")
    parser.add_argument("--sha256", metavar="HEX", type=digest, help="the digest the file must have")
    _pieces(parser)
    parser.add_argument("--repair", metavar="URL", help="fetch what is damaged from here")
    common(parser, verify, long=True, epilog=f"JSON: {{path, ok, sha256, size, badPieces, repaired: {{{_FETCHED}}}}}")


def _pieces(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pieces", metavar="FILE", type=Path, help="the digests of its pieces: JSON {length, sha256: [HEX, …]}"
    )


def download(context: CommandContext) -> int:
    """Fetch an artifact of an order, going on where an earlier try stopped, and verify it."""
    from companion.domain.entitlements.artifacts import choose

    services, number = context.services, context.number()
    order = context.opened(number, lambda: services.orders.order(number))
    artifact = choose(order, context.arguments.artifact, services.platform.name, services.clock(), services.zone)
    services.orders.profile()  # how many connections the store allows
    folder = context.arguments.to.absolute() if context.arguments.to else None
    with interruptible() as cancellation:
        fetched = services.purchases.download(
            number,
            artifact.artifact_id,
            cancellation=cancellation,
            progress=context.output.progress,
            folder=folder,
        )
    shown = FileFetched.of(fetched.transferred, number, artifact.artifact_id)
    context.output.result(shown, *_fetched_lines(shown), f"To install it: companion install {number}")
    return EXIT_DONE


def extend(context: CommandContext) -> int:
    """Ask the store to reopen a closed download window."""
    from companion.domain.entitlements.artifacts import pick
    from companion.domain.store.orders import ExtensionStatus

    services, number = context.services, context.number()
    order = context.opened(number, lambda: services.orders.order(number))
    artifact = pick(order, context.arguments.artifact, services.platform.name)
    answer = services.orders.request_extension(number, artifact.artifact_id)
    shown = Extended(order_number=number, artifact_id=artifact.artifact_id, extension=answer)
    until = (f"Download it until {context.moment(answer.available_until)}.",) if answer.available_until else ()
    granted = answer.status is ExtensionStatus.GRANTED
    context.output.result(shown, answer.statement, *(until if granted else ()))
    return EXIT_NO if answer.status is ExtensionStatus.REFUSED else EXIT_DONE


def fetch(context: CommandContext) -> int:
    """Fetch a file from any safe address."""
    from companion.services.downloads.fetch import fetch as fetch_file
    from companion.services.downloads.transfer.transport import fixed_source

    asked = context.arguments
    context.note_log()
    expected = Expected(filename=asked.name, size=asked.size, sha256=asked.sha256, pieces=_read_pieces(asked.pieces))
    with interruptible() as cancellation:
        done = fetch_file(
            fixed_source(asked.url),
            expected,
            asked.to.absolute(),
            cancellation=cancellation,
            progress=context.output.progress,
            options=Options(most_connections=asked.connections, limit_rate=asked.limit_rate),
        )
    shown = FileFetched.of(done)
    context.output.result(shown, *_fetched_lines(shown))
    return EXIT_DONE


def verify(context: CommandContext) -> int:
    """Check a file against its digest and, when asked, fetch what is damaged."""
    from companion.services.downloads.repair import repair as repair_file
    from companion.services.downloads.transfer.transport import fixed_source
    from companion.services.downloads.verify import verify as verify_file

    asked, path = context.arguments, context.arguments.file.absolute()
    if asked.sha256 is None and asked.pieces is None:
        raise CompanionError(
            ErrorCode.USAGE,
            "This command was not understood",
            "Without a digest nobody can tell whether a file is right.",
            "Give --sha256 HEX, --pieces FILE, or both.",
            kind=ErrorKind.USAGE,
        )
    context.note_log()
    expected = Expected(sha256=asked.sha256, pieces=_read_pieces(asked.pieces))
    with interruptible() as cancellation:
        if asked.repair is None:
            found = verify_file(path, expected, cancellation=cancellation, progress=context.output.progress)
            done = Repaired(found=found)
        else:
            source = fixed_source(asked.repair)
            done = repair_file(path, expected, source, cancellation=cancellation, progress=context.output.progress)
    shown = Checked.of(path, done)
    context.output.result(shown, *_checked_lines(shown))
    return EXIT_DONE if shown.ok else EXIT_NO


def _checked_lines(shown: Checked) -> list[str]:
    if shown.repaired is not None:
        return [f"{shown.path} was damaged and is right now.", *_fetched_lines(shown.repaired)]
    if shown.ok:
        return [f"{shown.path} is exactly what it should be."]
    pieces = f" Damaged pieces: {', '.join(map(str, shown.bad_pieces))}." if shown.bad_pieces else ""
    return [
        f"{shown.path} is not what it should be: it is damaged, not complete, or another file.{pieces}",
        "Fetch what is damaged with --repair URL.",
    ]


def _fetched_lines(shown: FileFetched) -> list[str]:
    lines = [f"The file is here: {shown.path}"]
    if shown.bytes_fetched == 0 and shown.size:
        lines.append("It was here already, whole and right; nothing had to be fetched.")
    elif shown.resumed_from:
        lines.append(f"It went on from byte {shown.resumed_from:,}: {shown.bytes_fetched:,} of {shown.size:,} fetched.")
    proof = "It is exactly what was promised" if shown.verified else "Nothing was known to compare it with"
    lines.append(f"{proof} (SHA-256 {shown.sha256})." if shown.sha256 else f"{proof}, piece by piece.")
    if shown.verified:
        lines.append("Do not rename it: some installers only work under their own name.")
    return lines


def _read_pieces(path: Path | None) -> Pieces | None:
    return None if path is None else read_json(path, Pieces, "list of pieces")
