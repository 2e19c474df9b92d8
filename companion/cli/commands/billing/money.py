"""``companion money``, ``shipping`` and ``receipts``: what was paid, what is on its way, and the proof."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from companion.cli.context import CommandContext, write_file
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.parser import common, order_number
from companion.domain.billing.charges import Movement, TwoCharges
from companion.domain.billing.shipping import Parcel
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.serialization import to_builtins
from companion.domain.store.orders import Receipt


class MoneyShown(Model, frozen=True):
    """``money``: every movement, the oldest first, and why there seem to be two charges (None: nothing does).

    `ahead` says when the first charge comes, as long as there is none.
    """

    order_number: str
    movements: tuple[Movement, ...]
    two_charges: TwoCharges | None
    explained: tuple[str, ...]
    statement_descriptor: str
    ahead: str | None = None


class ShippingShown(Model, frozen=True):
    """``shipping``: the parcels and what cannot be changed any more, both in words too."""

    order_number: str
    parcels: tuple[Parcel, ...]
    explained: tuple[str, ...]
    settled: tuple[str, ...]


class ReceiptsShown(Model, frozen=True):
    """``receipts``: what is kept on this PC, newest first; `pdf` and `path` are the files that were written."""

    order_number: str
    receipts: tuple[Receipt, ...]
    pdf: str | None = None
    path: str | None = None


def add_money(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion money``."""
    order_number(parser)
    common(
        parser,
        show_money,
        epilog="JSON: {orderNumber, movements, twoCharges: {why, movements}, explained, statementDescriptor, ahead}",
    )


def add_shipping(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion shipping``."""
    order_number(parser)
    common(parser, show_shipping, epilog="JSON: {orderNumber, parcels, explained, settled}; exit 1 without a parcel")


def add_receipts(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion receipts``."""
    parser.add_argument("number", metavar="NUMBER", help="the order number")
    parser.add_argument("receipt", metavar="RECEIPT", nargs="?", help="one receipt; without it, all of them")
    parser.add_argument("--to", metavar="FILE", type=Path, help="save them as JSON")
    parser.add_argument("--pdf", metavar="FILE", type=Path, help="save them as PDF")
    common(parser, show_receipts, epilog="JSON: {orderNumber, receipts, pdf, path}; the store is not asked")


def show_money(context: CommandContext) -> int:
    """Show what was held, charged and given back, and why there may seem to be two charges."""
    from companion.domain.billing.charges import (
        charge_ahead_sentence,
        movement_sentence,
        timeline,
        two_charges_sentences,
        why_two_charges,
    )
    from companion.domain.core.text import plain_date, plain_money

    services, number = context.services, context.number()
    order = context.opened(number, lambda: services.orders.order(number))
    profile, now, date = services.orders.profile(), services.clock(), plain_date(services.zone)
    two = why_two_charges(order, profile, now)
    explained = two_charges_sentences(two, profile.policies.payment, date, plain_money) if two is not None else ()
    shown = MoneyShown(
        order_number=number, movements=timeline(order, profile, now), two_charges=two, explained=explained,
        statement_descriptor=profile.store.statement_descriptor,
        ahead=charge_ahead_sentence(order, profile, date),
    )  # fmt: skip
    lines = [movement_sentence(move, date, plain_money) for move in shown.movements]
    lines += [shown.ahead] if shown.ahead else []
    lines += ["Why are there two charges?", *(f"  {sentence}" for sentence in explained)] if explained else []
    context.output.result(shown, *(lines or ["Nothing has been charged yet."]))
    return EXIT_DONE


def show_shipping(context: CommandContext) -> int:
    """Show where the parcels of an order are, and what cannot be changed any more."""
    from companion.domain.billing.shipping import parcel_sentences, parcels, settled_sentences
    from companion.domain.core.text import plain_date

    services, number = context.services, context.number()
    order = context.opened(number, lambda: services.orders.order(number))
    found = parcels(order, services.orders.profile(), services.clock(), services.zone)
    lines = []
    for parcel in found:
        lines.append(f"Parcel {parcel.id}: {', '.join(parcel.contents)}")
        lines += [f"  {sentence}" for sentence in parcel_sentences(parcel, plain_date(services.zone))]
        follow = (parcel.carrier, parcel.tracking_number, parcel.tracking_url)
        lines += [f"  {' '.join(part for part in follow if part)}"] if any(follow) else []
    settled = settled_sentences(order)
    shown = ShippingShown(order_number=number, parcels=found, explained=tuple(lines), settled=settled)
    context.output.result(shown, *(lines or ["Nothing of this order is sent by post."]), *settled)
    return EXIT_DONE if found else EXIT_NO


def show_receipts(context: CommandContext) -> int:
    """Show the receipts of an order that are kept on this PC, and save them when asked."""
    import json

    services, number, wanted = context.services, context.number(), context.arguments.receipt
    kept = tuple(each for each in services.orders.receipts(number) if wanted in (None, each.id))
    if not kept:
        raise CompanionError(
            ErrorCode.RECEIPT_UNKNOWN,
            "There is no such receipt",
            f"No receipt of order {number} is kept on this PC." if wanted is None else f"No receipt goes by {wanted}.",
            "A receipt is kept here whenever Companion on this PC switches auto-renewal."
            if wanted is None
            else f"See what there is: companion receipts {number}",
        )
    papers = [_lines(context, number, receipt) for receipt in kept]
    path = context.arguments.to.absolute() if context.arguments.to else None
    pdf = context.arguments.pdf.absolute() if context.arguments.pdf else None
    if path is not None:
        write_file(path, (json.dumps(to_builtins(kept), indent=2, ensure_ascii=False) + "\n").encode())
    if pdf is not None:
        write_file(pdf, _as_pdf(papers, number))
    shown = ReceiptsShown(
        order_number=number, receipts=kept, pdf=str(pdf) if pdf else None, path=str(path) if path else None
    )
    lines = [line for paper in papers for line in (*paper, "")][:-1]
    context.output.result(shown, *lines, *(f"Saved as {file}" for file in (path, pdf) if file is not None))
    return EXIT_DONE


def _lines(context: CommandContext, number: str, receipt: Receipt) -> tuple[str, ...]:
    """A receipt as lines, with what is remembered of its order."""
    from companion.domain.billing.auto_renewal import receipt_lines
    from companion.domain.core.text import plain_date, plain_moment

    services = context.services
    profile = services.orders.remembered_profile()
    names = (each.product_name for order in services.orders.read() if order.number == number
             for each in order.licences if each.subscription_id == receipt.subscription_id)  # fmt: skip
    return receipt_lines(
        receipt, store=profile.store.name if profile else services.orders.store, order_number=number,
        product_name=next(names, "–"), format_date=plain_date(services.zone),
        format_moment=plain_moment(services.zone),
    )  # fmt: skip


def _as_pdf(papers: list[tuple[str, ...]], number: str) -> bytes:
    """The receipts as PDF, laid out by Qt, which needs no screen for that."""
    from PySide6.QtGui import QGuiApplication

    from companion.ui.documents.rendering import as_pdf, receipt_html

    if QGuiApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QGuiApplication.instance() or QGuiApplication(["companion"])
    try:
        return as_pdf("<hr>".join(receipt_html(paper) for paper in papers), f"Receipts of order {number}")
    finally:
        del application
