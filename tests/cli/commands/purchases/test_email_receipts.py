"""``companion receipts`` of a purchase whose store offers no other proof than its e-mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from companion.cli.commands.billing.receipts import ReceiptsResult
from companion.cli.commands.support.case_file import CaseFileResult
from companion.domain.core.serialization import encode
from tests.kits.cli import Cli
from tests.mails.score import GENUINE

# The commands draw PDFs with Qt; whatever runs later in this process needs the full application object.
pytestmark = pytest.mark.usefixtures("qapp")


def test_a_confirmation_that_was_added_is_a_receipt(bare: Cli, tmp_path: Path) -> None:
    bare("add", str(GENUINE / "auto-renewal-switched-off-fr.eml"), "--yes")
    target = tmp_path / "receipts.json"
    shown = bare("receipts", "AB-77120", "--to", str(target), "--json").shown(ReceiptsResult)
    (receipt,) = shown.emails
    assert "désactivé" in receipt.statement
    assert (receipt.source, receipt.sender) == ("email", "contact@abeille.example")
    assert json.loads(target.read_text("utf-8"))[0]["statement"] == receipt.statement
    assert "contact@abeille.example" in bare("receipts", receipt.purchase[:6]).out


def test_it_is_saved_as_pdf_told_in_the_case_file_and_outlives_its_purchase(bare: Cli, tmp_path: Path) -> None:
    bare("add", str(GENUINE / "auto-renewal-switched-off-fr.eml"), "--yes")
    pdf = tmp_path / "receipt.pdf"
    (receipt,) = bare("receipts", "AB-77120", "--pdf", pdf, "--json").shown(ReceiptsResult).emails
    assert pdf.read_bytes().startswith(b"%PDF-")
    case = json.loads(bare("case-file", receipt.purchase, "--json").shown(CaseFileResult).text or "")
    (told,) = case["purchase"]["receipts"]
    assert told["statement"] == receipt.statement
    assert (told["source"], told["receivedAt"]) == ("email", json.loads(encode(receipt))["receivedAt"])
    assert bare("purchases", "remove", receipt.purchase, "--yes").code == 0
    assert bare("receipts", "AB-77120", "--json").shown(ReceiptsResult).emails == (receipt,)
    assert receipt.statement in bare("receipts", receipt.purchase).out
    other = bare("receipts", "AB-77120", "no-such-receipt", "--json").error(1, "receipt-unknown")
    assert "AB-77120" in other["hint"]
