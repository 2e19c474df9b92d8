"""Every command on a home that is read-only or full: what can be read is shown, what cannot be saved is said once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from tests.kits.cli import FAMILY, Cli, Ran
from tests.kits.small_disks import Mount, fill_up, read_only
from tests.kits.small_disks import mount as mount

MAIL = Path(__file__).parents[1] / "mails"
SAID = "nothing can be saved"
FACTS = ("--order", "N-1", "--expires", "2028-01-31")

OF_AN_ORDER: tuple[tuple[str, ...], ...] = (
    ("orders", "show", FAMILY),
    ("orders", "open", FAMILY, "--no-browser"),
    ("money", FAMILY),
    ("invoice", FAMILY),
    ("returns", FAMILY),
    ("seats", FAMILY),
    ("shipping", FAMILY),
)
OTHERS: tuple[tuple[str, ...], ...] = (
    ("orders", "list"),
    ("licences",),
    ("reminders",),
    ("purchases", "list"),
    ("purchases", "show", "{purchase}"),
    ("purchases", "refresh"),
    ("stores", "list"),
    ("support",),
    ("case-file",),
    ("help-search", "refund"),
    ("preflight",),
    ("keychain",),
    ("unfinished",),
    ("uninstall-data", "--dry-run"),
    ("money", "--statement", "LKF*LARKFIELD 65.20 23 NOV"),
)
CHANGES: tuple[tuple[str, ...], ...] = (
    ("auto-renew", FAMILY, "off", "--yes"),
    ("purchases", "remove", "{purchase}", "--yes"),
    ("stores", "add", "https://shop.invalid"),
    ("orders", "remove", FAMILY, "--yes"),
)


@pytest.fixture
def cli(bare: Cli, demo_store: DemoStore, mount: Mount) -> Cli:
    bare.home = mount("size=32m") / "home"
    bare.store, bare.url = demo_store, demo_store.url
    bare.add(FAMILY)
    return bare


def run(cli: Cli, words: tuple[str, ...], purchase: str) -> Ran:
    spelled = [word.format(purchase=purchase) for word in words]
    return cli.opened(FAMILY, *spelled) if FAMILY in spelled and spelled[1] != "remove" else cli(*spelled)


def purchase_of(cli: Cli) -> str:
    found: str = cli("purchases", "list", "--json").json["purchases"][0]["id"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("close", [fill_up, read_only])
def test_everything_that_can_be_read_is_shown(cli: Cli, close: Callable[[Path], None]) -> None:
    purchase = purchase_of(cli)
    before = {words: run(cli, words, purchase) for words in (*OF_AN_ORDER, *OTHERS)}
    close(cli.home.parent)
    for words, then in before.items():
        now = run(cli, words, purchase)
        assert now.code == then.code, (words, now)
        assert now.out.strip(), words
        assert "mistake in the program" not in now.out + now.err, words
        assert now.err.lower().count(SAID) <= 1, (words, now.err)
    assert run(cli, ("licences",), purchase).err.lower().count(SAID) == 1


@pytest.mark.parametrize("close", [fill_up, read_only])
def test_what_cannot_be_saved_is_refused_and_changes_nothing(cli: Cli, close: Callable[[Path], None]) -> None:
    purchase = purchase_of(cli)
    close(cli.home.parent)
    for words in CHANGES:
        ran = run(cli, words, purchase)
        assert ran.code == 1, (words, ran)
        assert "Nothing was changed" in ran.err, (words, ran.err)
    order = cli.opened(FAMILY, "orders", "show", FAMILY, "--json").json["order"]
    assert order["subscriptions"][0]["autoRenew"] is True
    assert purchase_of(cli) == purchase
