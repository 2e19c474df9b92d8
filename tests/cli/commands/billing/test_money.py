"""``companion money``."""

from __future__ import annotations

from companion.cli.commands.billing.money import MoneyResult
from tests.kits.cli import BOXED, UNWANTED, Cli


def test_two_charges_are_explained(cli: Cli) -> None:
    cli.add(UNWANTED, BOXED)
    shown = cli.opened(UNWANTED, "money", UNWANTED, "--json").shown(MoneyResult)
    assert shown.two_charges is not None
    assert shown.two_charges.why.value == "holdAndCharge"
    assert [move.kind.value for move in shown.movements] == ["authorization", "charge", "authorization", "charge"]
    text = cli.opened(UNWANTED, "money", UNWANTED).out
    assert "Why are there two charges?" in text
    assert "LKF*Larkfield" in text
