"""Reading an order; its password is asked for when this computer does not have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from companion.cli.terminal.prompts import ask_secret, is_interactive
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.entitlements.order_lookup import tidy_order_password

if TYPE_CHECKING:
    from companion.cli.context import CommandContext
    from companion.domain.store.orders import Order

T = TypeVar("T")


def read_order(context: CommandContext, number: str) -> Order:
    """Returns the order as the store has it. Raises `CompanionError`."""
    return with_password(context, number, lambda: context.services.orders.lookup.order(number))


def with_password(context: CommandContext, number: str, work: Callable[[], T]) -> T:
    """Returns what `work` on an order returns; asks for the order's password when `work` needs it.

    Raises `CompanionError` ``credentials-needed`` when it is needed and cannot be asked for.
    """
    if getattr(context.arguments, "password_stdin", False):
        _use_password(context, number, from_stdin=True)
        context.arguments.password_stdin = False
        return work()
    try:
        return work()
    except CompanionError as error:
        if error.code != ErrorCode.CREDENTIALS_NEEDED:
            raise
        if not is_interactive():
            raise CompanionError(
                error.code,
                error.title,
                error.message,
                "Send the order password to standard input with --password-stdin, or run this in a terminal.",
            ) from None
        context.output.say(error.message)
        if context.services.keychain.refused:
            context.output.say("It can be unlocked with: companion keychain unlock")
    _use_password(context, number, from_stdin=False)
    return work()


def _use_password(context: CommandContext, number: str, *, from_stdin: bool) -> None:
    from companion.services.store.keychain.keychain import Credentials

    typed = ask_secret(f"Order password of {number}", from_stdin=from_stdin)
    password = tidy_order_password(typed.reveal())
    context.services.orders.lookup.use_for_session(number, Credentials(order_password=password))
