"""Commands that give proof and answers: the e-mail, money, parcels, receipts, cases, and what happens once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from companion.cli.commands.billing.money import MoneyShown, ReceiptsShown, ShippingShown
from companion.cli.commands.billing.returns import BackupMedium, Invoiced, Returns
from companion.cli.commands.entitlements.licences import Switched
from companion.cli.commands.orders.show import Added, Opened
from companion.cli.commands.support.support import CaseWritten
from companion.cli.support_number import SupportNumber
from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.cli import ANNUAL, BOXED, CLOSED, FAMILY, REFUNDED, UNWANTED, Cli

# The commands draw PDFs with Qt; whatever runs later in this process needs the full application object.
pytestmark = pytest.mark.usefixtures("qapp")


def mail(path: Path, body: str) -> Path:
    message = EmailMessage()
    message["Subject"] = "Your order"
    message["From"] = "orders@larkfield.example"
    message.set_content(body)
    path.write_bytes(message.as_bytes())
    return path


def test_an_order_is_found_by_its_confirmation_e_mail(cli: Cli, tmp_path: Path) -> None:
    text = f"Thank you.\nOrder number: {FAMILY}\nOrder password: {cli.password(FAMILY)}\n"
    ran = cli("orders", "add", "--mail", mail(tmp_path / "order.eml", text), "--json")
    assert ran.shown(Added).order_numbers == (FAMILY,)
    assert cli.password(FAMILY) not in ran.out + ran.err


def test_a_mail_without_the_password_asks_for_it(cli: Cli, tmp_path: Path) -> None:
    path = mail(tmp_path / "order.eml", f"Order number: {ANNUAL}\n")
    cli("orders", "add", "--mail", path, "--json").error(2, "secret-needed")
    assert cli.opened(ANNUAL, "orders", "add", "--mail", path, "--json").shown(Added).order_numbers == (ANNUAL,)


def test_a_mail_that_does_not_help_says_so(cli: Cli, tmp_path: Path) -> None:
    path = mail(tmp_path / "other.eml", "Lunch at noon?")
    cli("orders", "add", "--mail", path, "--json").error(1, "mail-without-order")
    cli("orders", "add", "--mail", tmp_path / "nothing.eml", "--json").error(1, "file-not-readable")
    cli("orders", "add", FAMILY, "--mail", path, "--json").error(2, "usage")


def test_the_stores_own_page_is_named_for_paying_with_another_card(cli: Cli) -> None:
    cli.add(FAMILY)
    shown = cli.opened(FAMILY, "orders", "open", FAMILY, "renew", "--no-browser", "--json").shown(Opened)
    assert (shown.purpose, shown.opened) == ("renew", False)
    assert shown.url == f"{cli.url}/orders/{FAMILY}/renew"


def test_two_charges_are_explained(cli: Cli) -> None:
    cli.add(UNWANTED, BOXED)
    shown = cli.opened(UNWANTED, "money", UNWANTED, "--json").shown(MoneyShown)
    assert shown.two_charges is not None
    assert shown.two_charges.why.value == "holdAndCharge"
    assert [move.kind.value for move in shown.movements] == ["authorization", "charge", "authorization", "charge"]
    text = cli.opened(UNWANTED, "money", UNWANTED).out
    assert "Why are there two charges?" in text
    assert "LKF*Larkfield" in text


def test_parcels_are_told(cli: Cli) -> None:
    cli.add(BOXED, FAMILY)
    shown = cli.opened(BOXED, "shipping", BOXED, "--json").shown(ShippingShown)
    assert shown.parcels[0].tracking_number
    assert any("cannot be changed" in sentence for sentence in shown.settled)
    assert "is expected between" in cli.opened(BOXED, "shipping", BOXED).out
    none = cli.opened(FAMILY, "shipping", FAMILY)
    assert none.code == 1
    assert "Nothing of this order is sent by post." in none.out


def test_receipts_are_kept_and_taken_along(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    cli("receipts", FAMILY, "--json").error(1, "receipt-unknown")
    off = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(Switched)
    assert off.receipt is not None
    pdf, path = tmp_path / "receipt.pdf", tmp_path / "receipt.json"
    shown = cli("receipts", FAMILY, off.receipt.id, "--pdf", pdf, "--to", path, "--json").shown(ReceiptsShown)
    assert shown.receipts == (off.receipt,)
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert json.loads(path.read_bytes())[0]["id"] == off.receipt.id
    assert f"Receipt number: {off.receipt.id}" in cli("receipts", FAMILY).out
    cli("receipts", FAMILY, "rcp-nothing", "--json").error(1, "receipt-unknown")


def test_where_the_store_counts_from_the_renewal_it_is_the_renewal_that_goes_back(cli: Cli) -> None:
    cli.add(UNWANTED)
    asked = cli.opened(UNWANTED, "returns", UNWANTED, "request", "--yes", "--json").shown(Returns).asked
    assert asked is not None
    assert asked.reason.value == "unwantedRenewal"
    assert "Refund initiated on" in cli.opened(UNWANTED, "returns", UNWANTED).out


def test_the_invoice_says_how_tax_is_claimed_back(cli: Cli) -> None:
    cli.add(FAMILY)
    shown = cli.opened(FAMILY, "invoice", FAMILY, "--json").shown(Invoiced)
    assert shown.invoice.tax.amount == 481
    assert any("exemption certificate" in sentence and FAMILY in sentence for sentence in shown.exempt)


def test_a_case_is_previewed_sent_and_its_number_kept(cli: Cli, tmp_path: Path) -> None:
    cli.add(CLOSED)
    seen = cli("case-file", CLOSED, "--json").shown(CaseWritten)
    assert seen.text is not None
    assert json.loads(seen.text)["orderNumber"] == CLOSED
    cli("case-file", "--send", "It stops.", "--json").error(2, "usage")
    asked = cli.opened(CLOSED, "case-file", CLOSED, "--send", "It stops.")
    assert asked.code == 1
    assert '"orderNumber": "LF-5562-8803"' in asked.err, "it is shown before it leaves"
    sent = cli.opened(CLOSED, "case-file", CLOSED, "--send", "It stops.", "--yes", "--json").shown(CaseWritten)
    assert sent.case is not None
    (known,) = cli("support", "--json").shown(SupportNumber).cases
    assert (known.case.case_number, known.summary) == (sent.case.case_number, "It stops.")
    assert sent.case.case_number in cli("support").out


def test_the_second_failure_brings_the_number(cli: Cli) -> None:
    cli.add(ANNUAL)
    first = cli.opened(ANNUAL, "seats", ANNUAL, "take", "--json").error(1, "seats-exhausted")
    assert "Support for this PC" not in first["hint"]
    second = cli.opened(ANNUAL, "seats", ANNUAL, "take", "--json").error(1, "seats-exhausted")
    assert "This has failed twice. Support for this PC: +1" in second["hint"]
    for _ in range(3):
        refused = cli.opened(ANNUAL, "seats", ANNUAL, "free", "nobody", "--json")
    assert "Support for this PC" in refused.error(1, "seat-unknown")["hint"], "every command counts"
    case = json.loads(cli("case-file", "--json").shown(CaseWritten).text or "")
    failures = [step["facts"] for step in case["timeline"] if step["event"] == "failed"]
    assert {"what": "taking a seat", "code": "seats-exhausted"} in failures


def test_nobody_is_offered_a_number_for_saying_no(cli: Cli) -> None:
    cli.add(REFUNDED, FAMILY)
    for _ in range(3):
        ran = cli.opened(FAMILY, "backup-media", FAMILY, "add", "--json")
    assert "Support for this PC" not in ran.error(1, "not-confirmed")["hint"]


# Answers that get lost


class Wire:
    """Breaks the connection after the store has acted, as often as it is told."""

    drops = 0

    def drop(self, environ: dict[str, Any]) -> bool:
        if environ["REQUEST_METHOD"] not in ("POST", "PUT") or environ["PATH_INFO"] == "/v1/sessions":
            return False
        self.drops -= 1
        return self.drops >= 0


@pytest.fixture
def wire(bare: Cli, tmp_path: Path) -> Iterator[Wire]:
    made = Wire()
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2**10, drop_answer=made.drop
    ) as store:
        bare.store, bare.url = store, store.url
        yield made


def test_a_return_asked_again_after_a_lost_answer_is_one_return(bare: Cli, wire: Wire) -> None:
    bare.add(FAMILY)
    wire.drops = 2
    bare.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(3, "store-unreachable")
    bare.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(1, "not-eligible")
    order = bare.opened(FAMILY, "backup-media", FAMILY, "--json").shown(BackupMedium)
    assert order.offer is None, "it is on the order, once"
    wire.drops = 2
    bare.opened(FAMILY, "case-file", FAMILY, "--send", "It stops.", "--yes", "--json").error(3, "store-unreachable")
    first = bare.opened(FAMILY, "case-file", FAMILY, "--send", "It stops.", "--yes", "--json").shown(CaseWritten)
    assert first.case is not None
    assert first.case.case_number == "LK-700001"


def test_a_switch_whose_answer_was_lost_keeps_its_receipt(bare: Cli, wire: Wire) -> None:
    bare.add(FAMILY)
    wire.drops = 2
    bare.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").error(3, "store-unreachable")
    again = bare.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(Switched)
    assert not again.changed, "it was off already"
    (receipt,) = bare("receipts", FAMILY, "--json").shown(ReceiptsShown).receipts
    assert receipt.auto_renew is False
