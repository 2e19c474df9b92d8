"""``companion verify``: check a file against its digest, and repair it."""

from __future__ import annotations

from pathlib import Path

from companion.cli.commands.downloads.results import JSON_KEYS, FetchResult, fetched_lines, pieces_option, read_pieces
from companion.cli.context import CommandContext
from companion.cli.files import require_no_folder
from companion.cli.options import digest, path_named, progress_option
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser, usage_error
from companion.domain.core.model import Model
from companion.domain.transfers.models import Expected, Repaired


class VerifyResult(Model, frozen=True):
    """``verify``: whether the file is right in the end; `bad_pieces` were wrong when it was first looked at."""

    path: str
    ok: bool
    sha256: str | None
    size: int | None
    bad_pieces: tuple[int, ...] = ()
    repaired: FetchResult | None = None

    @classmethod
    def of(cls, path: Path, done: Repaired) -> VerifyResult:
        """What was found, or what repairing it did."""
        found, fetched = done.found, None if done.fetched is None else FetchResult.of(done.fetched)
        last = fetched or found
        return cls(
            path=str(path),
            ok=fetched is not None or (found is not None and found.ok),
            repaired=fetched,
            sha256=last.sha256 if last else None,
            size=last.size if last else None,
            bad_pieces=found.bad_pieces if found else done.bad_pieces,
        )


def add_arguments(parser: Parser) -> None:
    """Describe ``companion verify``."""
    parser.add_argument("file", metavar="FILE", type=path_named, help="the file to check")
    parser.add_argument("--sha256", metavar="HEX", type=digest, help="the digest that the file must have")
    pieces_option(parser)
    parser.add_argument("--repair", metavar="URL", help="download the damaged parts from this address")
    progress_option(parser)
    parser.describe(
        json=f"{{path, ok, sha256, size, badPieces, repaired: {{{JSON_KEYS}}}}}",
        examples=(
            "verify setup.exe --sha256 HEX",
            "verify setup.exe --pieces pieces.json --repair https://files.example/setup.exe",
        ),
        notes="Exit 1 when the file is not what it must be.",
    )


def run(context: CommandContext) -> int:
    """Check a file against its digest and, when asked, fetch what is damaged."""
    from companion.services.downloads.repair import repair as repair_file
    from companion.services.downloads.transfer.transport import fixed_source
    from companion.services.downloads.verify import verify as verify_file

    asked, path = context.arguments, context.arguments.file.absolute()
    if asked.sha256 is None and asked.pieces is None:
        raise usage_error("A file can only be checked against a digest.", "Give --sha256 HEX, --pieces FILE, or both.")
    require_no_folder(path)
    context.start_log()
    expected = Expected(sha256=asked.sha256, pieces=read_pieces(asked.pieces))
    with interruptible() as cancellation:
        if asked.repair is None:
            found = verify_file(path, expected, cancellation=cancellation, progress=context.output.progress)
            done = Repaired(found=found)
        else:
            source = fixed_source(asked.repair)
            done = repair_file(path, expected, source, cancellation=cancellation, progress=context.output.progress)
    shown = VerifyResult.of(path, done)
    context.output.result(shown, *_checked_lines(shown))
    return EXIT_DONE if shown.ok else EXIT_NO


def _checked_lines(shown: VerifyResult) -> list[str]:
    if shown.repaired is not None:
        return [f"{shown.path} was damaged and is right now.", *fetched_lines(shown.repaired)]
    if shown.ok:
        return [f"{shown.path} is exactly what it should be."]
    pieces = f" Damaged pieces: {', '.join(map(str, shown.bad_pieces))}." if shown.bad_pieces else ""
    return [
        f"{shown.path} is not what it should be: it is damaged, not complete, or another file.{pieces}",
        "Fetch what is damaged with --repair URL.",
    ]
