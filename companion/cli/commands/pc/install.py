"""``companion install``: from a verified file to a working product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.blocked import blocked_error
from companion.cli.commands.entitlements.seat_check import seat_trouble
from companion.cli.commands.pc.closing import ClosedPrograms, closing_options
from companion.cli.commands.pc.install_file import file_options, install_file, is_file_meant, refuse_file_options
from companion.cli.commands.pc.install_result import (
    InstallResult,
    ending_lines,
    error_lines,
    programs_closed,
    still_closed_lines,
)
from companion.cli.commands.pc.installing import catch_up, clear_the_way
from companion.cli.commands.pc.preflight_check import PreflightCheck, profile_option
from companion.cli.commands.pc.text import hold_lines
from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.failures import record_failure
from companion.cli.files import file_named
from companion.cli.options import order_number, progress_option
from companion.cli.order_access import ShownOrder, order_to_show
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.entitlements.artifacts import pick
from companion.domain.installation.ending import ending_error, ending_text
from companion.domain.pc.finding import Finding, Severity
from companion.domain.store.orders import Download
from companion.domain.store.profile import Stage

if TYPE_CHECKING:
    from companion.services.container.store import Services
    from companion.services.installation.workflow import Installed as Done
    from companion.services.storage.records import KnownFile


def add_arguments(parser: Parser) -> None:
    """Describe ``companion install``."""
    order_number(parser, also="or the file of an installer")
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="?", help="the download, if the order has several")
    parser.add_argument(
        "--close", action="store_true", help="close the programs that block it first; --hold does so too"
    )
    parser.add_argument("--older", action="store_true", help="install a version older than one seen on this PC before")
    closing_options(parser)
    profile_option(parser)
    file_options(parser)
    progress_option(parser)
    parser.describe(
        json="{orderNumber, artifactId, path, findings, result: {exitCode, outcome, proven, missing, …}, seatTaken, "
        "seatLater, readAt, trouble, closed, heldBack, stillHeld, stillClosed, error, technology, before: {name, "
        "version, …}, after, outcome: installed|asBefore|restartLeft|changedNothing|removed|portable|unrecorded|"
        "reported|stillRunning|cancelled|blocked|failed, verified: store|signature|manifest|complete|notChecked, "
        "verification: {how, by, ofMaker}, cause, log, reopened}",
        examples=("install LF-5930-2216", "install LF-5930-2216 --hold", "install setup.exe --close"),
        notes="What was bought must have been downloaded before; the file may stand in place of the number. The file "
        "of any other installer is held, run and watched too, and the system's own list of programs proves what it "
        "did. What --hold switches off is switched on again when this command ends; if the PC must be restarted to "
        "finish, after that.",
    )


def run(context: CommandContext) -> int:
    """Check this PC, close what blocks if allowed, verify the installer, run it, and explain how it ended."""
    if _is_other_file(context):
        return install_file(context)
    refuse_file_options(context)
    services, number = _services(context), context.order_number()
    found = order_to_show(context, number)
    order = found.order
    # What was proven once installs without its store.
    context.output.say(*found.lines(context))
    artifact = pick(order, context.arguments.artifact, services.platform.name)
    file = _file_of(context, number, artifact)
    catch_up(context, services)
    profile, grant = context.profile(), services.order_downloads.grant(number, artifact.artifact_id)
    trouble = seat_trouble(context, order, artifact)
    if trouble is not None:
        raise trouble
    needed = services.installations.requirements(profile, artifact, file.folder, grant)
    check = PreflightCheck(services, services, Stage.INSTALL, needed, artifact.artifact_id)
    done: Done | None = None
    error: CompanionError | None = None
    with interruptible() as cancellation:
        try:
            rows, closing = clear_the_way(context, check, cancellation)
            blocking = [row for row in rows if row.severity is Severity.BLOCKS]
            if blocking:
                error = blocked_error(blocking)
            else:
                licence = next((licence for licence in order.licences if licence.id == artifact.licence_id), None)
                done = services.installations.install(
                    number,
                    licence,
                    grant,
                    file.path,
                    profile,
                    lambda step: context.output.step(step, step.sentence),
                    cancellation,
                    older=context.arguments.older,
                )
                error = ending_error(done.result)
        finally:
            services.recovery.leave()
    error = record_failure(context, error) if error else None
    shown = _shown(context, found, artifact, file, rows, closing, done, error)
    context.output.result(shown, *_lines(shown), *hold_lines(shown.still_held, check.moment))
    return EXIT_OF_KIND[error.kind] if error else EXIT_DONE


def _services(context: CommandContext) -> Services:
    """The services of the order's store. Raises ``no-store``, where the word may have been meant as a file."""
    try:
        return context.services
    except CompanionError as error:
        if error.code != ErrorCode.NO_STORE:
            raise
        word = clean_text(context.arguments.number, 60)
        message = f"There is no file “{word}” here, and no store is known that could have an order of this number."
        raise CompanionError(error.code, error.title, message, error.hint, kind=error.kind) from None


def _is_other_file(context: CommandContext) -> bool:
    """Put the order in place of a file that was downloaded for it; returns whether a file of no order is meant."""
    asked = context.arguments
    if not is_file_meant(asked.number):
        return False
    path = file_named(asked.number)
    if not context.local.folders.library.exists():
        return True
    library = context.owned.library
    files = [file for store in library.stores_with_orders() for file in library.files(store)]
    known = next((file for file in files if file.path == path), None)
    if known is None:
        return True
    asked.number, asked.artifact = known.number, known.artifact
    return False


def _shown(
    context: CommandContext,
    found: ShownOrder,
    artifact: Download,
    file: KnownFile,
    rows: tuple[Finding, ...],
    closing: ClosedPrograms,
    done: Done | None,
    error: CompanionError | None,
) -> InstallResult:
    recovery = context.services.recovery
    return InstallResult(
        order_number=context.order_number(),
        artifact_id=artifact.artifact_id,
        path=str(file.path),
        findings=rows,
        result=done.result if done else None,
        seat_taken=done is not None and done.licence is not None,
        closed=closing.closed,
        held_back=closing.held,
        still_held=recovery.held(),
        still_closed=programs_closed(recovery.relauncher.waiting()),
        error=ErrorReport.of(error) if error else None,
        seat_later=done is not None and done.seat_later,
        read_at=found.read_at,
        trouble=found.report,
    )


def _lines(shown: InstallResult) -> list[str]:
    lines = []
    if shown.error is not None:
        lines += error_lines(shown.error)
    elif shown.result is not None:
        lines += ending_lines(ending_text(shown.result))
        if shown.seat_taken:
            lines.append("This PC has taken a seat of the licence.")
        if shown.seat_later:
            lines.append(
                "The store does not know yet that this PC uses a seat. It is told when the order is next read."
            )
    return [*lines, *still_closed_lines(shown.still_closed)]


def _file_of(context: CommandContext, number: str, artifact: Download) -> KnownFile:
    """The verified download of an artifact. Raises `CompanionError` ``not-downloaded``."""
    file = context.services.order_downloads.file_of(number, artifact.artifact_id)
    if file is not None:
        return file
    raise CompanionError(
        ErrorCode.NOT_DOWNLOADED,
        "It has not been downloaded yet",
        f"{artifact.name} is not on this PC, or no longer where it was put.",
        f"Download it first: companion download {number} {artifact.artifact_id}",
    )
