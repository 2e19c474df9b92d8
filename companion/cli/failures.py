"""Counting how often in a row a command has failed, and offering the support number from the second time on.

Imports stand in functions, because most commands succeed and load less then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError

if TYPE_CHECKING:
    from companion.cli.context import CommandContext


def record_failure(context: CommandContext, error: CompanionError) -> CompanionError:
    """Count a failed attempt at this command, unless it was counted already.

    Returns the error as it is printed: with the time a lock ends, and from the second failure on with the support
    number. Without services of a store nothing is counted.
    """
    services = context.opened_services
    if services is None:
        return error
    from companion.domain.core.text import plain_moment
    from companion.domain.store.lockout import with_unlock_time
    from companion.domain.support.hotline import failed_words, offers_number

    services.orders.attempts.failed(_attempt(context), _subject(context), error)
    shown = with_unlock_time(error, services.clock(), plain_moment(services.zone))
    if offers_number(shown.attempts):
        from companion.cli.support_number import number_line

        line = number_line(services, _subject(context))
        if line and line not in shown.hint:
            shown.hint = f"{shown.hint} {failed_words(shown.attempts)} {line}"
    return shown


def record_success(context: CommandContext) -> None:
    """End the row of failed attempts at this command."""
    if context.opened_services is not None:
        context.opened_services.orders.attempts.succeeded(_attempt(context), _subject(context))


def _attempt(context: CommandContext) -> str:
    """Returns the command with its second word, such as ``companion seats take``."""
    action = getattr(context.arguments, "action", None)
    return " ".join(filter(None, ("companion", context.arguments.command, action)))


def _subject(context: CommandContext) -> str | None:
    """Returns the order number that the command is about, None when it has none."""
    return getattr(context.arguments, "number", None)
