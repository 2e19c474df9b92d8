"""``companion put-back``: everything as it was before an installation."""

from __future__ import annotations

import argparse

from companion.cli.commands.pc.check import held_lines
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.parser import common
from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.core.text import joined
from companion.domain.installation.autostart_holds import Hold, Restored
from companion.domain.installation.recovery import Standing, WentOn, told
from companion.domain.installation.relaunch import Ending, Reopened, reopened_sentence
from companion.domain.pc.finding import moment_in_words


class PutBack(Model, frozen=True):
    """``put-back``: what may start again, what was opened again, and what is still held back, and for which jobs."""

    restored: Restored
    installations: tuple[WentOn, ...]
    reopened: tuple[Reopened, ...]
    still_held: tuple[Hold, ...]


def add_put_back(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion put-back``."""
    parser.add_argument("--now", action="store_true", help="also what is kept away until the PC has been restarted")
    parser.add_argument("--keep-closed", action="store_true", help="leave closed what was closed")
    common(
        parser,
        put_back,
        epilog="JSON: {restored: {restored, leftChanged, failed}, installations: [{number, job, name, standing,\n"
        "proven, missing}], reopened: [{name, ending}], stillHeld: [{entry, since, job}]}\n"
        "Exit 1 when something stays held back, or could not be put back or opened.",
    )


def put_back(context: CommandContext) -> int:
    """Let everything start again that was held back, and open again what was closed."""
    local = context.local
    found = local.aftermath.put_back(give_up=context.arguments.now)
    # What another run of this program has just closed is in its installer's way.
    busy = any(each.standing is Standing.RUNNING for each in found.installations)
    reopened: tuple[Reopened, ...] = ()
    if context.arguments.keep_closed and not busy:
        local.aftermath.reopenings.forget()
    elif not busy:
        reopened = local.aftermath.reopen()
    shown = PutBack(
        restored=found.restored,
        installations=found.installations,
        reopened=reopened,
        still_held=local.aftermath.held(),
    )
    held = held_lines(shown.still_held, lambda moment: moment_in_words(moment, local.clock(), local.zone))
    context.output.result(shown, *_lines(shown, local.platform.name), *held[:-1])
    refused = any(each.ending not in (Ending.OPENED, Ending.RUNNING) for each in reopened)
    return EXIT_NO if shown.still_held or found.restored.failed or refused else EXIT_DONE


def installation_lines(installations: tuple[WentOn, ...], platform: Platform) -> list[str]:
    """What was found of installations that earlier runs had begun."""
    lines = []
    for found in installations:
        words = told(found, platform)
        lines += [f"{words.title}. {words.message}", *([f"    → {words.hint}"] if words.hint else [])]
    return lines


def restored_lines(restored: Restored) -> list[str]:
    """What became of entries that were held back."""
    lines = []
    if restored.restored:
        lines.append(f"As before, this starts by itself again: {joined(restored.restored)}.")
    if restored.left_changed:
        lines.append(f"Left alone, because somebody has changed it meanwhile: {joined(restored.left_changed)}.")
    if restored.failed:
        lines.append(f"Not possible yet: {joined(restored.failed)}. Try again, if need be as administrator.")
    return lines


def _lines(shown: PutBack, platform: Platform) -> list[str]:
    lines = [*installation_lines(shown.installations, platform), *restored_lines(shown.restored)]
    lines += [reopened_sentence(each) for each in shown.reopened]
    return lines or ([] if shown.still_held else ["There is nothing to put back."])
