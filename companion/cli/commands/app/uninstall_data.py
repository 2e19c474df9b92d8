"""``companion uninstall-data``: everything that this program left on this PC, listed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.installation.leftovers import Leftover, leftover_line, removed_line

if TYPE_CHECKING:
    from companion.services.installation.leftovers import Leftovers


class UninstallDataResult(Model, frozen=True):
    """``uninstall-data``: what was found, how many things were removed (null: it was only listed), what stayed."""

    found: tuple[Leftover, ...]
    removed: int | None = None
    failed: tuple[str, ...] = ()


def add_arguments(parser: Parser) -> None:
    """Describe ``companion uninstall-data``."""
    parser.add_argument("--dry-run", action="store_true", help="only list what there is")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--keep-downloads", action="store_true", help="keep also downloads that were not finished")
    parser.add_argument("--with-downloads", action="store_true", help="remove finished downloads too")
    parser.describe(
        json="{found: [{kind, count, place, size}], removed, failed}",
        examples=("uninstall-data --dry-run", "uninstall-data --yes"),
        notes="Finished downloads stay unless --with-downloads is given. Exit 1 when something could not be removed, "
        "or while Companion runs.",
    )


def run(context: CommandContext) -> int:
    """List what there is, ask, and remove it."""
    _require_not_running(context)
    asked = context.arguments
    leftovers = _leftovers(context)
    partial, finished = not asked.keep_downloads, bool(asked.with_downloads)
    found = leftovers.found(partial=partial, finished=finished)
    if asked.dry_run or not found:
        context.output.result(UninstallDataResult(found=found), *_list(found))
        return EXIT_DONE
    context.output.say(*_list(found))
    confirm("Remove all of this? Nothing at any store changes.", yes=asked.yes)
    # The log is one of the files.
    from companion.services.app.log import stop_log

    stop_log()
    result = leftovers.remove(partial=partial, finished=finished)
    shown = UninstallDataResult(found=found, removed=result.removed, failed=result.failed)
    context.output.result(shown, removed_line(result.removed, result.failed))
    return EXIT_NO if result.failed else EXIT_DONE


def _list(found: tuple[Leftover, ...]) -> tuple[str, ...]:
    if not found:
        return ("Companion left nothing on this PC.",)
    return ("Companion left on this PC:", *(f"  {leftover_line(each)}" for each in found))


def _leftovers(context: CommandContext) -> Leftovers:
    from companion.services.installation.leftovers import Leftovers

    owned, local = context.owned, context.local
    return Leftovers(owned.folders, owned.library, owned.keychain, local.recovery, local.platform.autostart)


def _require_not_running(context: CommandContext) -> None:
    from companion.services.app.instance.running_program import StartRequest, hand_over
    from companion.services.container.environment import home_folders

    if hand_over(home_folders(context.arguments.home).state, StartRequest(tray=True)):
        raise CompanionError(
            ErrorCode.STILL_RUNNING,
            "Companion is running",
            "Its files are in use, so nothing was removed.",
            "Quit it first (by its icon beside the clock, or: companion quit --wait), then try again.",
        )
