"""``companion orders add``: find an order and keep its credentials in the keychain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.options import password_option, path_named
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import ask_secret
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model, Secret
from companion.domain.entitlements.order_lookup import tidy_card_digits, tidy_email, tidy_order_password
from companion.domain.mail.confirmation import MailRefusal, refusal_sentence

if TYPE_CHECKING:
    from companion.services.store.lookup import OrderLookup


class AddOrderResult(Model, frozen=True):
    """``orders add``: `kept` is ``keychain`` or ``session``, `place` the keychain, `trouble` why none was used."""

    order_numbers: tuple[str, ...]
    kept: str
    place: str | None
    trouble: str | None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders add``."""
    parser.add_argument("number", metavar="NUMBER", nargs="?", help="the order number")
    parser.add_argument("--email", metavar="ADDRESS", help="instead: find all orders of this e-mail address")
    parser.add_argument(
        "--card-digits", metavar="DIGITS", help="with --email: the last 4 or 5 digits of the card; asked for otherwise"
    )
    parser.add_argument(
        "--mail",
        metavar="FILE",
        type=path_named,
        help="instead: read number and password from the confirmation e-mail (.eml)",
    )
    password_option(parser)
    parser.describe(
        json="{orderNumbers, kept: keychain|session, place, trouble}",
        examples=(
            "orders add LF-5930-2216",
            "orders add --email ben@mail.example --card-digits 4242",
            "orders add --mail confirmation.eml",
        ),
    )


def run(context: CommandContext) -> int:
    """Find an order by number and password, or all orders by e-mail address and card digits."""
    context.wait_in_full()
    asked = context.arguments
    ways = sum(given is not None for given in (asked.number, asked.email, asked.mail))
    if ways != 1 or (asked.card_digits is not None and asked.email is None):
        raise usage_error(
            "An order is found by its number, by an e-mail address, or by its confirmation e-mail.",
            "Use one of: companion orders add NUMBER, or --email ADDRESS --card-digits DIGITS, or --mail FILE",
        )
    if "@" in (asked.number or ""):
        raise CompanionError(
            ErrorCode.BAD_ORDER_NUMBER,
            "That is an e-mail address",
            f"“{asked.number}” was given where the order number belongs.",
            f"To find all orders of this address, use: companion orders add --email {asked.number}",
            kind=ErrorKind.USAGE,
        )
    if asked.email is not None:
        email = tidy_email(asked.email)
        typed = asked.card_digits
        if typed is None:
            typed = ask_secret("Last digits of the card", from_stdin=asked.password_stdin).reveal()
        digits = tidy_card_digits(typed)
        numbers, kept = _lookup(context).add_by_card(email, digits)
    else:
        number, found = _from_mail(context) if asked.mail is not None else (context.order_number(), None)
        if found is None or asked.password_stdin:
            typed = ask_secret("Order password", from_stdin=asked.password_stdin).reveal()
            found = tidy_order_password(typed)
        numbers, kept = _lookup(context).add(number, found)
    keychain = context.services.keychain
    shown = AddOrderResult(order_numbers=numbers, kept=kept.value, place=keychain.place, trouble=keychain.trouble)
    context.output.result(shown, *_added_lines(shown))
    return EXIT_DONE


def _lookup(context: CommandContext) -> OrderLookup:
    """The orders, once the store's rules are known: they are needed also when it cannot be reached later."""
    context.services.orders.lookup.profile()
    return context.services.orders.lookup


def _from_mail(context: CommandContext) -> tuple[str, Secret | None]:
    """Order number and, where it is in there, password of a confirmation e-mail. Raises `CompanionError`."""
    found = context.services.orders.lookup.read_confirmation(context.arguments.mail)
    if found.order_number is None:
        raise CompanionError(
            ErrorCode.MAIL_WITHOUT_ORDER,
            "This e-mail does not help",
            refusal_sentence(found.refusal or MailRefusal.NO_ORDER),
            "Type the order number from it: companion orders add NUMBER",
        )
    return found.order_number, found.password


def _added_lines(shown: AddOrderResult) -> tuple[str, ...]:
    found = f"Added: {', '.join(shown.order_numbers)}."
    if shown.kept == "keychain":
        return (found, f"The credentials are in {shown.place}, and nowhere else.")
    return (
        found,
        f"The credentials are kept for this session only. {shown.trouble or ''}".rstrip(),
        "Every command will ask for the order password again.",
    )
