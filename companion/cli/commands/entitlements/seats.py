"""``companion seats``: which PCs use a licence."""

from __future__ import annotations

from companion.cli.commands.entitlements.licence_choice import pick_licence
from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number, yes_option
from companion.cli.order_access import ShownOrder, order_to_show, read_order
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model
from companion.domain.entitlements.seats import freeing_sentence, seat_line, seat_sentence, seat_use
from companion.domain.store.orders import Licence, Seat


class SeatsResult(Model, frozen=True):
    """``seats``: who uses the licence; `this_pc` is the seat id of this PC."""

    order_number: str
    licence_id: str
    product_name: str
    total: int
    seats: tuple[Seat, ...]
    this_pc: str
    taken: str | None = None
    freed: str | None = None
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion seats``."""
    order_number(parser)
    parser.add_argument(
        "action",
        metavar="take|free",
        nargs="?",
        choices=["take", "free"],
        help="take a seat for this PC, or free a seat; without it, show who uses the licence",
    )
    parser.add_argument("seat", metavar="SEAT", nargs="?", help="with free: the seat's id or the PC's name")
    parser.add_argument("--licence", metavar="ID", help="the licence, if the order has several")
    yes_option(parser)
    parser.describe(
        json="{orderNumber, licenceId, productName, total, seats, thisPc, taken, freed, readAt, trouble}",
        examples=("seats LF-5930-2216", "seats LF-5930-2216 take", 'seats LF-5930-2216 free "Old laptop"'),
    )


def run(context: CommandContext) -> int:
    """Show who uses a licence, take a seat for this PC, or free another one's."""
    action = context.arguments.action
    _require_seat_to_free(action, context.arguments.seat)
    services, number = context.services, context.order_number()
    read = order_to_show(context, number) if action is None else ShownOrder(read_order(context, number))
    order = read.order
    licence = pick_licence(order, context.arguments.licence)
    here, taken, freed = services.this_pc.seat_id, None, None
    if action == "take":
        licence, taken = services.orders.actions.take_seat(number, licence.id, here, services.this_pc.name), here
    elif action == "free":
        seat = _seat_to_free(context, number, licence.seats)
        licence, freed = services.orders.actions.free_seat(number, licence.id, seat.id), seat.id
    shown = SeatsResult(
        order_number=number,
        licence_id=licence.id,
        product_name=licence.product_name,
        total=licence.seats_total,
        seats=licence.seats,
        this_pc=here,
        taken=taken,
        freed=freed,
        read_at=read.read_at,
        trouble=read.report,
    )
    context.output.result(shown, *read.lines(context), *_seat_lines(context, shown, licence))
    return read.failed_code


def _require_seat_to_free(action: str | None, seat: str | None) -> None:
    """Raise `CompanionError` ``usage`` unless a seat is named where one is freed, and only there."""
    if action == "free" and seat is None:
        raise usage_error("The seat to free is missing.", 'For example: companion seats LF-5930-2216 free "Old laptop"')
    if action != "free" and seat is not None:
        raise usage_error(
            f"“{seat}” is too much: a seat is only named to free it.", f"Use: companion seats NUMBER free {seat}"
        )


def _seat_to_free(context: CommandContext, number: str, known: tuple[Seat, ...]) -> Seat:
    """The seat that is meant, after the person agreed to free it. Raises `CompanionError`."""
    wanted: str = context.arguments.seat
    found = [seat for seat in known if wanted in (seat.id, seat.name)]
    if len(found) != 1:
        names = ", ".join(f"{seat.id} ({seat.name})" for seat in known) or "none"
        raise CompanionError(
            ErrorCode.SEAT_UNKNOWN,
            "Which seat?",
            f"{'No' if not found else 'More than one'} seat of order {number} is called {wanted}.",
            f"Seats in use: {names}.",
        )
    context.output.say(freeing_sentence(found[0], context.formats.date))
    confirm(f"Free the seat of {found[0].name}?", yes=context.arguments.yes)
    return found[0]


def _seat_lines(context: CommandContext, shown: SeatsResult, licence: Licence) -> list[str]:
    lines = [f"{shown.product_name}: {seat_sentence(seat_use(licence, shown.this_pc))}"]
    lines += [f"  {seat.id}: {seat_line(seat, context.formats.date, shown.this_pc)}" for seat in shown.seats]
    return lines
