"""What taking and freeing a seat share: choosing the product, asking, and the result."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.options import yes_option
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.interrupts import interruptible
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.connectors.answers import Outcome, StoreAnswer
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model
from companion.domain.core.text import joined
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases.purchase import Overview, Product, Seats


class SeatResult(Model, frozen=True):
    """``purchases activate`` and ``deactivate``: whether it was done, what the store said, and the seats then."""

    id: str
    product: str
    done: bool
    said: str | None
    seats: Seats


JSON = "{id, product, done, said, seats: {used, limit}}"


def add_seat_arguments(parser: Parser) -> None:
    """Add the purchase, its product, and ``--yes``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    parser.add_argument("product", metavar="PRODUCT", nargs="?", help="the product, if the purchase has several")
    yes_option(parser)


def change_seat(context: CommandContext, *, take: bool) -> int:
    """Ask the store, show the seats left, ask the person, and take or free the seat of this PC."""
    context.wait_in_full()
    asking, registry = context.owned.asking, context.owned.purchases
    purchase = registry.get(context.arguments.id)
    product = pick_product(purchase, context.arguments.product)
    with interruptible() as cancellation:
        asking.activations.require_able(purchase)
        _raise_unasked(asking.refresh.one(purchase.id, cancellation).answer)
        product = _same(registry.get(purchase.id), product)
        name = product.name or "this licence"
        context.output.say(f"{name}: {seats_words(product.seats)}")
        confirm(f"{'Take a seat of' if take else 'Free the seat of this PC for'} {name}?", yes=context.arguments.yes)
        change = asking.activations.activate if take else asking.activations.deactivate
        found = change(purchase.id, product, cancellation)
    _raise_unasked(found.answer)
    after = _same(found.purchase, product)
    shown = SeatResult(
        id=purchase.id, product=after.name, done=found.done, said=found.answer.said or None, seats=after.seats
    )
    done = "This PC has a seat now." if take else "The seat of this PC is free."
    told = [done] if found.done else [found.answer.said or "The store refused, without a reason that is known."]
    context.output.result(shown, *told, f"{name}: {seats_words(after.seats)}")
    return EXIT_DONE if found.done else EXIT_NO


def pick_product(purchase: Overview, wanted: str | None) -> Product:
    """Returns the product that is meant. Raises `CompanionError` ``licence-ambiguous`` or ``licence-unknown``."""
    products = purchase.products
    if wanted:
        products = tuple(each for each in products if each.name.casefold() == wanted.strip().casefold())
    if len(products) == 1:
        return products[0]
    names = joined([f"“{each.name}”" for each in purchase.products]) or "none"
    code = ErrorCode.LICENCE_AMBIGUOUS if len(products) > 1 else ErrorCode.LICENCE_UNKNOWN
    raise CompanionError(
        code,
        "Which product?",
        f"{'More than one product' if products else 'No product'} of {clean_text(purchase.name, 80)} is meant.",
        f"Name one of: {names}.",
        kind=ErrorKind.USAGE,
    )


def seats_words(seats: Seats) -> str:
    """Returns how many seats are used and left, in a sentence."""
    used = "an unknown number" if seats.used is None else str(seats.used)
    if seats.limit is None:
        return f"{used} of its seats are in use; the store does not tell how many there are."
    if not isinstance(seats.limit, int):
        return f"{used} of its seats are in use, and there is no limit."
    if seats.used is None:
        return f"it has {seats.limit} seats; the store does not tell how many are in use."
    return f"{used} of {seats.limit} seats are in use, {max(0, seats.limit - seats.used)} left."


def _same(purchase: Overview, product: Product) -> Product:
    return next((each for each in purchase.products if each.item == product.item), product)


def _raise_unasked(answer: StoreAnswer) -> None:
    """Raise why the store could not be asked; a seat is not taken unseen."""
    if answer.outcome is Outcome.COULD_NOT_ASK and answer.reason is not None:
        raise answer.reason
