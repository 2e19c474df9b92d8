"""Two stores at once on the command line: neither replaces, hides or holds up the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.conftest import SYSTEM
from tests.kits.cli import ANNUAL, FAMILY, Cli

DEAD = "http://127.0.0.1:9"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[DemoStore]:
    """A second store with the same order numbers as the first."""
    profile = resource("profiles/larkfield.json").read_bytes().replace(b'"Larkfield Software"', b'"Marsh"')
    with DemoStore(tmp_path / "other", profile=profile, system=SYSTEM, size=2**20, password_cost=2) as store:
        yield store


@pytest.fixture
def both(cli: Cli, other: DemoStore) -> Cli:
    """An order of each store, of the same number, and one only the first store knows; no store is named any more."""
    cli.add(FAMILY, ANNUAL)
    first, cli.url = cli.url, other.url
    assert cli("orders", "add", FAMILY, "--password-stdin", stdin=f"{_password(other, FAMILY)}\n").code == 0
    cli.url, cli.first_url = None, first  # type: ignore[attr-defined]
    return cli


def _password(store: DemoStore, number: str) -> str:
    return next(each.order_password for each in store.accounts if each.order_number == number)


def test_both_are_listed_and_the_same_number_is_two_orders(both: Cli, other: DemoStore) -> None:
    found = both("orders", "list", "--json").json["orders"]
    assert sorted((each["orderNumber"], each["store"] == other.url) for each in found) == [
        (ANNUAL, False), (FAMILY, False), (FAMILY, True),
    ]  # fmt: skip


def test_a_number_of_two_stores_has_to_be_said_which(both: Cli, other: DemoStore) -> None:
    failed = both("orders", "show", FAMILY, "--json").error(2, "store-not-clear")
    assert other.url in failed["message"]
    named = both(
        "--store", other.url, "orders", "show", FAMILY, "--json", "--password-stdin", stdin=_password(other, FAMILY)
    )
    assert named.code == 0
    assert both.opened(ANNUAL, "orders", "show", ANNUAL, "--json").code == 0, "only one store knows this number"


def test_picking_a_store_replaces_none_not_even_a_dead_one(both: Cli, other: DemoStore) -> None:
    before = both("orders", "list", "--json").json
    both("--store", DEAD, "licences", "--json").error(3, "store-unreachable")
    both("--store", other.url, "licences")
    assert both("orders", "list", "--json").json == before


def test_a_store_that_does_not_answer_hides_no_other(both: Cli, other: DemoStore) -> None:
    whole = both("licences", "--json").json
    other.close()
    found = both("licences", "--json").json
    assert len(found["licences"]) == len(whole["licences"]) > 2, "what was read last is shown"
    assert found["troubles"]


def test_reminders_of_all_stores_are_due(both: Cli) -> None:
    ahead = both("reminders", "--json").json["ahead"]
    assert sum(each["orderNumber"] == FAMILY and each["kind"] == "expiry" for each in ahead) % 2 == 0
    assert len({each["orderNumber"] for each in ahead}) == 2


def test_what_is_due_names_its_store_where_there_are_several(both: Cli) -> None:
    soon = next(each for each in both("reminders", "--json").json["ahead"] if each["orderNumber"] == FAMILY)
    before = (dt.datetime.fromisoformat(soon["date"]) - dt.timedelta(hours=1)).isoformat()
    due = both("reminders", "--now", before, "--json").json["due"]
    stores = {each["store"] for each in due if each["reminder"]["subject"]["orderNumber"] == FAMILY}
    assert stores == {"Larkfield Software", "Marsh"}
    assert f"order {FAMILY}, Marsh" in both("reminders", "--now", before).out.replace("Order", "order")


def test_help_can_be_searched_without_any_store(bare: Cli) -> None:
    assert bare("help-search", "auto", "renewal", "--json").json["articles"]
