"""``companion orders``: which orders this computer knows."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND, Trouble
from companion.cli.parser import common, described, order_number, password_option
from companion.cli.prompts import ask_secret
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Instant, Model, Secret
from companion.domain.store.orders import Licence, Order, OrderStatus, Receipt

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile
    from companion.services.store.orders import Orders


class Added(Model, frozen=True):
    """``orders add``: `kept` is ``keychain`` or ``session``, `place` the keychain, `trouble` why none was used."""

    order_numbers: tuple[str, ...]
    kept: str
    place: str | None
    trouble: str | None


class ListedOrder(Model, frozen=True):
    """One line of ``orders list``; `status` and `products` as the store last said."""

    order_number: str
    added_at: Instant
    read_at: Instant | None
    status: str | None
    products: tuple[str, ...]


class Listed(Model, frozen=True):
    """``orders list``."""

    store: str
    orders: tuple[ListedOrder, ...]


class Shown(Model, frozen=True):
    """``orders show``: the order without its secrets; `trouble` says why it is as old as `read_at`."""

    order: Order
    read_at: Instant
    receipts: tuple[Receipt, ...]
    trouble: Trouble | None = None


class Removed(Model, frozen=True):
    """``orders remove``."""

    order_number: str
    removed: bool


class Opened(Model, frozen=True):
    """``orders open``: the address of the page, and whether the browser was asked to show it."""

    order_number: str
    purpose: str
    url: str
    opened: bool


class ResetAsked(Model, frozen=True):
    """``orders reset-password``: the store never tells whether it knows the order."""

    asked: bool


def add_orders(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion orders``."""
    jobs = parser.add_subparsers(title="what to do", dest="job", metavar="WHAT", required=True)
    add = described(jobs, "add", "find an order and keep its credentials in the keychain")
    add.add_argument("number", metavar="NUMBER", nargs="?", help="the order number")
    add.add_argument("--email", metavar="E", help="find all orders of this e-mail address instead")
    add.add_argument(
        "--card-digits", metavar="D", help="with --email: the last 4 or 5 digits of the card (or be asked)"
    )
    add.add_argument("--mail", metavar="FILE", type=Path, help="read both from the confirmation e-mail (.eml) instead")
    password_option(add)
    common(add, add_order, epilog="JSON: {orderNumbers, kept: keychain|session, place, trouble}")
    listing = described(jobs, "list", "the orders that were added")
    common(listing, list_orders, epilog="JSON: {store, orders: [{orderNumber, addedAt, readAt, status, products}]}")
    show = described(jobs, "show", "everything about one order")
    order_number(show)
    common(show, show_order, epilog="JSON: {order, readAt, receipts, trouble}; keys are left out")
    remove = described(jobs, "remove", "forget an order and its credentials")
    remove.add_argument("number", metavar="NUMBER", help="the order number")
    common(remove, remove_order, epilog="JSON: {orderNumber, removed}")
    page = described(jobs, "open", "open the store's own page of an order, to renew with another card for one")
    order_number(page)
    page.add_argument("page", nargs="?", choices=["order", "renew", "cancel"], default="order", help="which (order)")
    page.add_argument("--no-browser", action="store_true", help="only print the address")
    common(page, open_page, epilog="JSON: {orderNumber, purpose, url, opened}")
    reset = described(jobs, "reset-password", "have a new order password sent by e-mail")
    reset.add_argument("number", metavar="NUMBER", nargs="?", help="the order number")
    reset.add_argument("--email", metavar="E", help="the e-mail address of the order instead")
    common(reset, reset_password, epilog="JSON: {asked}")


def add_order(context: CommandContext) -> int:
    """Find an order by number and password, or all orders by e-mail address and card digits."""
    from companion.domain.entitlements.order_lookup import tidy_card_digits, tidy_email, tidy_order_password

    asked = context.arguments
    ways = sum(given is not None for given in (asked.number, asked.email, asked.mail))
    if ways != 1 or (asked.card_digits is not None and asked.email is None):
        raise _one_way("companion orders add NUMBER, or --email E --card-digits D, or --mail FILE")
    if asked.email is not None:
        email = tidy_email(asked.email)
        typed = asked.card_digits
        if typed is None:
            typed = ask_secret("Last digits of the card", from_stdin=asked.password_stdin).reveal()
        digits = tidy_card_digits(typed)
        numbers, kept = _orders(context).add_by_card(email, digits)
    else:
        number, found = _from_mail(context) if asked.mail is not None else (context.number(), None)
        if found is None or asked.password_stdin:
            typed = ask_secret("Order password", from_stdin=asked.password_stdin).reveal()
            found = tidy_order_password(typed)
        numbers, kept = _orders(context).add(number, found)
    keychain = context.services.keychain
    shown = Added(order_numbers=numbers, kept=kept.value, place=keychain.place, trouble=keychain.trouble)
    context.output.result(shown, *_added_lines(shown))
    return EXIT_DONE


def _orders(context: CommandContext) -> Orders:
    """The orders, once the store's rules are known: they are needed also when it cannot be reached later."""
    context.services.orders.profile()
    return context.services.orders


def _from_mail(context: CommandContext) -> tuple[str, Secret | None]:
    """Order number and, where it is in there, password of a confirmation e-mail. Raises `CompanionError`."""
    from companion.domain.entitlements.confirmation_email import MailRefusal, refusal_sentence

    found = context.services.orders.read_confirmation(context.arguments.mail)
    if found.order_number is None:
        raise CompanionError(
            ErrorCode.MAIL_WITHOUT_ORDER,
            "This e-mail does not help",
            refusal_sentence(found.refusal or MailRefusal.NO_ORDER),
            "Type the order number from it: companion orders add NUMBER",
        )
    return found.order_number, found.password


def _added_lines(shown: Added) -> tuple[str, ...]:
    found = f"Added: {', '.join(shown.order_numbers)}."
    if shown.kept == "keychain":
        return (found, f"The credentials are in {shown.place}, and nowhere else.")
    return (
        found,
        f"The credentials are kept for this session only. {shown.trouble or ''}".rstrip(),
        "Every command will ask for the order password again.",
    )


def list_orders(context: CommandContext) -> int:
    """Show what was added, without asking the store."""
    services = context.services
    shown = Listed(
        store=services.orders.store,
        orders=tuple(
            ListedOrder(
                order_number=known.number,
                added_at=known.added_at,
                read_at=known.read_at,
                status=known.order.status.value if known.order else None,
                products=tuple(licence.product_name for licence in known.order.licences) if known.order else (),
            )
            for known in services.orders.remembered()
        ),
    )
    lines = []
    for order in shown.orders:
        status = OrderStatus(order.status).words.lower() if order.status is not None else "not read yet"
        lines.append(f"{order.order_number}  {status}  {', '.join(order.products)}".rstrip())
    context.output.result(shown, *(lines or ["No order has been added yet. Add one: companion orders add NUMBER"]))
    return EXIT_DONE


def show_order(context: CommandContext) -> int:
    """Show one order as the store sees it now, or as it was last seen when the store cannot be reached."""
    orders, number = context.services.orders, context.number()
    trouble: CompanionError | None = None
    try:
        known = context.opened(number, lambda: orders.refresh(number))
    except CompanionError as error:
        if error.kind is not ErrorKind.UNREACHABLE:
            raise
        known, trouble = orders.known(number), error
        if known.order is None:
            raise
    order, read_at = known.order, known.read_at
    assert order is not None and read_at is not None  # noqa: S101, PT018 - it was read just now, or is remembered
    shown = Shown(
        order=order,
        read_at=read_at,
        receipts=orders.receipts(number),
        trouble=Trouble.of(trouble) if trouble else None,
    )
    context.output.result(shown, *_order_lines(context, shown))
    return EXIT_OF_KIND[trouble.kind] if trouble else EXIT_DONE


def _order_lines(context: CommandContext, shown: Shown) -> list[str]:
    from companion.domain.billing.charges import movement_sentence, timeline
    from companion.domain.billing.shipping import parcel_sentences, parcels
    from companion.domain.core.text import plain_money

    order, services = shown.order, context.services
    profile = services.orders.remembered_profile() or services.orders.profile()
    now, zone = services.clock(), services.zone
    lines = [f"Order {order.number}, {order.status.words.lower()}, placed on {context.date(order.placed_at)}"]
    if shown.trouble is not None:
        lines.append(f"{shown.trouble.message} This is what was known on {context.moment(shown.read_at)}.")
    lines += [f"  {item.quantity} × {item.name}  {item.price.plain()}" for item in order.line_items]
    lines.append(f"  Total {order.total.plain()}")
    for licence in order.licences:
        lines += _licence_lines(context, order, licence, profile)
    lines += [movement_sentence(move, context.date, plain_money) for move in timeline(order, profile, now)]
    for parcel in parcels(order, profile, now, zone):
        followed = " ".join(part for part in (parcel.carrier, parcel.tracking_number) if part)
        said = [*parcel_sentences(parcel, context.date), *([f"{followed}."] if followed else [])]
        lines.append(f"Parcel {parcel.id}: {' '.join(said)}")
    more = ["money", "shipping", *(["returns"] if order.returns else [])]
    lines.append("More: " + ", ".join(f"companion {command} {order.number}" for command in more))
    lines += [f"Receipt {receipt.id}: {receipt.statement}" for receipt in shown.receipts]
    return lines


def _licence_lines(context: CommandContext, order: Order, licence: Licence, profile: Profile) -> list[str]:
    from companion.domain.entitlements.artifacts import Offer, offer_of, offer_sentence
    from companion.domain.entitlements.licences import Standing, span_words, standing
    from companion.domain.entitlements.seats import seat_sentence, seat_use

    services = context.services
    now, zone = services.clock(), services.zone
    state = standing(order, licence, now)
    span = span_words(state, licence.starts_at, licence.expires_at, context.date)
    lines = [f"{licence.product_name} ({licence.id}): {span}"]
    if state is Standing.REFUNDED:
        return lines
    lines.append(f"  {seat_sentence(seat_use(licence, services.this_pc.seat_id))}")
    downloads = order.downloads_of(licence)
    lines += ["  There is nothing to download for this licence."] if not downloads else []
    for download in downloads:
        offer = offer_of(order, download, profile, now, zone)
        lines.append(f"  {offer_sentence(offer, download, now, zone, context.date)}")
        lines += [f"  Download: {download.artifact_id} ({download.name})"] if offer is not Offer.ENDED else []
    plan = order.subscription_of(licence)
    if plan is not None:
        lines.append(f"  Auto-renewal is {'on' if plan.auto_renew else 'off'}.")
    return lines


def remove_order(context: CommandContext) -> int:
    """Forget an order; afterwards the keychain does not give its credentials any more."""
    number = context.number()
    orders = context.services.orders
    orders.remove(number)
    proven = orders.in_keychain(number) is False
    kept = "the keychain holds nothing of it any more" if proven else "its password was never written down"
    context.output.result(
        Removed(order_number=number, removed=True),
        f"Order {number} is forgotten, and {kept}. The order itself is untouched.",
    )
    return EXIT_DONE


def open_page(context: CommandContext) -> int:
    """Open the store's own page of an order: there one renews by hand, with any card."""
    services, number, purpose = context.services, context.number(), context.arguments.page
    order = context.opened(number, lambda: services.orders.order(number))
    page = next((page for page in order.pages if page.purpose == purpose), None)
    if page is None:
        raise CompanionError(
            ErrorCode.NO_PAGE,
            "The store has no such page",
            f"The store names no page of its own for this ({purpose}).",
            "Support can help: companion support",
        )
    if not context.arguments.no_browser:
        services.platform.open_url(page.url)
    shown = Opened(order_number=number, purpose=purpose, url=page.url, opened=not context.arguments.no_browser)
    context.output.result(shown, page.url, "No card number ever passes through Companion.")
    return EXIT_DONE


def reset_password(context: CommandContext) -> int:
    """Ask the store to e-mail a new order password."""
    from companion.domain.entitlements.order_lookup import tidy_email

    asked = context.arguments
    if (asked.number is None) == (asked.email is None):
        raise _one_way("companion orders reset-password NUMBER, or --email E")
    orders = context.services.orders
    if asked.email is not None:
        orders.request_password_reset(email=tidy_email(asked.email))
    else:
        orders.request_password_reset(number=context.number())
    context.output.result(
        ResetAsked(asked=True),
        "If the store knows this order, a new order password is on its way by e-mail.",
        "Then open the order with it: companion orders add NUMBER",
    )
    return EXIT_DONE


def _one_way(usage: str) -> CompanionError:
    return CompanionError(
        ErrorCode.USAGE,
        "This command was not understood",
        "An order is named either by its number or by an e-mail address.",
        f"Use: {usage}",
        kind=ErrorKind.USAGE,
    )
