"""``companion receipts`` of a purchase whose store offers no other proof than its e-mail."""

from __future__ import annotations

import json
from pathlib import Path

from companion.cli.commands.billing.receipts import ReceiptsResult
from tests.kits.cli import Cli
from tests.mails.score import GENUINE


def test_a_confirmation_that_was_added_is_a_receipt(bare: Cli, tmp_path: Path) -> None:
    bare("add", str(GENUINE / "auto-renewal-switched-off-fr.eml"), "--yes")
    target = tmp_path / "receipts.json"
    shown = bare("receipts", "AB-77120", "--to", str(target), "--json").shown(ReceiptsResult)
    (receipt,) = shown.emails
    assert "désactivé" in receipt.statement
    assert (receipt.source, receipt.sender) == ("email", "contact@abeille.example")
    assert json.loads(target.read_text("utf-8"))[0]["statement"] == receipt.statement
    assert "contact@abeille.example" in bare("receipts", receipt.purchase[:6]).out
