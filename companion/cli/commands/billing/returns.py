"""``companion returns``, ``invoice``, ``backup-media`` and ``seats``: everything that comes after buying."""

from __future__ import annotations

import argparse
from pathlib import Path

from companion.cli.commands.entitlements.licences import pick_licence
from companion.cli.context import CommandContext, write_file
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.parser import common, order_number
from companion.cli.prompts import confirm
from companion.domain.billing.returns import ReturnOutlook
from companion.domain.billing.shipping import BackupOffer
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model
from companion.domain.store.orders import Invoice, Licence, Order, Return, ReturnReason, Seat

_REASONS = {
    "not-wanted": ReturnReason.NOT_WANTED,
    "does-not-work": ReturnReason.DOES_NOT_WORK,
    "unwanted-renewal": ReturnReason.UNWANTED_RENEWAL,
}


class Returns(Model, frozen=True):
    """``returns``: whether the order can be returned now, in words, and every return so far; `asked` is this run's."""

    order_number: str
    outlook: ReturnOutlook
    explained: tuple[str, ...]
    returns: tuple[Return, ...]
    asked: Return | None = None


class Invoiced(Model, frozen=True):
    """``invoice``; `pdf` is the file that was written, if one was asked for; `exempt` how tax is claimed back."""

    invoice: Invoice
    pdf: str | None = None
    exempt: tuple[str, ...] = ()


class BackupMedium(Model, frozen=True):
    """``backup-media``: what is offered (None: nothing), and whether it was added just now."""

    order_number: str
    offer: BackupOffer | None
    added: bool
    order: Order | None = None


class Seats(Model, frozen=True):
    """``seats``: who uses the licence; `this_pc` is the seat id of this PC."""

    order_number: str
    licence_id: str
    product_name: str
    total: int
    seats: tuple[Seat, ...]
    this_pc: str
    taken: str | None = None
    freed: str | None = None


def add_returns(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion returns``."""
    order_number(parser)
    parser.add_argument(
        "job", metavar="request|accept-letter", nargs="?", choices=["request", "accept-letter"],
        help="ask for a return, or accept its letter; without it, how returns stand",
    )  # fmt: skip
    parser.add_argument("--reason", choices=list(_REASONS), default="not-wanted", help="why (not-wanted)")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    common(parser, returns, epilog="JSON: {orderNumber, outlook, explained, returns, asked}")


def add_invoice(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion invoice``."""
    order_number(parser)
    parser.add_argument("--pdf", metavar="FILE", type=Path, help="save the store's PDF")
    common(parser, invoice, epilog="JSON: {invoice, pdf, exempt}")


def add_backup_media(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion backup-media``."""
    order_number(parser)
    parser.add_argument("job", metavar="add", nargs="?", choices=["add"], help="add it; without it, what it is")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    common(parser, backup_media, epilog="JSON: {orderNumber, offer: {name, price}, added, order}")


def add_seats(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion seats``."""
    order_number(parser)
    parser.add_argument(
        "job", metavar="take|free", nargs="?", choices=["take", "free"],
        help="take a seat for this PC, or free one; without it, who uses the licence",
    )  # fmt: skip
    parser.add_argument("seat", metavar="SEAT", nargs="?", help="with free: the seat's id or the PC's name")
    parser.add_argument("--licence", metavar="ID", help="the licence, if the order has several")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    common(parser, seats, epilog="JSON: {orderNumber, licenceId, productName, total, seats, thisPc, taken, freed}")


def returns(context: CommandContext) -> int:
    """Show how returns stand, ask for one, or accept its letter."""
    from companion.domain.billing.returns import outlook_sentences, return_outlook
    from companion.domain.core.text import plain_date, plain_money

    services, number, job = context.services, context.number(), context.arguments.job
    order = context.opened(number, lambda: services.orders.order(number))
    asked: Return | None = None
    if job == "request":
        reason = _REASONS[context.arguments.reason]
        asked = (
            _return_renewal(context, order)
            if reason is ReturnReason.UNWANTED_RENEWAL
            else _return(context, order, reason)
        )
    elif job == "accept-letter":
        asked = _accept_letter(context, order)
    if asked is not None:
        order = services.orders.order(number)
    outlook = return_outlook(order, services.orders.profile(), services.clock(), services.zone)
    said = outlook_sentences(outlook, plain_date(services.zone), plain_money)
    shown = Returns(order_number=number, outlook=outlook, explained=said, returns=order.returns, asked=asked)
    context.output.result(shown, *(() if asked is not None else said), *_return_lines(context, order))
    return EXIT_DONE if job or outlook.eligible or order.returns else EXIT_NO


def _return_lines(context: CommandContext, order: Order) -> list[str]:
    from companion.domain.billing.returns import progress_sentence, return_progress, return_steps
    from companion.domain.core.text import plain_date, plain_money

    services, lines = context.services, []
    date = plain_date(services.zone)
    for entry in order.returns:
        progress = return_progress(entry, services.orders.profile(), services.clock(), services.zone)
        lines.append(f"Return {entry.id}: {progress_sentence(progress, date, plain_money)}")
        lines += [f"  {step.words}" for step in return_steps(entry, date)]
        if progress.letter_open and entry.letter is not None:
            lines += ["", entry.letter.text, "", f"To accept it: companion returns {order.number} accept-letter"]
    return lines


def _return(context: CommandContext, order: Order, reason: ReturnReason) -> Return:
    from companion.domain.billing.returns import outlook_sentences, return_outlook
    from companion.domain.core.text import plain_date, plain_money

    services = context.services
    outlook = return_outlook(order, services.orders.profile(), services.clock(), services.zone)
    said = outlook_sentences(outlook, plain_date(services.zone), plain_money)
    if not outlook.eligible:
        hint = " ".join(said[1:]) or "Support can help: companion support"
        raise CompanionError(ErrorCode.NOT_ELIGIBLE, "It cannot be returned", said[0], hint)
    context.output.say(*said)
    confirm("Ask the store to take it back?", yes=context.arguments.yes)
    if outlook.renewal is not None:
        # The store counts from the renewal, so that is what goes back.
        return services.orders.request_return(order, outlook.renewal.reason, outlook.renewal.subscription_id)
    return services.orders.request_return(order, reason)


def _return_renewal(context: CommandContext, order: Order) -> Return:
    from companion.domain.billing.returns import renewal_return, renewal_return_sentences
    from companion.domain.core.text import plain_date, plain_money

    services = context.services
    profile, now, zone = services.orders.profile(), services.clock(), services.zone
    for plan in order.subscriptions:
        renewal = renewal_return(order, plan, profile, now, zone)
        if renewal is not None:
            context.output.say(*renewal_return_sentences(renewal, plain_date(zone), plain_money))
            confirm("Ask for this money back?", yes=context.arguments.yes)
            return services.orders.request_return(order, ReturnReason.UNWANTED_RENEWAL, plan.id)
    raise CompanionError(
        ErrorCode.NOT_ELIGIBLE,
        "There is no renewal to give back",
        "No renewal of this order was charged lately, or its time for returning is over.",
        f"What else can be done: companion returns {order.number}",
    )


def _accept_letter(context: CommandContext, order: Order) -> Return:
    waiting = next((entry for entry in order.returns if entry.letter and entry.letter.accepted_at is None), None)
    if waiting is None or waiting.letter is None:
        raise CompanionError(
            ErrorCode.NO_LETTER,
            "There is no letter to accept",
            "No return of this order waits for an Electronic Letter of Destruction.",
            f"How the returns stand: companion returns {order.number}",
        )
    context.output.say(waiting.letter.text, "")
    confirm("Do you declare this?", yes=context.arguments.yes)
    return context.services.orders.accept_letter(order.number, waiting)


def invoice(context: CommandContext) -> int:
    """Show the invoice, and save the store's PDF when asked."""
    from companion.domain.billing.invoices import exemption_sentences, tax_words
    from companion.domain.core.text import plain_money

    services, number, path = context.services, context.number(), context.arguments.pdf
    found = context.opened(number, lambda: services.orders.invoice(number))
    if path is not None:
        write_file(path.absolute(), services.orders.invoice_pdf(number))
    support = services.orders.profile().support
    exempt = exemption_sentences(found, support.website, plain_money)
    shown = Invoiced(invoice=found, pdf=str(path.absolute()) if path else None, exempt=exempt)
    lines = [f"Invoice {found.number} of {context.date(found.issued_at)}, order {found.order_number}"]
    lines.append(f"{found.seller} to {found.buyer}")
    lines += [f"  {line.quantity} × {line.name}  {line.price.plain()}" for line in found.lines]
    lines += [f"  {tax_words(found)}  {found.tax.plain()}", f"  Total  {found.total.plain()}", *exempt]
    lines += [f"Saved as {shown.pdf}"] if shown.pdf else []
    context.output.result(shown, *lines)
    return EXIT_DONE


def backup_media(context: CommandContext) -> int:
    """Say what a backup medium is and costs, and add it when asked."""
    from companion.domain.billing.shipping import backup_offer, backup_sentence
    from companion.domain.core.text import plain_money

    services, number = context.services, context.number()
    order = context.opened(number, lambda: services.orders.order(number))
    offer = backup_offer(order, services.orders.profile())
    added: Order | None = None
    if context.arguments.job == "add":
        if offer is None:
            raise CompanionError(
                ErrorCode.NOT_ELIGIBLE,
                "No backup medium can be added",
                "It is offered for download purchases, and once for each.",
                "Keep a copy of the downloaded file on a USB stick instead.",
            )
        context.output.say(backup_sentence(offer, plain_money))
        confirm("Add it to the order?", yes=context.arguments.yes)
        added = services.orders.add_backup_medium(number)
    shown = BackupMedium(order_number=number, offer=offer, added=added is not None, order=added)
    if added is not None:
        line = f"It is on the order now; the total is {added.total.plain()}."
    else:
        line = backup_sentence(offer, plain_money) if offer else "No backup medium is offered for this order."
    context.output.result(shown, line)
    return EXIT_DONE if offer is not None else EXIT_NO


def seats(context: CommandContext) -> int:
    """Show who uses a licence, take a seat for this PC, or free another one's."""
    services, number, job = context.services, context.number(), context.arguments.job
    if (job == "free") != (context.arguments.seat is not None):
        raise CompanionError(
            ErrorCode.USAGE,
            "This command was not understood",
            "A seat is named when it is to be freed, and only then.",
            f"Use: companion seats {number} take, or: companion seats {number} free SEAT",
            kind=ErrorKind.USAGE,
        )
    order = context.opened(number, lambda: services.orders.order(number))
    licence = pick_licence(order, context.arguments.licence)
    here, taken, freed = services.this_pc.seat_id, None, None
    if job == "take":
        licence, taken = services.orders.take_seat(number, licence.id, here, services.this_pc.name), here
    elif job == "free":
        seat = _seat_to_free(context, number, licence.seats)
        licence, freed = services.orders.free_seat(number, licence.id, seat.id), seat.id
    shown = Seats(
        order_number=number, licence_id=licence.id, product_name=licence.product_name, total=licence.seats_total,
        seats=licence.seats, this_pc=here, taken=taken, freed=freed,
    )  # fmt: skip
    context.output.result(shown, *_seat_lines(context, shown, licence))
    return EXIT_DONE


def _seat_to_free(context: CommandContext, number: str, known: tuple[Seat, ...]) -> Seat:
    """The seat that is meant, after the person agreed to free it. Raises `CompanionError`."""
    from companion.domain.core.text import plain_date
    from companion.domain.entitlements.seats import freeing_sentence

    wanted: str = context.arguments.seat
    found = [seat for seat in known if wanted in (seat.id, seat.name)]
    if len(found) != 1:
        names = ", ".join(f"{seat.id} ({seat.name})" for seat in known) or "none"
        raise CompanionError(
            ErrorCode.SEAT_UNKNOWN,
            "Which seat?",
            f"{'No' if not found else 'More than one'} seat of order {number} goes by {wanted}.",
            f"Seats in use: {names}.",
        )
    context.output.say(freeing_sentence(found[0], plain_date(context.services.zone)))
    confirm(f"Free the seat of {found[0].name}?", yes=context.arguments.yes)
    return found[0]


def _seat_lines(context: CommandContext, shown: Seats, licence: Licence) -> list[str]:
    from companion.domain.entitlements.seats import seat_line, seat_sentence, seat_use

    lines = [f"{shown.product_name}: {seat_sentence(seat_use(licence, shown.this_pc))}"]
    lines += [f"  {seat.id}: {seat_line(seat, context.date, shown.this_pc)}" for seat in shown.seats]
    return lines
