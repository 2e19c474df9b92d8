"""``companion purchases deactivate``: free the seat of this PC."""

from __future__ import annotations

from companion.cli.commands.purchases.seat import JSON, add_seat_arguments, change_seat
from companion.cli.context import CommandContext
from companion.cli.usage import Parser


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases deactivate``."""
    add_seat_arguments(parser)
    parser.describe(json=JSON, examples=("purchases deactivate 3f9a2c",))


def run(context: CommandContext) -> int:
    """Free the seat after asking."""
    return change_seat(context, take=False)
