"""``companion purchases refresh``, ``activate`` and ``deactivate``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.cli.commands.purchases.refresh import RefreshResult
from companion.cli.commands.purchases.seat import SeatResult, seats_words
from companion.cli.context import CommandContext
from companion.cli.output import Output
from companion.cli.parser import parse
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.purchases.purchase import Seats
from companion.services.container.owned import build_owned
from companion.services.store.keychain.keychain import Keychain
from tests.kits.cli import FAMILY, Cli, Ran
from tests.kits.memory_keychain import MemoryKeychain
from tests.stores.edd_peer import EddPeer
from tests.stores.peer import page

KEY = "Ab12-KEY9-zz41=="


@pytest.fixture
def edd() -> Iterator[EddPeer]:
    made = EddPeer()
    yield made
    made.close()


class KeychainCli:
    """Runs commands that share a keychain of the test's own, as they would share the system's."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.owned = build_owned(home, keychain=Keychain(backend=MemoryKeychain()))
        self._capsys = capsys

    def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        arguments = parse([*words, "--json"])
        context = CommandContext(arguments, Output(as_json=True))
        context.owned = self.owned
        try:
            code = arguments.run(context)
        except CompanionError as error:
            code = context.output.error(error)
        captured = self._capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    def buy(self, edd: EddPeer) -> str:
        """Add a purchase of a shop with its key; returns its id."""
        name = "Quill & Ink"
        values = [(Field.STORE_KIND, "edd", ""), (Field.STORE_ADDRESS, edd.url, "")]
        values += [(Field.PRODUCT, name, name), (Field.PRODUCT_ID, "57", name)]
        draft = draft_of(values, Source(kind=SourceKind.PERSON), self.owned.clock(), keys=[(name, Secret(KEY))])
        return str(self.owned.purchases.add(draft).purchase_id)


@pytest.fixture
def keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[KeychainCli]:
    made = KeychainCli(tmp_path / "home", capsys)
    yield made
    made.owned.close()


def buy(cli: Cli, edd: EddPeer, product: str = "Quill & Ink") -> str:
    new = cli("purchases", "new", "--product", product, "--key-stdin", "--json", stdin=f"{KEY}\n")
    bought = str(new.json["id"])
    changes = ("storeKind=edd", f"storeAddress={edd.url}", "productId=57")
    assert cli("purchases", "edit", bought, *changes).code == 0
    return bought


def test_a_key_is_asked_about_a_seat_taken_and_freed(keys: KeychainCli, edd: EddPeer) -> None:
    bought = keys.buy(edd)
    (found,) = keys("purchases", "refresh", bought[:6]).shown(RefreshResult).refreshed
    assert (found.id, found.outcome, found.error) == (bought, "told", None)
    taken = keys("purchases", "activate", bought, "--yes")
    assert (taken.code, taken.shown(SeatResult).seats) == (0, Seats(used=1, limit=3))
    assert len(edd.licences[KEY].sites) == 1
    product = keys("purchases", "show", bought).json["products"][0]
    assert (product["state"], product["expires"]["at"]) == ("active", "2028-02-01")
    freed = keys("purchases", "deactivate", bought, "--yes")
    assert (freed.code, freed.shown(SeatResult).seats) == (0, Seats(used=0, limit=3))
    assert edd.licences[KEY].sites == set()


def test_a_store_that_is_down_is_exit_3_with_its_reason(keys: KeychainCli, edd: EddPeer) -> None:
    bought = keys.buy(edd)
    edd.fault = page(503)
    ran = keys("purchases", "refresh")
    (found,) = json.loads(ran.out)["refreshed"]
    assert (ran.code, found["id"], found["outcome"], found["error"]["code"]) == (
        3,
        bought,
        "couldNotAsk",
        "store-error",
    )


def test_a_seat_is_not_taken_without_consent(keys: KeychainCli, edd: EddPeer) -> None:
    bought = keys.buy(edd)
    keys("purchases", "activate", bought).error(1, "not-confirmed")
    assert {call.form["edd_action"] for call in edd.calls} == {"check_license", "get_version"}


def test_a_seat_is_not_taken_unseen(keys: KeychainCli, edd: EddPeer) -> None:
    bought = keys.buy(edd)
    edd.fault = page(200)
    keys("purchases", "activate", bought, "--yes").error(3, "portal")
    assert [call.form["edd_action"] for call in edd.calls] == ["check_license"]


def test_a_refused_seat_is_exit_1_with_the_reason(keys: KeychainCli, edd: EddPeer) -> None:
    bought = keys.buy(edd)
    edd.licences[KEY].sites = {"a.example", "b.example", "c.example"}
    ran = keys("purchases", "activate", bought, "--yes")
    found = ran.shown(SeatResult)
    assert (ran.code, found.done, found.seats) == (1, False, Seats(used=3, limit=3))
    assert found.said is not None
    assert "No seat is left" in found.said


def test_nothing_owned_is_nothing_to_ask(bare: Cli) -> None:
    assert bare("purchases", "refresh", "--json").shown(RefreshResult).refreshed == ()


def test_what_cannot_be_asked_is_said(bare: Cli) -> None:
    bare("purchases", "new", "--product", "Harbour Suite", "--expires", "never")
    ran = bare("purchases", "refresh", "--json")
    (found,) = ran.shown(RefreshResult).refreshed
    assert (ran.code, found.outcome, found.error) == (0, "doesNotTell", None)
    assert found.said
    assert "Harbour Suite: No shop is known for it" in bare("purchases", "refresh").out
    bare("purchases", "edit", found.id, "storeName=Harbour Shop")
    assert "Harbour Suite: This store tells programs nothing" in bare("purchases", "refresh").out


def test_an_order_of_the_store_api_is_asked_for(cli: Cli) -> None:
    cli.add(FAMILY)
    ran = cli("purchases", "refresh", "--json")
    (found,) = ran.shown(RefreshResult).refreshed
    # Its password is gone with the process that added it, since there is no keychain.
    assert (ran.code, found.outcome) == (0, "doesNotTell")
    assert cli("purchases", "list", "--json").json["purchases"][0]["orderNumber"] == FAMILY


def test_a_product_that_is_not_there_is_asked_back(bare: Cli, edd: EddPeer) -> None:
    bought = buy(bare, edd)
    failure = bare("purchases", "activate", bought, "Other", "--json").error(2, "licence-unknown")
    assert "Quill & Ink" in failure["hint"]
    assert edd.calls == []


def test_a_store_without_seats_says_where_to_look(bare: Cli) -> None:
    new = bare("purchases", "new", "--product", "Harbour Suite", "--page", "https://shop.example/me", "--json")
    failure = bare("purchases", "activate", new.json["id"], "--yes", "--json").error(1, "no-page")
    assert "https://shop.example/me" in failure["hint"]


def test_a_key_that_is_not_known_takes_no_seat(bare: Cli, edd: EddPeer) -> None:
    bought = buy(bare, edd)
    ran = bare("purchases", "activate", bought, "--yes", "--json")
    found = ran.shown(SeatResult)
    assert (ran.code, found.done) == (1, False)
    assert found.said == "The licence key is not known here."
    assert edd.licences[KEY].sites == set()


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (Seats(used=1, limit=3), "1 of 3 seats are in use, 2 left."),
        (Seats(used=4, limit=3), "4 of 3 seats are in use, 0 left."),
        (Seats(used=4, limit="unlimited"), "4 of its seats are in use, and there is no limit."),
        (Seats(used=None, limit=3), "it has 3 seats; the store does not tell how many are in use."),
        (Seats(used=2), "2 of its seats are in use; the store does not tell how many there are."),
        (Seats(), "an unknown number of its seats are in use; the store does not tell how many there are."),
    ],
)
def test_seats_left_are_told_as_far_as_they_are_known(seats: Seats, words: str) -> None:
    assert seats_words(seats) == words


def test_orders_that_were_added_are_listed_with_all_else(cli: Cli) -> None:
    cli.add(FAMILY)
    assert cli("purchases", "new", "--product", "Harbour Suite").code == 0
    listed = cli("purchases", "list", "--json").json["purchases"]
    assert {purchase["orderNumber"] for purchase in listed} == {FAMILY, None}
    order = next(purchase for purchase in listed if purchase["orderNumber"] == FAMILY)
    assert (order["store"]["kind"], order["store"]["address"]) == ("storeApi", cli.url)
    assert order["products"][0]["expires"]["kind"] == "instant"
    assert cli("purchases", "show", order["id"]).code == 0
    assert len(cli("purchases", "list", "--json").json["purchases"]) == 2
