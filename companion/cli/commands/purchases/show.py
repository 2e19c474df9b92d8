"""``companion purchases show``: one purchase, and where each fact is from."""

from __future__ import annotations

from companion.cli.commands.purchases.shown import JSON, fact_lines, key_words_of, lines, shown
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases show``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    parser.describe(json=JSON, examples=("purchases show 3f9a2c",), notes="Keys and download links are never printed.")


def run(context: CommandContext) -> int:
    """Show one purchase."""
    context.owned.mirror.run()
    found = context.owned.purchases.get(context.arguments.id)
    told = lines(found, context.ends, key_words_of(context.owned.purchases, found))
    context.output.result(shown(found), *told, *fact_lines(found))
    return EXIT_DONE
