"""``companion receipts``: the receipts of switching auto-renewal that are kept on this PC."""

from __future__ import annotations

import os

from companion.cli.context import CommandContext
from companion.cli.options import path_named
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.billing.auto_renewal import receipt_lines
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.serialization import to_builtins
from companion.domain.purchases.receipts import EmailReceipt, email_receipt_lines
from companion.domain.store.orders import Receipt
from companion.services.app.atomic_file import write_file


class ReceiptsResult(Model, frozen=True):
    """``receipts``: what is kept on this PC, newest first; `pdf` and `path` are the files that were written."""

    order_number: str
    receipts: tuple[Receipt, ...]
    emails: tuple[EmailReceipt, ...] = ()
    """Receipts that came by e-mail, from stores that offer no other proof."""
    pdf: str | None = None
    path: str | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion receipts``."""
    parser.add_argument("number", metavar="NUMBER", help="the order number, or the id of a purchase")
    parser.add_argument("receipt", metavar="RECEIPT", nargs="?", help="one receipt; without it, all of the order")
    parser.add_argument("--to", metavar="FILE", type=path_named, help="save them as JSON")
    parser.add_argument("--pdf", metavar="FILE", type=path_named, help="save them as PDF")
    parser.describe(
        json="{orderNumber, receipts, emails: [{id, purchase, name, orderNumber, sender, receivedAt, autoRenew,"
        " statement, source: email}], pdf, path}",
        examples=("receipts LF-5930-2216", "receipts LF-5930-2216 --pdf receipts.pdf"),
        notes="Receipts are kept on this PC; the store is not asked.",
    )


def run(context: CommandContext) -> int:
    """Show the receipts of an order that are kept on this PC, and save them when asked."""
    import json

    number, wanted = context.arguments.number.strip(), context.arguments.receipt
    emails = tuple(each for each in context.owned.purchases.receipts(number) if wanted in (None, each.id))
    kept: tuple[Receipt, ...] = ()
    library = context.owned.library
    if context.arguments.store or (library.stores_with_orders() and (not emails or library.stores_of(number))):
        number = number if emails else context.order_number()
        kept = tuple(each for each in context.services.orders.cache.receipts(number) if wanted in (None, each.id))
    if not kept and not emails:
        raise CompanionError(
            ErrorCode.RECEIPT_UNKNOWN,
            "There is no such receipt",
            f"No receipt of order {number} is kept on this PC." if wanted is None else f"There is no receipt {wanted}.",
            "A receipt is kept here whenever Companion on this PC switches auto-renewal, and when an e-mail that"
            " confirms it is added: companion add FILE"
            if wanted is None
            else f"See what there is: companion receipts {number}",
        )
    papers = [_lines(context, number, receipt) for receipt in kept]
    papers += [email_receipt_lines(each, context.formats.moment) for each in emails]
    path = context.arguments.to.absolute() if context.arguments.to else None
    pdf = context.arguments.pdf.absolute() if context.arguments.pdf else None
    if path is not None:
        write_file(path, (json.dumps(to_builtins((*kept, *emails)), indent=2, ensure_ascii=False) + "\n").encode())
    if pdf is not None:
        write_file(pdf, _as_pdf(papers, number))
    shown = ReceiptsResult(
        order_number=number,
        receipts=kept,
        emails=emails,
        pdf=str(pdf) if pdf else None,
        path=str(path) if path else None,
    )
    lines = [line for paper in papers for line in (*paper, "")][:-1]
    context.output.result(shown, *lines, *(f"Saved as {file}" for file in (path, pdf) if file is not None))
    return EXIT_DONE


def _lines(context: CommandContext, number: str, receipt: Receipt) -> tuple[str, ...]:
    """A receipt as lines, with what is remembered of its order."""
    services = context.services
    profile = services.orders.cache.remembered_profile()
    names = (
        licence.product_name
        for order in services.orders.cache.read()
        if order.number == number
        for licence in order.licences
        if licence.subscription_id == receipt.subscription_id
    )
    return receipt_lines(
        receipt,
        store=profile.store.name if profile else services.orders.store,
        order_number=number,
        product_name=next(names, "–"),
        format_date=context.formats.exact,
        format_moment=context.formats.moment,
    )


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
