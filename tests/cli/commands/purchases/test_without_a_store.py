"""Commands about a store's orders, for a person who bought at ordinary shops only, or also there."""

from __future__ import annotations

import pytest

from companion.cli.commands.billing.receipts import ReceiptsResult
from companion.cli.commands.entitlements.licences import LicencesResult
from companion.cli.commands.orders.list import ListOrdersResult
from tests.kits.cli import FAMILY, Cli
from tests.mails.score import GENUINE

NUMBER = "5120"
COMMANDS = (
    ("money", NUMBER),
    ("invoice", NUMBER),
    ("shipping", NUMBER),
    ("auto-renew", NUMBER, "off", "--yes"),
    ("download", NUMBER),
    ("orders", "show", NUMBER),
    ("licences", "key", NUMBER, "--yes"),
)


@pytest.fixture
def customer(bare: Cli) -> Cli:
    """A person with one purchase of an ordinary shop."""
    assert bare("add", GENUINE / "edd-receipt-with-keys.eml").code == 0
    return bare


def test_lists_are_empty_and_lead_to_what_is_owned(customer: Cli) -> None:
    orders, licences = customer("orders", "list"), customer("licences")
    assert (orders.code, licences.code) == (0, 0)
    for ran in (orders, licences):
        assert "companion purchases list" in ran.out
    assert customer("orders", "list", "--json").shown(ListOrdersResult).orders == ()
    assert customer("licences", "--json").shown(LicencesResult).licences == ()


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_about_an_order_of_an_ordinary_shop_says_where_it_is_told(
    customer: Cli, words: tuple[str, ...]
) -> None:
    (bought,) = customer("purchases", "list", "--json").json["purchases"]
    failure = customer(*words, "--json").error(1, "order-unknown")
    assert "Quarry Code" in failure["message"]
    assert f"companion purchases show {bought['id'][:6]}" in failure["hint"]


def test_another_store_is_not_asked_about_it(customer: Cli, cli: Cli) -> None:
    url = cli.url
    cli.add(FAMILY)
    customer.url = None
    customer("money", NUMBER, "--json").error(1, "order-unknown")
    assert customer("receipts", NUMBER, "--json").error(1, "receipt-unknown")["hint"]
    assert customer("add", GENUINE / "auto-renewal-switched-off-fr.eml").code == 0
    assert len(customer("receipts", "AB-77120", "--json").shown(ReceiptsResult).emails) == 1
    assert customer("case-file", NUMBER).code == 0
    customer.url = url


def test_without_anything_the_way_to_begin_is_said(bare: Cli) -> None:
    for words in (("orders", "list"), ("licences",), ("money", NUMBER)):
        assert "companion add FILE" in bare(*words, "--json").error(2, "no-store")["hint"]
