"""``companion receipts``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from companion.cli.commands.billing.auto_renew import AutoRenewResult
from companion.cli.commands.billing.receipts import ReceiptsResult
from tests.kits.cli import FAMILY, Cli

# The commands draw PDFs with Qt; whatever runs later in this process needs the full application object.
pytestmark = pytest.mark.usefixtures("qapp")


def test_receipts_are_kept_and_taken_along(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    cli("receipts", FAMILY, "--json").error(1, "receipt-unknown")
    off = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(AutoRenewResult)
    assert off.receipt is not None
    pdf, path = tmp_path / "receipt.pdf", tmp_path / "receipt.json"
    shown = cli("receipts", FAMILY, off.receipt.id, "--pdf", pdf, "--to", path, "--json").shown(ReceiptsResult)
    assert shown.receipts == (off.receipt,)
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert json.loads(path.read_bytes())[0]["id"] == off.receipt.id
    assert f"Receipt number: {off.receipt.id}" in cli("receipts", FAMILY).out
    cli("receipts", FAMILY, "rcp-nothing", "--json").error(1, "receipt-unknown")
