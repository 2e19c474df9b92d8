"""``companion money``."""

from __future__ import annotations

from companion.cli.commands.billing.money import MoneyResult, StatementResult
from companion.domain.overview.card_statement import Certainty
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


def test_a_line_of_a_statement_leads_to_its_charge(cli: Cli) -> None:
    cli.add(UNWANTED, BOXED)
    charge = cli.opened(UNWANTED, "money", UNWANTED, "--json").shown(MoneyResult).movements[-1]
    line = f"LKF*LARKFIELD {charge.amount.amount / 100:.2f} {charge.at:%d %b}"
    found = cli("money", "--statement", line, "--json").shown(StatementResult)
    assert found.matches[0].order_number == UNWANTED
    assert found.matches[0].certainty is Certainty.CERTAIN
    assert found.explained[0].startswith("This is the renewal of")
    unknown = cli("money", "--statement", "ACME CLOUD 12.00", "--json")
    assert unknown.code == 1
    assert "call your bank" in " ".join(unknown.shown(StatementResult).explained)


def test_a_statement_is_explained_without_a_store(cli: Cli) -> None:
    cli.url = None
    found = cli("money", "--statement", "ACME 12.00", "--json")
    assert found.code == 1
    assert found.shown(StatementResult).explained[0] == "No purchase has been added yet."


def test_money_wants_an_order_or_a_line(cli: Cli) -> None:
    cli("money", "--json").error(2, "usage")
    cli("money", UNWANTED, "--statement", "X 1.00", "--json").error(2, "usage")
    cli("money", "--statement", " ", "--json").error(2, "usage")
