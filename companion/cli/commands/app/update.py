"""``companion update``: looking for a new version of this program, and installing it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from companion import __version__
from companion.cli.context import CommandContext
from companion.cli.options import progress_option, whole
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.interrupts import interruptible
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.core.errors import ErrorCode
from companion.domain.core.model import Instant, Model

if TYPE_CHECKING:
    from companion.domain.updates.release import FoundRelease
    from companion.services.updates.service import Updates


_MOST_SECONDS = 60.0


class UpdateResult(Model, frozen=True):
    """``update``: the versions, and what was done.

    `newest` is null where it is not known; `installed` is null where nothing was to be installed, false while the
    installer works by itself.
    """

    version: str
    source: str | None
    enabled: bool
    kind: str
    looked_at: Instant | None = None
    newest: str | None = None
    available: bool | None = None
    size: int | None = None
    notes: tuple[str, ...] = ()
    installed: bool | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion update``."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="only say whether there is a new version")
    what.add_argument("--off", action="store_true", help="do not look for new versions by itself")
    what.add_argument("--on", action="store_true", help="look for new versions by itself, once a day")
    # For the installer on Windows, which has put the files into place.
    what.add_argument("--await-start", action="store_true", help=argparse.SUPPRESS)
    what.add_argument("--taken-back", metavar="VERSION", help=argparse.SUPPRESS)
    parser.add_argument("--yes", action="store_true", help="install without asking")
    parser.add_argument("--limit-rate", metavar="BYTES", type=whole(1), help="the most bytes per second")
    progress_option(parser)
    parser.describe(
        json="{version, source, enabled, kind, lookedAt, newest, available, size, notes, installed}",
        examples=("update --check", "update --yes", "update --off"),
        notes="Whatever comes is used only if the makers of Companion have signed it. Exit 1 where this build has no "
        "update source, or what came is not proven; the version before then stays.",
    )


def run(context: CommandContext) -> int:
    """Look, show what is new, ask, fetch and install."""
    from companion.domain.updates.decisions import is_newer
    from companion.domain.updates.words import found_sentence, how_to_update, new_lines

    asked, updates = context.arguments, _updates(context)
    if asked.off or asked.on:
        return _switch(context, updates, on=bool(asked.on))
    if asked.await_start:
        return _await_start(context, updates)
    if asked.taken_back:
        updates.taken_back(asked.taken_back)
        context.output.result(_result(updates, None), "It is remembered.")
        return EXIT_DONE
    with interruptible() as cancellation:
        found = updates.look(cancellation)
    said = found_sentence(found, updates.installed)
    if found is None or not is_newer(found.release, updates.installed):
        context.output.result(_result(updates, found), said)
        return EXIT_DONE
    new = (said, "What is new:", *(f"  {line}" for line in new_lines(found)))
    if asked.check or not updates.kind.can_update:
        context.output.result(_result(updates, found), *new, how_to_update(updates.kind))
        return EXIT_DONE
    context.output.say(*new)
    confirm(f"Install version {found.release.version}? Companion quits for a moment.", yes=asked.yes)
    return _install(context, updates, found)


def _install(context: CommandContext, updates: Updates, found: FoundRelease) -> int:
    with interruptible() as cancellation:
        file = updates.fetch(found, cancellation, context.output.progress, limit_rate=context.arguments.limit_rate)
        cancellation.check()
    done = updates.install(found, file)
    version = found.release.version
    said = f"Version {version} is installed." if done else f"Version {version} is being installed."
    context.output.result(_result(updates, found, installed=done), said)
    return EXIT_DONE


def _await_start(context: CommandContext, updates: Updates) -> int:
    """Return once the program of these folders runs and answers; at most a minute."""
    from companion.domain.core.words.error_words import failure
    from companion.services.app.instance.running_program import StartRequest, hand_over
    from companion.services.container.environment import home_folders

    state = home_folders(context.arguments.home).state
    with interruptible() as cancellation:
        if not cancellation.wait_until(lambda: hand_over(state, StartRequest(tray=True)), _MOST_SECONDS):
            raise failure(ErrorCode.UPDATE_FAILED, message="Companion was started and does not answer.")
    context.output.result(_result(updates, None, installed=True), "Companion runs.")
    return EXIT_DONE


def _switch(context: CommandContext, updates: Updates, *, on: bool) -> int:
    from companion.domain.updates.words import source_sentence

    known = updates.switch(on)
    if on:
        said = source_sentence(updates.source is not None, updates.kind)
    else:
        said = "Companion does not look for new versions by itself. To look: companion update --check"
    context.output.result(_result(updates, known.found), said)
    return EXIT_DONE


def _result(updates: Updates, found: FoundRelease | None, *, installed: bool | None = None) -> UpdateResult:
    from companion.domain.updates.decisions import is_newer

    known = updates.remembered()
    return UpdateResult(
        version=__version__,
        source=updates.source.address if updates.source is not None else None,
        enabled=known.enabled,
        kind=updates.kind.value,
        looked_at=known.looked_at,
        newest=found.release.version if found is not None else None,
        available=is_newer(found.release, updates.installed) if found is not None else None,
        size=found.size if found is not None else None,
        notes=found.release.notes if found is not None else (),
        installed=installed,
    )


def _updates(context: CommandContext) -> Updates:
    from companion.services.container.environment import home_folders
    from companion.services.container.updates import build_updates
    from companion.services.platforms import current

    return build_updates(home_folders(context.arguments.home), current())
