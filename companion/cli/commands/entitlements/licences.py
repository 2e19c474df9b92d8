"""``companion licences``: what a person owns and until when."""

from __future__ import annotations

from companion.cli.context import NO_STORE_OF_ORDERS, CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import password_option
from companion.cli.output import EXIT_DONE, EXIT_NO, EXIT_UNREACHABLE
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Instant, Model
from companion.domain.entitlements.download_access import window_sentence
from companion.domain.entitlements.licences import EffectiveStatus
from companion.domain.entitlements.seats import seat_words
from companion.domain.overview.product_cards import ProductCard, charge_sentence, product_cards, status_sentence


class LicencesResult(Model, frozen=True):
    """``licences``: one card per licence, the most urgent first; `troubles` are orders that could not be read anew."""

    at: Instant
    licences: tuple[ProductCard, ...]
    troubles: tuple[ErrorReport, ...] = ()


def add_arguments(parser: Parser) -> None:
    """Describe ``companion licences``."""
    parser.add_argument("action", metavar="key", nargs="?", help="show the serial key of one licence instead")
    parser.add_argument("number", metavar="NUMBER", nargs="?", help="with key: the order number")
    parser.add_argument("--licence", metavar="ID", help="with key: which licence, when the order has several")
    parser.add_argument("--yes", action="store_true", help="with key: show it without asking, also into a pipe")
    parser.set_defaults(only_of_a_store=True)
    password_option(parser)
    parser.describe(
        json="{at, licences: [{orderNumber, licenceId, productName, standing, expiresAt, daysLeft, autoRenew, "
        "nextCharge, window, seats, action, …}], troubles}; "
        "key: {orderNumber, licenceId, productName, key, caseSensitive}, with --yes only",
        examples=("licences", "licences --json", "licences key LF-5930-2216"),
        notes="Every order is read from the store again; what cannot be read is shown as it was last read. A key comes "
        "from the keychain, also when the store does not answer.",
    )


def run(context: CommandContext) -> int:
    """Read every order anew and show its licences; what cannot be read is shown as it was last seen."""
    action = context.arguments.action
    if action is not None and action != "key":
        raise usage_error(
            f"“{action}” is not possible here.", "Use: companion licences, or companion licences key NUMBER"
        )
    if action == "key":
        from companion.cli.commands.entitlements.licence_key import show_key

        return show_key(context)
    troubles: list[tuple[str, CompanionError]] = []
    cards: list[ProductCard] = []
    fresh: set[str] = set()
    stores = context.stores_if_any()
    for services in stores:
        try:
            profile = services.orders.lookup.profile()
        except CompanionError as error:
            if len(stores) == 1:
                raise
            # One store that does not answer hides no other.
            troubles.append(("", error))
            continue
        for number in services.orders.cache.numbers():
            try:
                services.orders.lookup.refresh(number)
                fresh.add(number)
            except CompanionError as error:
                troubles.append((number, error))
                if error.code == ErrorCode.STORE_UNREACHABLE:
                    break
        cards += product_cards(
            services.orders.cache.read(),
            profile,
            services.clock(),
            services.zone,
            this_seat=services.this_pc.seat_id,
            downloaded=frozenset(file.artifact for file in services.order_downloads.files()),
        )
    now = context.owned.clock()
    shown = LicencesResult(
        at=now,
        licences=tuple(cards),
        troubles=tuple(ErrorReport.of(error, number or None) for number, error in troubles),
    )
    lines = [line for card in cards for line in _card_lines(context, card, card.order_number in fresh)]
    empty = "There are no licences here yet. Add an order: companion orders add NUMBER"
    context.output.result(shown, *(lines or [empty if stores else NO_STORE_OF_ORDERS]))
    for trouble in shown.troubles:
        what = f"Order {trouble.order_number}" if trouble.order_number else "A store"
        context.output.say(f"{what} was not read anew. {trouble.message} {trouble.hint}")
    if context.owned.keychain.refused:
        context.output.say("To be asked again for the keychain: companion keychain unlock")
    if not troubles:
        return EXIT_DONE
    return EXIT_UNREACHABLE if any(error.kind is ErrorKind.UNREACHABLE for _, error in troubles) else EXIT_NO


def _card_lines(context: CommandContext, card: ProductCard, fresh: bool) -> list[str]:
    date = context.formats.date
    lines = [
        f"{card.product_name}  (order {card.order_number}, licence {card.licence_id})",
        f"  {status_sentence(card, date)}",
    ]
    if card.status is EffectiveStatus.REFUNDED:
        return lines
    return [
        *lines,
        f"  {charge_sentence(card, date, context.formats.money, fresh=fresh)}",
        f"  {window_sentence(card.window, date)}",
        f"  Seats: {seat_words(card.seats)}.",
    ]
