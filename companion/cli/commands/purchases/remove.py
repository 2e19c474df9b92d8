"""``companion purchases remove``: forget a purchase and its keys."""

from __future__ import annotations

from companion.cli.commands.purchases.shown import one_line
from companion.cli.context import CommandContext
from companion.cli.options import yes_option
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.purchases.values import AutoRenewal


class RemovePurchaseResult(Model, frozen=True):
    """``purchases remove``."""

    id: str
    removed: bool


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases remove``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    yes_option(parser)
    parser.describe(json="{id, removed}", examples=("purchases remove 3f9a2c",))


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
    registry.remove(found.id)
    context.output.result(RemovePurchaseResult(id=found.id, removed=True), "Forgotten.")
    return EXIT_DONE
