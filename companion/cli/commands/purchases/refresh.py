"""``companion purchases refresh``: what the stores say now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.output import EXIT_DONE, EXIT_UNREACHABLE
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.connectors.answers import Outcome
from companion.domain.core.errors import ErrorCode
from companion.domain.core.model import Model

if TYPE_CHECKING:
    from companion.services.purchases.refresh import Refreshed


class RefreshedPurchase(Model, frozen=True):
    """What asking about one purchase led to."""

    id: str
    outcome: Outcome
    said: str | None
    error: ErrorReport | None


class RefreshResult(Model, frozen=True):
    """``purchases refresh``."""

    refreshed: tuple[RefreshedPurchase, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases refresh``."""
    parser.add_argument("id", metavar="ID", nargs="?", help="the purchase's id, or its first characters; all without")
    parser.describe(
        json="{refreshed: [{id, outcome: told|doesNotTell|couldNotAsk, said, error}]}",
        examples=("purchases refresh", "purchases refresh 3f9a2c"),
        notes="Looking takes no seat and counts no download. Exit 3 when a store could not be asked.",
    )


def run(context: CommandContext) -> int:
    """Ask the stores; one that does not answer holds up no other."""
    asked, refresh = context.arguments.id, context.owned.asking.refresh
    with interruptible() as cancellation:
        found = (refresh.one(asked, cancellation),) if asked else refresh.all(cancellation)
    shown = RefreshResult(refreshed=tuple(_shown(each) for each in found))
    empty = "Nothing has been added yet. Add an e-mail of a purchase: companion add FILE"
    context.output.result(shown, *([_line(context, each) for each in found] or [empty]))
    failed = any(each.answer.outcome is Outcome.COULD_NOT_ASK for each in found)
    return EXIT_UNREACHABLE if failed else EXIT_DONE


def _shown(each: Refreshed) -> RefreshedPurchase:
    answer = each.answer
    return RefreshedPurchase(
        id=each.purchase_id,
        outcome=answer.outcome,
        said=answer.said or None,
        error=ErrorReport.of(answer.reason) if answer.reason is not None else None,
    )


def _line(context: CommandContext, each: Refreshed) -> str:
    from companion.cli.commands.purchases.shown import one_line

    purchase, answer = context.owned.purchases.get(each.purchase_id), each.answer
    known = one_line(purchase, context.owned.clock(), context.owned.zone)
    if answer.outcome is Outcome.TOLD:
        return f"{known}. {answer.said}".rstrip(" .") + "."
    if answer.reason is not None and answer.reason.code == ErrorCode.NOT_ANSWERED_YET:
        said_at = max((fact.said_at for fact in purchase.facts), default=purchase.added_at)
        since = f"As known {context.asked(said_at)}"
        return f"{known}. {since}; {answer.reason.message} {answer.reason.hint}"
    why = answer.said if answer.reason is None else f"{answer.reason.message} {answer.reason.hint}"
    return f"{purchase.id[:6]}  {purchase.name}: {why}"
