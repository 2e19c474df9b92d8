"""``companion orders open``."""

from __future__ import annotations

from companion.cli.commands.orders.open import OpenPageResult
from tests.kits.cli import FAMILY, Cli


def test_the_stores_own_page_is_named_for_paying_with_another_card(cli: Cli) -> None:
    cli.add(FAMILY)
    shown = cli.opened(FAMILY, "orders", "open", FAMILY, "renew", "--no-browser", "--json").shown(OpenPageResult)
    assert (shown.purpose, shown.opened) == ("renew", False)
    assert shown.url == f"{cli.url}/orders/{FAMILY}/renew"
