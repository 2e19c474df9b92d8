"""``companion purchases remove``: forget a purchase and its keys."""

from __future__ import annotations

from companion.cli.commands.downloads.left_over import delete_option, settle_left
from companion.cli.commands.purchases.shown import one_line
from companion.cli.context import CommandContext
from companion.cli.options import yes_option
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.purchases.values import AutoRenewal
from companion.domain.transfers.left_downloads import LeftDownload
from companion.services.downloads.kept_queue import PURCHASES


class RemovePurchaseResult(Model, frozen=True):
    """``purchases remove``: `unfinished` are its downloads that were not finished and are still there.

    `undo` is the command that puts it back, null where nothing of it is kept.
    """

    id: str
    removed: bool
    unfinished: tuple[LeftDownload, ...] = ()
    undo: str | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases remove``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    yes_option(parser)
    delete_option(parser)
    parser.add_argument("--for-good", action="store_true", help="keep nothing of it, so that it cannot be put back")
    parser.describe(
        json="{id, removed, unfinished: [{name, folder, done, size, kept}], undo}",
        examples=("purchases remove 3f9a2c", "purchases remove 3f9a2c --for-good"),
        notes="What was known of it is kept for 30 days, without its keys and links (companion purchases restore).",
    )


def run(context: CommandContext) -> int:
    """Forget a purchase after asking; its licence keys are removed from the keychain."""
    registry = context.owned.purchases
    found = registry.get(context.arguments.id)
    context.output.say(one_line(found, context.owned.clock(), context.owned.zone))
    if found.auto_renew is AutoRenewal.ON:
        context.output.say("It renews by itself, and goes on doing so: switch that off at the shop first.")
    elif found.auto_renew is AutoRenewal.UNKNOWN:
        context.output.say("Whether it renews by itself is not known: look at the shop first.")
    keys = sum(product.has_key for product in found.products)
    question = "Forget this purchase" + (" and its licence key in the keychain?" if keys else "?")
    confirm(question, yes=context.arguments.yes)
    before = context.owned.left_downloads.found()
    for_good = context.arguments.for_good
    context.owned.removed_purchases.remove(found.id, for_good=for_good)
    context.owned.left_downloads.unqueue(PURCHASES, found.id)
    left, said = settle_left(context, before)
    undo = None if for_good else f"companion purchases restore {found.id[:6]}"
    result = RemovePurchaseResult(id=found.id, removed=True, unfinished=left, undo=undo)
    again = f" For 30 days it can be put back, without its keys and links: {undo}" if undo is not None else ""
    context.output.result(result, f"Forgotten.{again}", *said)
    return EXIT_DONE
