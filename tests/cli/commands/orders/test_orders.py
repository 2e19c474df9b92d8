"""``companion orders``, ``licences`` and ``auto-renew``."""

from __future__ import annotations

import re

import pytest

from companion.cli.commands.entitlements.licences import Licences, Switched
from companion.cli.commands.orders.show import Added, Listed, Removed, ResetAsked, Shown
from tests.kits.cli import ANNUAL, BOXED, CLOSED, EXPIRED, FAMILY, REFUNDED, Cli


def test_an_order_is_added_listed_shown_and_removed(cli: Cli) -> None:
    added = cli.opened(FAMILY, "orders", "add", FAMILY, "--json").shown(Added)
    assert added.order_numbers == (FAMILY,)
    assert added.kept == "session"
    assert added.trouble
    listed = cli("orders", "list", "--json").shown(Listed)
    assert [order.order_number for order in listed.orders] == [FAMILY]
    assert listed.orders[0].products == ("Lantern Protect Family",)
    shown = cli.opened(FAMILY, "orders", "show", FAMILY, "--json").shown(Shown)
    assert shown.order.licences[0].key is None, "a key is never printed"
    assert cli("orders", "remove", FAMILY, "--json").shown(Removed).removed
    assert cli("orders", "list", "--json").shown(Listed).orders == ()
    cli("orders", "remove", FAMILY, "--json").error(1, "order-unknown")


def test_what_a_person_reads(cli: Cli) -> None:
    said = cli.opened(FAMILY, "orders", "add", FAMILY)
    assert "this session only" in said.out
    shown = cli.opened(FAMILY, "orders", "show", FAMILY)
    assert f"Order {FAMILY}, completed" in shown.out
    assert "9 days left" in shown.out
    assert "charged for Lantern Protect Family" in shown.out
    assert cli.opened(FAMILY, "orders", "show", "lf 59302216").out == shown.out
    assert cli.password(FAMILY) not in said.out + said.err + shown.out + shown.err
    assert "never written down" in cli("orders", "remove", FAMILY).out
    assert "orders add NUMBER" in cli("orders", "list").out


@pytest.mark.parametrize(
    ("number", "span", "command", "words"),
    [
        ("LF-6127-3084", ": starts on ", "returns", "You can return this order: 25 days left."),
        ("LF-6642-1978", ": active until ", "shipping", "It is late."),
        ("LF-2815-6403", ": refunded; this licence has ended", "shipping", "went back to the warehouse"),
        ("LF-8350-4126", ": active until ", "returns", "Pia's notebook went on using the licence"),
    ],
)
def test_what_does_not_go_as_usual_is_said(cli: Cli, number: str, span: str, command: str, words: str) -> None:
    cli.add(number)
    shown = cli.opened(number, "orders", "show", number)
    assert span in shown.out
    assert not re.search(r"\b(authorization|processing|returned|shipped,)\b", shown.out), "whole sentences, no codes"
    assert (f"companion returns {number}" in shown.out) == (number == "LF-8350-4126")
    assert words in cli.opened(number, command, number).out


def test_a_refunded_order_offers_nothing_that_is_gone(cli: Cli) -> None:
    cli.add(REFUNDED)
    shown = cli.opened(REFUNDED, "orders", "show", REFUNDED).out
    listed = cli("licences").out
    for gone in ("You can download", "This PC does not use one yet", "this PC: not yet"):
        assert gone not in shown + listed


def test_an_order_is_found_by_e_mail_and_card(cli: Cli) -> None:
    assert cli.store is not None
    account = cli.store.accounts[-1]
    ran = cli("orders", "add", "--email", account.email, "--card-digits", account.card_last_digits, "--json")
    assert set(ran.shown(Added).order_numbers) == {"LF-1893-4407", "LF-5847-7721"}
    asked = cli("orders", "add", "--email", account.email, "--password-stdin", "--json", stdin=account.card_last_digits)
    assert asked.shown(Added).order_numbers == ran.shown(Added).order_numbers


def test_typed_numbers_are_tidied(cli: Cli) -> None:
    ran = cli.opened(FAMILY, "orders", "add", " #LF–5930–2216 ", "--json")
    assert ran.shown(Added).order_numbers == (FAMILY,)


def test_wrong_credentials(cli: Cli) -> None:
    wrong = cli("orders", "add", FAMILY, "--password-stdin", "--json", stdin="not-the-password\n")
    failure = wrong.error(1, "credentials-wrong")
    assert "case sensitive" in failure["hint"]
    cli("orders", "add", "LF-0000-0000", "--password-stdin", "--json", stdin="x\n").error(1, "credentials-wrong")
    assert cli("orders", "list", "--json").shown(Listed).orders == ()
    assert "not-the-password" not in wrong.out + wrong.err


def test_too_many_wrong_passwords_are_explained_with_a_time(cli: Cli) -> None:
    for _ in range(20):
        ran = cli("orders", "add", FAMILY, "--password-stdin", "--json", stdin="wrong\n")
        if ran.json["error"]["code"] == "too-many-attempts":
            break
    failure = ran.error(1, "too-many-attempts")
    assert failure["retryAfter"] > 0
    until = re.search(r"locked log-ins for this order until (.+ \d\d:\d\d), to protect it", failure["message"])
    assert until, failure["message"]
    assert "Support for this PC: +1" in failure["hint"], "after the second failure the number comes by itself"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["orders", "add"], "usage"),
        (["orders", "add", FAMILY, "--email", "a@b.example"], "usage"),
        (["orders", "add", FAMILY, "--card-digits", "1234"], "usage"),
        (["orders", "add", "ben@mail.example", "--password-stdin"], "bad-order-number"),
        (["orders", "add", "--email", "nobody", "--card-digits", "12345"], "bad-email"),
        (["orders", "add", "--email", "a@b.example", "--card-digits", "4111111111111111"], "bad-card-digits"),
        (["orders", "add", FAMILY, "--password-stdin"], "secret-needed"),
        (["orders", "add", FAMILY], "secret-needed"),
        (["orders", "reset-password"], "usage"),
        (["orders"], "usage"),
    ],
)
def test_input_that_cannot_be_right(cli: Cli, words: list[str], code: str) -> None:
    failure = cli(*words, "--json").error(2, code)
    assert "4111111111111111" not in str(failure)


def test_a_forgotten_password_can_be_reset(cli: Cli) -> None:
    assert cli("orders", "reset-password", FAMILY, "--json").shown(ResetAsked).asked
    assert cli("orders", "reset-password", "LF-0000-0000", "--json").shown(ResetAsked).asked
    assert cli("orders", "reset-password", "--email", "ben.ortiz@mail.example").code == 0


def test_an_order_without_kept_credentials_asks_for_them(cli: Cli) -> None:
    cli.add(FAMILY)
    failure = cli("orders", "show", FAMILY, "--json").error(1, "credentials-needed")
    assert "--password-stdin" in failure["hint"]


def test_licences_come_with_dates_charges_and_windows(cli: Cli) -> None:
    cli.add(FAMILY, CLOSED, EXPIRED, REFUNDED)
    ran = cli("licences", "--json")
    shown = ran.shown(Licences)
    assert ran.code == 1, "without credentials nothing could be read anew"
    assert {trouble.code for trouble in shown.troubles} == {"credentials-needed"}
    assert {trouble.order_number for trouble in shown.troubles} == {FAMILY, CLOSED, EXPIRED, REFUNDED}
    cards = {card.order_number: card for card in shown.licences}
    assert cards[FAMILY].window.days == 9
    charge = cards[FAMILY].next_charge
    assert charge is not None
    assert charge.rises
    assert cards[CLOSED].action.value == "askExtension"
    assert cards[EXPIRED].days_left is not None
    assert cards[EXPIRED].days_left < 0
    text = cli("licences")
    assert "last time it cost 55.00 USD" in text.out
    assert f"Order {FAMILY} was not read anew" in text.err


def test_without_orders_there_are_no_licences(cli: Cli) -> None:
    ran = cli("licences")
    assert ran.code == 0
    assert "no licences here yet" in ran.out


def test_auto_renewal_is_switched_with_a_receipt_and_read_again(cli: Cli) -> None:
    cli.add(FAMILY)
    asked = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--json")
    asked.error(1, "not-confirmed")
    off = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(Switched)
    assert off.changed
    assert off.receipt is not None
    assert off.receipt.auto_renew is False
    assert off.subscription.auto_renew is False
    assert off.subscription.next_charge_at is None
    again = cli.opened(FAMILY, "auto-renew", FAMILY, "off", "--yes", "--json").shown(Switched)
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
