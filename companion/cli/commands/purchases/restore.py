"""``companion purchases restore``: put back a purchase that was removed by command."""

from __future__ import annotations

from companion.cli.commands.purchases.shown import ShownPurchase, key_words_of, lines, shown
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Instant, Model
from companion.domain.purchases.purchase import overview
from companion.services.storage.kept_removals import KEPT_FOR


class RemovedEntry(Model, frozen=True):
    """A purchase that can be put back, until `until`."""

    id: str
    name: str
    removed_at: Instant
    until: Instant


class RestoreResult(Model, frozen=True):
    """``purchases restore``: what was put back, null where none was named, and what can be put back."""

    restored: ShownPurchase | None
    removed: tuple[RemovedEntry, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases restore``."""
    parser.add_argument("id", metavar="ID", nargs="?", help="the removed purchase's id, or its first characters")
    parser.describe(
        json="{restored: PURCHASE|null, removed: [{id, name, removedAt, until}]}",
        examples=("purchases restore", "purchases restore 3f9a2c"),
        notes="What was known of a purchase that was removed by command is kept for 30 days. Its keys and links left "
        "the keychain when it was removed: add its e-mail once more, or type the key, to have those again.",
    )


def run(context: CommandContext) -> int:
    """Put a purchase back, or list what can be put back."""
    removed, registry = context.owned.removed_purchases, context.owned.purchases
    asked = context.arguments.id
    found = registry.get(removed.put_back(asked)) if asked else None
    left = tuple(
        RemovedEntry(
            id=each.purchase.id,
            name=overview(each.purchase).name,
            removed_at=each.removed_at,
            until=each.removed_at + KEPT_FOR,
        )
        for each in removed.found()
    )
    result = RestoreResult(restored=shown(found) if found is not None else None, removed=left)
    if found is not None:
        told = lines(found, context.ends, key_words_of(registry, found))
        context.output.result(result, "It is back, without its keys and links.", *told)
    else:
        context.output.result(result, *[_line(context, each) for each in left] or ["Nothing can be put back."])
    return EXIT_DONE


def _line(context: CommandContext, each: RemovedEntry) -> str:
    return f"{each.id[:6]}  {each.name}, removed on {context.formats.date(each.removed_at)}"
