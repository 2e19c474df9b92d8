"""``companion invoice``: the invoice, shown and saved as PDF."""

from __future__ import annotations

from pathlib import Path

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number
from companion.cli.order_access import stale_lines, with_password
from companion.cli.output import EXIT_DONE, EXIT_OF_KIND
from companion.cli.usage import Parser
from companion.domain.billing.invoices import exemption_sentences, tax_words
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Instant, Model
from companion.domain.store.orders import Invoice
from companion.services.app.atomic_file import write_file


class InvoiceResult(Model, frozen=True):
    """``invoice``; `pdf` is the file that was written, if one was asked for; `exempt` how tax is claimed back."""

    invoice: Invoice
    pdf: str | None = None
    exempt: tuple[str, ...] = ()
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion invoice``."""
    order_number(parser)
    parser.add_argument("--pdf", metavar="FILE", type=Path, help="save the store's PDF")
    parser.describe(
        json="{invoice, pdf, exempt, readAt, trouble}",
        examples=("invoice LF-5930-2216", "invoice LF-5930-2216 --pdf invoice.pdf"),
    )


def run(context: CommandContext) -> int:
    """Show the invoice, and save the store's PDF when asked."""
    services, number, path = context.services, context.order_number(), context.arguments.pdf
    lookup = services.orders.lookup
    try:
        read = with_password(context, number, lambda: lookup.read_invoice(number))
    except CompanionError as error:
        read = lookup.kept_invoice(number, error)
    found, trouble = read.invoice, read.trouble
    # The store alone has the PDF: one that did not answer just now is not asked for it.
    saved = path.absolute() if path is not None and trouble is None else None
    if saved is not None:
        write_file(saved, lookup.invoice_pdf(number))
    support = lookup.profile().support
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
    lines += [f"Invoice {found.number} of {context.formats.date(found.issued_at)}, order {found.order_number}"]
    lines.append(f"{found.seller} to {found.buyer}")
    lines += [f"  {line.quantity} × {line.name}  {line.price.plain()}" for line in found.lines]
    lines += [f"  {tax_words(found)}  {found.tax.plain()}", f"  Total  {found.total.plain()}", *exempt]
    lines += [f"Saved as {shown.pdf}"] if shown.pdf else []
    context.output.result(shown, *lines)
    return EXIT_OF_KIND[trouble.kind] if trouble is not None else EXIT_DONE
