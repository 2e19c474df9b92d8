"""Work grows at most as the number of purchases does, and what is repeated only with what has changed."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.reminders import order
from companion.domain.core.serialization import decode
from companion.domain.overview.purchase_cards import not_ordered
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.store.profile import Profile
from companion.services.app.resources import resource
from companion.services.container.owned import Owned, build_owned
from companion.services.store.keychain.keychain import Keychain
from tests.kits.calls import count_calls
from tests.kits.memory_keychain import MemoryKeychain

NOW = dt.datetime(2027, 3, 10, 15, 0, tzinfo=dt.UTC)
STORE = "https://store.example"
MAIL = Source(kind=SourceKind.EMAIL, name="orders@shop.example")
MANY = 40
PROFILE = decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the profile")


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[Owned]:
    """Forty orders of a store, and forty purchases of a shop."""
    chance = random.Random(7)
    with contextlib.closing(build_owned(tmp_path, keychain=Keychain(backend=MemoryKeychain()))) as made:
        for number in range(MANY):
            read = order(number, chance)
            made.library.add_order(STORE, read.number, NOW)
            made.library.remember_order(STORE, read, None, NOW)
            name = f"Product {number}"
            values = [(Field.PRODUCT, name, name), (Field.ORDER_NUMBER, f"N-{number}", "")]
            made.purchases.add(draft_of(values, MAIL, NOW), as_new=True)
        made.mirror.run()
        made.mirror.run()
        made.purchases.all()
        yield made


def test_what_has_not_changed_is_not_worked_out_again(owned: Owned) -> None:
    before = owned.purchases.all()
    with count_calls("overview", "_purchase", "facts_of_order", "decode", "_signature") as counted:
        owned.mirror.run()
        after = owned.purchases.all()
    assert len(after) == 2 * MANY
    assert (counted["overview"], counted["_purchase"], counted["facts_of_order"]) == (0, 0, 0)
    assert counted["_signature"] == 2, "the two folders of makers and shops are looked through once"
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_of_a_change_only_what_changed_is_worked_out(owned: Owned) -> None:
    first = owned.purchases.all()[-1]
    owned.purchases.edit(first.id, ((Field.NOTE, "for the attic", ""),))
    with count_calls("overview") as counted:
        owned.purchases.all()
    assert counted["overview"] == 1


def test_the_profile_of_a_store_is_read_once_for_all_its_orders(owned: Owned) -> None:
    owned.library.remember_profile(STORE, PROFILE, None, NOW)
    with count_calls("profile", "facts_of_order") as counted:
        owned.mirror.run()
    assert counted["facts_of_order"] == MANY, "with its name, each of its orders is looked at anew"
    assert counted["profile"] == 2


def test_the_stores_are_read_once_for_all_purchases(owned: Owned) -> None:
    refresh, purchases = owned.asking.refresh, owned.purchases.all()
    with count_calls("stores") as counted:
        found = refresh.connectors_of(purchases)
    assert counted["stores"] == 1
    assert len(found) == MANY
    assert all(refresh.connector_of(each) is found.get(each.id) for each in purchases)


def test_orders_are_told_from_purchases_without_comparing_each_with_each(owned: Owned) -> None:
    purchases = owned.purchases.all()
    with count_calls("same_domain") as counted:
        left = not_ordered(purchases, [(STORE, f"LF-{number}") for number in range(MANY)])
    assert len(left) == MANY
    assert counted["same_domain"] <= 2 * MANY
