"""``companion auto-renew``."""

from __future__ import annotations

import pytest

from companion.cli.commands.billing.auto_renew import AutoRenewResult
from companion.cli.commands.billing.receipts import ReceiptsResult
from tests.kits.cli import ANNUAL, BOXED, EXPIRED, FAMILY, Cli, Wire


def test_auto_renewal_is_switched_with_a_receipt_and_read_again(cli: Cli) -> None:
    cli.add(FAMILY)
    asked = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--json")
    asked.error(1, "not-confirmed")
    off = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(AutoRenewResult)
    assert off.changed
    assert off.receipt is not None
    assert off.receipt.auto_renew is False
    assert off.subscription.auto_renew is False
    assert off.subscription.next_charge_at is None
    again = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(AutoRenewResult)
    assert not again.changed
    assert again.receipt is None
    on = cli.opened(FAMILY, "auto-renew", FAMILY, off.licence_id, "on", "--yes")
    assert "Asked again, the store says: auto-renewal is on." in on.out
    assert "69.95 USD" in on.err, "what it will cost is said before"
    assert "No receipt of order" in cli("receipts", BOXED, "--json").error(1, "receipt-unknown")["message"]
    assert off.receipt.id in cli.opened(FAMILY, "orders", "show", FAMILY).out, "receipts are kept"


def test_auto_renewal_that_cannot_be_switched(cli: Cli) -> None:
    cli.add(EXPIRED, ANNUAL, BOXED)
    cli.opened(EXPIRED, "auto-renew", EXPIRED, "on", "--yes", "--json").error(1, "not-switchable")
    cli.opened(ANNUAL, "auto-renew", ANNUAL, "lic-nothing", "off", "--yes", "--json").error(1, "licence-unknown")
    cli("auto-renew", ANNUAL, "maybe", "--json").error(2, "usage")


@pytest.mark.parametrize("lost", [2, 100])
def test_a_switch_whose_answer_was_lost_keeps_its_receipt(bare: Cli, wire: Wire, lost: int) -> None:
    """The order is read again: at once where the store answers by then, else it is not known yet."""
    bare.add(FAMILY)
    wire.drops = lost
    first = bare.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json")
    if lost == 2:
        assert first.shown(AutoRenewResult).receipt is not None
    else:
        first.error(3, "receipt-later")
    wire.drops = 0
    again = bare.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(AutoRenewResult)
    assert not again.changed, "it was off already"
    (receipt,) = bare("receipts", FAMILY, "--json").shown(ReceiptsResult).receipts
    assert receipt.auto_renew is False
