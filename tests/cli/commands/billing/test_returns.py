"""``companion returns``."""

from __future__ import annotations

from companion.cli.commands.billing.returns import ReturnsResult
from tests.kits.cli import BOXED, FAMILY, REFUNDED, UNWANTED, Cli


def test_a_shipped_order_is_returned_with_its_letter(cli: Cli) -> None:
    cli.add(BOXED)
    outlook = cli.opened(BOXED, "returns", BOXED, "--json").shown(ReturnsResult)
    assert outlook.outlook.eligible
    assert outlook.outlook.letter_needed
    cli.opened(BOXED, "returns", BOXED, "accept-letter", "--yes", "--json").error(1, "no-letter")
    cli.opened(BOXED, "returns", BOXED, "request", "--json").error(1, "not-confirmed")
    asked = cli.opened(BOXED, "returns", BOXED, "request", "--yes", "--json").shown(ReturnsResult)
    assert asked.asked is not None
    assert asked.asked.status.value == "letterNeeded"
    text = cli.opened(BOXED, "returns", BOXED)
    assert "Electronic Letter of Destruction" in text.out
    done = cli.opened(BOXED, "returns", BOXED, "accept-letter", "--yes", "--json").shown(ReturnsResult)
    assert done.asked is not None
    assert done.asked.status.value == "refundInitiated"
    cli.opened(BOXED, "returns", BOXED, "request", "--yes", "--json").error(1, "not-eligible")


def test_an_unwanted_renewal_is_given_back(cli: Cli) -> None:
    cli.add(UNWANTED, FAMILY)
    ran = cli.opened(UNWANTED, "returns", UNWANTED, "request", "--reason", "unwanted-renewal", "--yes", "--json")
    asked = ran.shown(ReturnsResult).asked
    assert asked is not None
    assert asked.subscription_id
    again = cli.opened(FAMILY, "returns", FAMILY, "request", "--reason", "unwanted-renewal", "--yes", "--json")
    again.error(1, "not-eligible")


def test_a_refunded_order_says_so(cli: Cli) -> None:
    cli.add(REFUNDED)
    shown = cli.opened(REFUNDED, "returns", REFUNDED)
    assert "refunded already" in shown.out


def test_where_the_store_counts_from_the_renewal_it_is_the_renewal_that_goes_back(cli: Cli) -> None:
    cli.add(UNWANTED)
    asked = cli.opened(UNWANTED, "returns", UNWANTED, "request", "--yes", "--json").shown(ReturnsResult).asked
    assert asked is not None
    assert asked.reason.value == "unwantedRenewal"
    assert "Refund initiated on" in cli.opened(UNWANTED, "returns", UNWANTED).out
