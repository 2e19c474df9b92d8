"""``companion purchases edit``: what the person knows better."""

from __future__ import annotations

from companion.cli.commands.purchases.shown import JSON, fact_lines, lines, shown
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser, usage_error
from companion.domain.core.foreign_text import clean_text
from companion.domain.core.text import joined
from companion.domain.purchases.facts import SECRET_FIELDS, Field

_NOT_TYPED = SECRET_FIELDS | {Field.SENDER_DOMAIN}
_FIELDS = tuple(field for field in Field if field not in _NOT_TYPED)


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases edit``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    parser.add_argument(
        "changes", metavar="FIELD=VALUE", nargs="+", help="what to change; FIELD[PRODUCT]=VALUE for one of several"
    )
    parser.describe(
        json=JSON,
        examples=(
            "purchases edit 3f9a2c expires=2028-01-08 autoRenew=off",
            'purchases edit 3f9a2c "expires[Harbour Suite]=never"',
            "purchases edit 3f9a2c price=",
        ),
        notes=f"Fields: {', '.join(_FIELDS)}. An empty value takes back what you typed before.",
    )


def run(context: CommandContext) -> int:
    """Set values as the person's word, or take them back."""
    changes = [_change(text) for text in context.arguments.changes]
    found = context.owned.purchases.edit(context.arguments.id, changes)
    context.output.result(shown(found), *lines(found, context.owned.zone), *fact_lines(found))
    return EXIT_DONE


def _change(text: str) -> tuple[Field, str, str]:
    name, separator, value = text.partition("=")
    name, _, item = name.partition("[")
    if not separator:
        raise usage_error(
            f"“{clean_text(text, 60)}” has no = in it.", "Write FIELD=VALUE, for example: expires=2028-01-08"
        )
    found = {field.value.casefold(): field for field in _FIELDS}.get(name.strip().casefold())
    if found is None:
        raise usage_error(f"“{clean_text(name, 40)}” is not a field.", f"Fields: {joined(list(_FIELDS))}.")
    return found, value, item.rstrip("] ").strip()
