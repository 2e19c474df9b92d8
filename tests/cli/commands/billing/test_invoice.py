"""``companion invoice``."""

from __future__ import annotations

from pathlib import Path

from companion.cli.commands.billing.invoice import InvoiceResult, InvoicesResult
from tests.kits.cli import FAMILY, UNWANTED, Cli


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


def test_the_invoices_of_renewals_are_listed_shown_and_saved(cli: Cli, tmp_path: Path) -> None:
    cli.add(UNWANTED)
    listed = cli.opened(UNWANTED, "invoice", UNWANTED, "--list", "--json").shown(InvoicesResult)
    assert [(entry.purpose.value, entry.total.plain()) for entry in listed.invoices] == [
        ("renewal", "65.20 USD"),
        ("purchase", "54.32 USD"),
    ]
    renewal, pdf = listed.invoices[0].number, tmp_path / "renewal.pdf"
    words = ("invoice", UNWANTED, "--number", renewal, "--pdf", pdf, "--json")
    shown = cli.opened(UNWANTED, *words).shown(InvoiceResult)
    assert (shown.invoice.number, shown.invoice.lines[0].name) == (renewal, "Renewal of Lantern Protect")
    assert renewal.encode() in pdf.read_bytes()
    text = cli.opened(UNWANTED, "invoice", UNWANTED, "--list").out
    assert "Renewal" in text
    assert f"--number {renewal}" in text
    refused = cli.opened(UNWANTED, "invoice", UNWANTED, "--number", "INV-0", "--json").error(1, "not-found")
    assert "--list" in refused["hint"]
    cli.opened(UNWANTED, "invoice", UNWANTED, "--list", "--pdf", pdf, "--json").error(2, "usage")
