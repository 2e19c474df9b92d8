"""``companion licences``."""

from __future__ import annotations

from companion.cli.commands.entitlements.licences import LicencesResult
from tests.kits.cli import CLOSED, EXPIRED, FAMILY, REFUNDED, Cli


def test_licences_come_with_dates_charges_and_windows(cli: Cli) -> None:
    cli.add(FAMILY, CLOSED, EXPIRED, REFUNDED)
    ran = cli("licences", "--json")
    shown = ran.shown(LicencesResult)
    assert ran.code == 1, "without credentials nothing could be read anew"
    assert {trouble.code for trouble in shown.troubles} == {"credentials-needed"}
    assert {trouble.order_number for trouble in shown.troubles} == {FAMILY, CLOSED, EXPIRED, REFUNDED}
    cards = {card.order_number: card for card in shown.licences}
    assert cards[FAMILY].window.days == 9
    charge = cards[FAMILY].next_charge
    assert charge is not None
    assert charge.rises
    assert cards[CLOSED].action.value == "askExtension"
    left = cards[EXPIRED].days_left
    assert left is not None
    assert left < 0
    text = cli("licences")
    assert "last time it cost 55.00 USD" in text.out
    assert f"Order {FAMILY} was not read anew" in text.err


def test_without_orders_there_are_no_licences(cli: Cli) -> None:
    ran = cli("licences")
    assert ran.code == 0
    assert "no licences here yet" in ran.out
