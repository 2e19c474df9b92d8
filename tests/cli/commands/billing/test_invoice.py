"""``companion invoice``."""

from __future__ import annotations

from pathlib import Path

from companion.cli.commands.billing.invoice import InvoiceResult
from tests.kits.cli import FAMILY, Cli


def test_the_invoice_is_shown_and_saved(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    pdf = tmp_path / "invoice.pdf"
    shown = cli.opened(FAMILY, "invoice", FAMILY, "--pdf", pdf, "--json").shown(InvoiceResult)
    assert shown.invoice.total.plain() == "59.81 USD"
    assert pdf.read_bytes().startswith(b"%PDF-")
    where = tmp_path / "nowhere" / "x.pdf"
    cli.opened(FAMILY, "invoice", FAMILY, "--pdf", where, "--json").error(1, "file-not-written")
    assert "59.81 USD" in cli.opened(FAMILY, "invoice", FAMILY).out


def test_the_invoice_says_how_tax_is_claimed_back(cli: Cli) -> None:
    cli.add(FAMILY)
    shown = cli.opened(FAMILY, "invoice", FAMILY, "--json").shown(InvoiceResult)
    assert shown.invoice.tax.amount == 481
    assert any("exemption certificate" in sentence and FAMILY in sentence for sentence in shown.exempt)
