"""``companion keychain`` where there is none; with a real one it is tried in tests/e2e/test_keychain.py."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.services.storage.database import Library
from companion.services.storage.records import TimelineEntry
from tests.kits.cli import FAMILY, Cli


def test_without_a_keychain_it_says_what_becomes_of_passwords(bare: Cli) -> None:
    for words in (("keychain",), ("keychain", "unlock")):
        ran = bare(*words)
        assert ran.code == 1
        assert "This computer has no keychain." in ran.out
        assert bare(*words, "--json").json == {
            "place": None, "locked": None, "trouble": "This computer has no keychain."
        }  # fmt: skip


@pytest.mark.slow
def test_removing_an_order_claims_nothing_of_a_keychain_that_could_not_be_asked(cli: Cli) -> None:
    cli.add(FAMILY)
    assert "its password was never written down" in cli("orders", "remove", FAMILY).out
    cli.add(FAMILY)
    library = Library(cli.home / "library.db")
    kept = TimelineEntry(
        at=dt.datetime.now(dt.UTC), event="order added", order_number=FAMILY, facts={"kept": "keychain"}
    )
    library.note(kept)
    library.close()
    ran = cli("orders", "remove", FAMILY)
    assert ran.code == 0
    assert "This computer has no keychain. If a keychain has its password, it is still there." in ran.out
    cli.add(FAMILY)
    assert cli("orders", "remove", FAMILY, "--json").json == {
        "orderNumber": FAMILY,
        "removed": True,
        "held": None,
        "unfinished": [],
        "undo": f"companion orders add {FAMILY}",
    }
