"""``companion invoice``: the invoices of an order, listed, shown and saved as PDF."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number, path_named
from companion.cli.order_access import stale_lines, with_password
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND
from companion.cli.usage import Parser, usage_error
from companion.domain.billing.invoices import entry_words, exemption_sentences, invoice_title, tax_words, total_words
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Instant, Model
from companion.domain.store.orders import Invoice, InvoiceEntry
from companion.services.app.atomic_file import write_file


class InvoiceResult(Model, frozen=True):
    """``invoice``; `pdf` is the file that was written, if one was asked for; `exempt` how tax is claimed back."""

    invoice: Invoice
    pdf: str | None = None
    exempt: tuple[str, ...] = ()
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


class InvoicesResult(Model, frozen=True):
    """``invoice --list``; the newest first."""

    order_number: str
    invoices: tuple[InvoiceEntry, ...]
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion invoice``."""
    order_number(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--list", action="store_true", help="list the invoices of the purchase, renewals and refunds")
    which.add_argument("--number", dest="invoice_number", metavar="INVOICE", help="show this invoice of the list")
    parser.add_argument("--pdf", metavar="FILE", type=path_named, help="save the store's PDF")
    parser.describe(
        json="{invoice, pdf, exempt, readAt, trouble}, or with --list "
        "{orderNumber, invoices: [{number, issuedAt, total, purpose}], readAt, trouble}",
        examples=("invoice LF-5930-2216", "invoice LF-5930-2216 --pdf invoice.pdf", "invoice LF-3126-9058 --list"),
    )


def run(context: CommandContext) -> int:
    """List the invoices, or show one and save the store's PDF when asked."""
    return _list(context) if context.arguments.list else _show(context)


def _list(context: CommandContext) -> int:
    if context.arguments.pdf is not None:
        raise usage_error("--list saves no PDF.", "Name the invoice to save: --number INVOICE --pdf FILE")
    number, formats, invoices = context.order_number(), context.formats, context.services.orders.invoices
    try:
        read = with_password(context, number, lambda: invoices.read_all(number))
    except CompanionError as error:
        read = invoices.kept_all(number, error)
    found, trouble = read.invoices, read.trouble
    shown = InvoicesResult(
        order_number=number,
        invoices=found,
        read_at=read.read_at,
        trouble=ErrorReport.of(trouble) if trouble is not None else None,
    )
    lines = [f"{entry_words(entry, formats.date, formats.money)} · {entry.number}" for entry in found]
    more = (f"To see one: companion invoice {number} --number {found[0].number}",) if found else ()
    lines = [*lines, *more] or [f"Order {number} has no invoice yet."]
    context.output.result(shown, *stale_lines(context, read.read_at, trouble), *lines)
    return EXIT_OF_KIND[trouble.kind] if trouble is not None else EXIT_DONE


def _show(context: CommandContext) -> int:
    services, number, path = context.services, context.order_number(), context.arguments.pdf
    invoices, wanted = services.orders.invoices, context.arguments.invoice_number
    try:
        read = with_password(context, number, lambda: invoices.read(number, wanted))
    except CompanionError as error:
        read = invoices.kept(number, error, wanted)
    found, trouble = read.invoice, read.trouble
    # The store alone has the PDF: one that did not answer just now is not asked for it.
    saved = path.absolute() if path is not None and trouble is None else None
    if saved is not None:
        write_file(saved, invoices.pdf(number, wanted))
    support = services.orders.lookup.profile().support
    exempt = exemption_sentences(found, support.website, context.formats.money)
    shown = InvoiceResult(
        invoice=found,
        pdf=str(saved) if saved is not None else None,
        exempt=exempt,
        read_at=read.read_at,
        trouble=ErrorReport.of(trouble) if trouble is not None else None,
    )
    lines = stale_lines(context, read.read_at, trouble)
    lines += ["The store's PDF could not be saved."] if path is not None and saved is None else []
    lines += [f"{invoice_title(found)} of {context.formats.date(found.issued_at)}, order {found.order_number}"]
    lines.append(f"{found.seller} to {found.buyer}")
    lines += [f"  {line.quantity} × {line.name}  {line.price.plain()}" for line in found.lines]
    total = f"  {total_words(found.purpose)}  {found.total.plain()}"
    lines += [f"  {tax_words(found)}  {found.tax.plain()}", total, *exempt]
    lines += [f"Saved as {shown.pdf}"] if shown.pdf else []
    context.output.result(shown, *lines)
    return EXIT_OF_KIND[trouble.kind] if trouble is not None else EXIT_DONE
