"""``companion licences``: what a person owns and until when."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from companion.cli.context import NO_STORE_OF_ORDERS, CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import password_option
from companion.cli.output import EXIT_DONE, EXIT_NO, EXIT_UNREACHABLE
from companion.cli.usage import Parser, usage_error
from companion.domain.billing.auto_renewal import switched_off
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Instant, Model
from companion.domain.entitlements.download_access import window_sentence
from companion.domain.entitlements.licences import EffectiveStatus
from companion.domain.entitlements.seats import seat_words
from companion.domain.overview.product_cards import ProductCard, charge_sentence, product_cards, status_sentence

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile
    from companion.services.container.store import Services


_SILENT = (ErrorCode.STORE_UNREACHABLE, ErrorCode.NOT_ANSWERED_YET, ErrorCode.TOO_SLOW)


class Reading(Model, frozen=True):
    """When an order was read last, and whether that was `anew`, by this command."""

    order_number: str
    store: str
    read_at: Instant | None
    anew: bool


class LicencesResult(Model, frozen=True):
    """``licences``: one card per licence, the most urgent first.

    `troubles` are orders that could not be read anew, `read` says how old what is shown of each order is.
    """

    at: Instant
    licences: tuple[ProductCard, ...]
    troubles: tuple[ErrorReport, ...] = ()
    read: tuple[Reading, ...] = ()


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
        "nextCharge, window, seats, action, …}], troubles, read: [{orderNumber, store, readAt, anew}]}; "
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
    stores = context.stores_if_any()
    # Each store at the same time, so that one that does not answer holds up no other.
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(stores)), thread_name_prefix="store") as pool:
        found = list(pool.map(_ask, stores))
    if len(found) == 1 and found[0].unknown is not None:
        raise found[0].unknown
    troubles = [trouble for each in found for trouble in each.troubles]
    cards = [
        (card, each.readings[card.order_number])
        for services, each in zip(stores, found, strict=True)
        for card in _cards(services, each)
    ]
    shown = LicencesResult(
        at=context.owned.clock(),
        licences=tuple(card for card, _ in cards),
        troubles=tuple(ErrorReport.of(error, number or None) for number, error in troubles),
        read=tuple(reading for each in found for reading in each.readings.values()),
    )
    lines = [line for card, reading in cards for line in _card_lines(context, card, reading)]
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


class _Asked(NamedTuple):
    """What asking one store led to; without a profile nothing of it can be shown, because of `unknown`."""

    profile: Profile | None
    troubles: tuple[tuple[str, CompanionError], ...]
    readings: Mapping[str, Reading]
    """How old what is shown of each order is, by its number."""

    @property
    def unknown(self) -> CompanionError | None:
        return self.troubles[0][1] if self.profile is None else None


def _ask(services: Services) -> _Asked:
    """Read every order of a store anew; once the store does not answer, nothing more is asked."""
    orders = services.orders
    try:
        profile = orders.lookup.profile()
    except CompanionError as error:
        return _Asked(None, (("", error),), {})
    troubles: list[tuple[str, CompanionError]] = []
    fresh: set[str] = set()
    for number in orders.cache.numbers():
        try:
            orders.lookup.refresh(number)
            fresh.add(number)
        except CompanionError as error:
            troubles.append((number, error))
            if error.code in _SILENT:
                break
    readings = {
        known.number: Reading(
            order_number=known.number, store=orders.store, read_at=known.read_at, anew=known.number in fresh
        )
        for known in orders.cache.remembered()
    }
    return _Asked(profile, tuple(troubles), readings)


def _cards(services: Services, asked: _Asked) -> tuple[ProductCard, ...]:
    if asked.profile is None:
        return ()
    return product_cards(
        services.orders.cache.read(),
        asked.profile,
        services.clock(),
        services.zone,
        this_seat=services.this_pc.seat_id,
        downloaded=frozenset(file.artifact for file in services.order_downloads.files()),
        reminders=services.reminders.settings(),
        switched_off=switched_off(chain.from_iterable(services.library.all_receipts(services.orders.store).values())),
    )


def _card_lines(context: CommandContext, card: ProductCard, reading: Reading) -> list[str]:
    date, fresh = context.ends, reading.anew
    lines = [
        f"{card.product_name}  (order {card.order_number}, licence {card.licence_id})",
        f"  {status_sentence(card, date)}",
    ]
    if not fresh:
        lines.append(f"  Checked with the store {context.asked(reading.read_at)}.")
    if card.status is EffectiveStatus.REFUNDED:
        return lines
    return [
        *lines,
        f"  {charge_sentence(card, date, context.formats.money, fresh=fresh)}",
        f"  {window_sentence(card.window, date)}",
        f"  Seats: {seat_words(card.seats)}.",
    ]
