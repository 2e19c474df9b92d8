"""``companion install FILE``: the file of any installer, looked at, run, and proven by the system's own record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.blocked import blocked_error
from companion.cli.commands.pc.closing import ClosedPrograms
from companion.cli.commands.pc.expectation import expectation_of, expectation_options
from companion.cli.commands.pc.identify import purchase_for
from companion.cli.commands.pc.install_result import (
    InstallResult,
    ending_lines,
    error_lines,
    programs_closed,
    still_closed_lines,
)
from companion.cli.commands.pc.installing import catch_up, clear_the_way
from companion.cli.commands.pc.preflight_check import PreflightCheck
from companion.cli.commands.pc.text import hold_lines
from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.files import file_named
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND
from companion.cli.terminal.interrupts import interruptible
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.belonging import licence_sentence
from companion.domain.installation.files.names import looks_like_installer
from companion.domain.installation.files.words import identity_lines
from companion.domain.installation.proof.installation import (
    CheckedFile,
    FileInstallation,
    installation_error,
    installation_text,
)
from companion.domain.installation.proof.outcome import FileOutcome
from companion.domain.installation.relaunch import RelaunchResult, relaunch_sentence
from companion.domain.pc.finding import Finding, Severity

if TYPE_CHECKING:
    from companion.services.app.cancellation import Cancellation

_OVER = frozenset({FileOutcome.INSTALLED, FileOutcome.AS_BEFORE, FileOutcome.CANCELLED})


def file_options(parser: Parser) -> None:
    """How a file of no order is verified and installed."""
    parser.add_argument("--silent", action="store_true", help="let the installer of a file ask nothing")
    expectation_options(parser)
    parser.add_argument(
        "--keep-closed", action="store_true", help="leave closed what was closed for the installation of a file"
    )


def refuse_file_options(context: CommandContext) -> None:
    """Raise `CompanionError` ``usage`` for options that mean nothing for an order: nothing is left out silently."""
    asked = context.arguments
    given = {
        "--silent": asked.silent,
        "--sha256": asked.sha256,
        "--sums": asked.sums,
        "--keep-closed": asked.keep_closed,
    }
    meant = next((name for name, value in given.items() if value), None)
    if meant is not None:
        raise usage_error(
            f"{meant} is for the file of an installer; what was ordered is verified by its store.",
            "Leave it out, or name a file: companion install setup.exe",
        )


def is_file_meant(word: str) -> bool:
    """Returns whether a word of the command line is a file and no order number: it is there, or looks like a path."""
    if not word.strip():
        return True
    looks_so = any(sign in word for sign in (os.sep, "\\", "/")) or looks_like_installer(word)
    return looks_so or os.path.lexists(word)


def install_file(context: CommandContext) -> int:
    """Look at the file, check this PC, close what blocks if allowed, run the installer, and prove what it did."""
    installer = context.local.file_installer()
    asked = context.arguments
    path = file_named(asked.number)
    if asked.artifact is not None:
        raise usage_error(
            f"One file is installed at a time; {clean_text(Path(asked.artifact).name, 60)} is one too many.",
            "Install one, then the other.",
        )
    catch_up(context, context.local)
    with interruptible() as cancellation:
        file = installer.look(path, cancellation, expectation_of(context, path))
        licence = licence_sentence(file.found, purchase_for(context, file.found, path))
        context.output.say(*identity_lines(file.found, file.name, file.verification), licence)
        try:
            return _install(context, file, cancellation)
        finally:
            context.local.recovery.leave()


def _install(context: CommandContext, file: CheckedFile, cancellation: Cancellation) -> int:
    check = PreflightCheck.of_checked(context, file, file.job)
    rows, closing = clear_the_way(context, check, cancellation)
    blocking = [row for row in rows if row.severity is Severity.BLOCKS]
    done: FileInstallation | None = None
    reopened: tuple[RelaunchResult, ...] = ()
    if blocking:
        error: CompanionError | None = blocked_error(blocking)
    else:
        asked = context.arguments
        if asked.silent:
            confirm("Install without any question? The installer then accepts its own terms for you.", yes=asked.yes)
        done = context.local.file_installer().install(
            file,
            check.profile,
            lambda step: context.output.step(step, step.sentence),
            cancellation,
            silent=asked.silent,
            older=asked.older,
        )
        error = installation_error(done)
        if done.proof.outcome in _OVER and not asked.keep_closed:
            reopened = context.local.recovery.reopen()
    shown = _shown(context, file, rows, closing, done, error, reopened)
    context.output.result(shown, *_lines(shown, done), *hold_lines(shown.still_held, check.moment))
    return EXIT_OF_KIND[error.kind] if error else EXIT_DONE


def _shown(
    context: CommandContext,
    file: CheckedFile,
    rows: tuple[Finding, ...],
    closing: ClosedPrograms,
    done: FileInstallation | None,
    error: CompanionError | None,
    reopened: tuple[RelaunchResult, ...],
) -> InstallResult:
    recovery = context.local.recovery
    return InstallResult(
        order_number=None,
        artifact_id=None,
        path=file.place,
        findings=rows,
        result=done.result if done else None,
        seat_taken=False,
        closed=closing.closed,
        held_back=closing.held,
        still_held=recovery.held(),
        still_closed=programs_closed(recovery.relauncher.waiting()),
        error=ErrorReport.of(error) if error else None,
        technology=file.found.technology,
        before=done.proof.before if done else None,
        after=done.proof.after if done else None,
        outcome=done.proof.outcome if done else None,
        verified=file.verification.how,
        verification=file.verification,
        cause=done.cause if done else None,
        log=done.log if done else None,
        reopened=reopened,
    )


def _lines(shown: InstallResult, done: FileInstallation | None) -> list[str]:
    lines = []
    if shown.error is not None:
        lines += error_lines(shown.error)
    elif done is not None:
        lines += ending_lines(installation_text(done))
    if shown.log is not None:
        lines.append(f"The installer's log is kept here: {shown.log}")
    lines += [relaunch_sentence(each) for each in shown.reopened]
    return [*lines, *still_closed_lines(shown.still_closed)]
