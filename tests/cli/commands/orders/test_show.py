"""``companion orders show``."""

from __future__ import annotations

import re

import pytest

from companion.cli.commands.orders.add import AddOrderResult
from companion.cli.commands.orders.list import ListOrdersResult
from companion.cli.commands.orders.remove import RemoveOrderResult
from companion.cli.commands.orders.show import ShowOrderResult
from tests.kits.cli import EXPIRED, FAMILY, REFUNDED, Cli


def test_an_order_is_added_listed_shown_and_removed(cli: Cli) -> None:
    added = cli.opened(FAMILY, "orders", "add", FAMILY, "--json").shown(AddOrderResult)
    assert added.order_numbers == (FAMILY,)
    assert added.kept == "session"
    assert added.trouble
    listed = cli("orders", "list", "--json").shown(ListOrdersResult)
    assert [order.order_number for order in listed.orders] == [FAMILY]
    assert listed.orders[0].products == ("Lantern Protect Family",)
    shown = cli.opened(FAMILY, "orders", "show", FAMILY, "--json").shown(ShowOrderResult)
    assert shown.order.licences[0].key is None, "a key is never printed"
    assert cli("orders", "remove", FAMILY, "--json").shown(RemoveOrderResult).removed
    assert cli("orders", "list", "--json").shown(ListOrdersResult).orders == ()
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
    removed = cli("orders", "remove", FAMILY).out
    assert "never written down" in removed
    assert f"companion orders add {FAMILY}" in removed
    assert "come back with it for 30 days. Its password does not" in removed
    cli.opened(FAMILY, "orders", "add", FAMILY)
    assert "30 days" not in cli("orders", "remove", FAMILY, "--for-good").out
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


def test_an_order_without_kept_credentials_asks_for_them(cli: Cli) -> None:
    cli.add(FAMILY)
    failure = cli("orders", "show", FAMILY, "--json").error(1, "credentials-needed")
    assert "--password-stdin" in failure["hint"]


def test_removing_an_order_that_renews_by_itself_says_so_and_asks(cli: Cli) -> None:
    cli.add(FAMILY)
    kept = cli("orders", "remove", FAMILY, stdin="n\n", terminal=True)
    assert kept.code == 1
    assert "renews by itself on" in kept.out + kept.err
    assert f"companion auto-renew {FAMILY} off" in kept.out + kept.err
    assert [each["orderNumber"] for each in cli("orders", "list", "--json").json["orders"]] == [FAMILY]
    gone = cli("orders", "remove", FAMILY)
    assert gone.code == 0
    assert "does not switch that off" in gone.out + gone.err


def test_an_order_that_could_not_be_read_anew_promises_nothing(cli: Cli) -> None:
    """Without a keychain its password is not there, so the store could not be asked."""
    cli.add(EXPIRED)
    ran = cli("licences")
    assert ran.code == 1
    assert "nothing will be charged" not in ran.out
    assert "not known now" in ran.out
