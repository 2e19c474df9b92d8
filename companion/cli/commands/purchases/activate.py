"""``companion purchases activate``: take a seat for this PC."""

from __future__ import annotations

from companion.cli.commands.purchases.seat import JSON, add_seat_arguments, change_seat
from companion.cli.context import CommandContext
from companion.cli.usage import Parser


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases activate``."""
    add_seat_arguments(parser)
    parser.describe(
        json=JSON,
        examples=("purchases activate 3f9a2c", 'purchases activate 3f9a2c "Harbour Suite"'),
        notes="The store is asked first, the seats left are shown, and nothing is taken without your consent.",
    )


def run(context: CommandContext) -> int:
    """Take a seat after asking."""
    return change_seat(context, take=True)
