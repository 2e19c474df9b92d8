"""``companion shipping``."""

from __future__ import annotations

from companion.cli.commands.billing.shipping import ShippingResult
from tests.kits.cli import BOXED, FAMILY, Cli


def test_parcels_are_told(cli: Cli) -> None:
    cli.add(BOXED, FAMILY)
    shown = cli.opened(BOXED, "shipping", BOXED, "--json").shown(ShippingResult)
    assert shown.parcels[0].tracking_number
    assert any("cannot be changed" in sentence for sentence in shown.settled)
    assert "is expected between" in cli.opened(BOXED, "shipping", BOXED).out
    none = cli.opened(FAMILY, "shipping", FAMILY)
    assert none.code == 1
    assert "Nothing of this order is sent by post." in none.out
