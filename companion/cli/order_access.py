"""Reading an order; its password is asked for when this computer does not have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from companion.cli.error_report import ErrorReport
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND
from companion.cli.terminal.prompts import ask_secret, is_interactive
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.entitlements.order_lookup import tidy_order_password

if TYPE_CHECKING:
    from companion.cli.context import CommandContext
    from companion.domain.store.orders import Order

T = TypeVar("T")


def read_order(context: CommandContext, number: str) -> Order:
    """Returns the order as the store has it, before something of it is changed. Raises `CompanionError`."""
    context.wait_in_full()
    return with_password(context, number, lambda: context.services.orders.lookup.order(number))


class ShownOrder(NamedTuple):
    """An order to be shown, when it was read, and what kept it from being read anew.

    Of an order that is changed it is not told when it was read.
    """

    order: Order
    read_at: dt.datetime | None = None
    trouble: CompanionError | None = None

    @property
    def report(self) -> ErrorReport | None:
        """The trouble as JSON shows it."""
        return ErrorReport.of(self.trouble) if self.trouble is not None else None

    @property
    def failed_code(self) -> int:
        """The exit code of the trouble, 0 without one."""
        return EXIT_OF_KIND[self.trouble.kind] if self.trouble is not None else EXIT_DONE

    def lines(self, context: CommandContext) -> list[str]:
        """Returns how old this is and why, nothing for what was read just now."""
        return stale_lines(context, self.read_at, self.trouble)


def stale_lines(context: CommandContext, read_at: dt.datetime | None, trouble: CompanionError | None) -> list[str]:
    """Returns how old something is and why, nothing without trouble."""
    if trouble is None:
        return []
    if read_at is None:
        return [f"{trouble.message} This is what was known when it was read last."]
    checked = f"Checked with the store {context.asked(read_at)}."
    if trouble.code == ErrorCode.NOT_ANSWERED_YET:
        return [f"{checked} {trouble.message} {trouble.hint}"]
    return [f"{trouble.message} {checked}"]


def order_to_show(context: CommandContext, number: str) -> ShownOrder:
    """Returns the order as the store has it, or as it was last read where the store does not answer.

    Raises `CompanionError`.
    """
    orders = context.services.orders
    try:
        known, trouble = with_password(context, number, lambda: orders.lookup.refresh(number)), None
    except CompanionError as error:
        if error.kind is not ErrorKind.UNREACHABLE:
            raise
        known, trouble = orders.cache.known(number), error
        if known.order is None:
            raise
    assert known.order is not None and known.read_at is not None  # noqa: S101, PT018 - read just now, or remembered
    return ShownOrder(known.order, known.read_at, trouble)


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
