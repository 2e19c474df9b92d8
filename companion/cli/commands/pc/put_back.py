"""``companion put-back``: everything as it was before an installation."""

from __future__ import annotations

from companion.cli.commands.pc.text import hold_lines, installation_lines, restored_lines
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.core.text import moment_in_words
from companion.domain.installation.autostart_holds import Hold, Restored
from companion.domain.installation.recovery import RecoveredInstallation, RecoveryStatus
from companion.domain.installation.relaunch import RelaunchOutcome, RelaunchResult, relaunch_sentence


class PutBackResult(Model, frozen=True):
    """``put-back``: what is switched on again, what was opened again, and what stays switched off for which job."""

    restored: Restored
    installations: tuple[RecoveredInstallation, ...]
    reopened: tuple[RelaunchResult, ...]
    still_held: tuple[Hold, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion put-back``."""
    parser.add_argument("--now", action="store_true", help="also what waits for a restart of this PC")
    parser.add_argument("--keep-closed", action="store_true", help="do not open again what was closed")
    parser.describe(
        json="{restored: {restored, leftChanged, failed}, installations: [{number, job, name, standing, proven, "
        "missing}], reopened: [{name, ending}], stillHeld: [{entry, since, job}]}",
        examples=("put-back", "put-back --keep-closed"),
        notes="Exit 1 when something stays switched off, or could not be restored or opened.",
    )


def run(context: CommandContext) -> int:
    """Switch on again what was switched off, and open again what was closed."""
    local = context.local
    found = local.recovery.put_back(give_up=context.arguments.now)
    # What another run of this program has just closed would block its installer.
    busy = any(each.standing is RecoveryStatus.RUNNING for each in found.installations)
    reopened: tuple[RelaunchResult, ...] = ()
    if context.arguments.keep_closed and not busy:
        local.recovery.relauncher.forget()
    elif not busy:
        reopened = local.recovery.reopen()
    shown = PutBackResult(
        restored=found.restored,
        installations=found.installations,
        reopened=reopened,
        still_held=local.recovery.held(),
    )
    held = hold_lines(shown.still_held, lambda moment: moment_in_words(moment, local.clock(), local.zone))
    context.output.result(shown, *_lines(shown, local.platform.name), *held[:-1])
    refused = any(each.ending not in (RelaunchOutcome.OPENED, RelaunchOutcome.RUNNING) for each in reopened)
    return EXIT_NO if shown.still_held or found.restored.failed or refused else EXIT_DONE


def _lines(shown: PutBackResult, platform: Platform) -> list[str]:
    lines = [*installation_lines(shown.installations, platform), *restored_lines(shown.restored)]
    lines += [relaunch_sentence(each) for each in shown.reopened]
    return lines or ([] if shown.still_held else ["There is nothing to restore."])
