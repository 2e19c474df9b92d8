"""What is kept of purchases that were removed by command: for a time, and nothing secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Purchase
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.purchases.removed import RemovedPurchases
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.storage.kept_removals import KEPT_FOR
from companion.services.store.keychain.keychain import Keychain
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.purchases import MAILED, fact

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


class Kit:
    """Removed purchases of a library, at a moment that can be set."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.library = Library(folder / "library.db")
        self.keychain = Keychain(backend=MemoryKeychain())
        registry = PurchaseRegistry(self.library, PurchaseKeychain(self.keychain), lambda: self.now)
        self.removed = RemovedPurchases(self.library, registry, lambda: self.now)

    def own(self, id_: str) -> None:
        facts = (fact(Field.PRODUCT, "Quill", "Quill"),)
        self.library.change_purchase(id_, lambda _: Purchase(id=id_, added_at=MAILED, facts=facts))

    @property
    def ids(self) -> list[str]:
        return [each.purchase.id for each in self.removed.found()]


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    made = Kit(tmp_path)
    yield made
    made.library.close()
    made.keychain.close()


def test_after_its_time_nothing_of_it_is_kept(kit: Kit) -> None:
    for id_ in ("aa1", "aa2"):
        kit.own(id_)
        kit.removed.remove(id_, for_good=False)
        kit.now += dt.timedelta(days=1)
    assert kit.ids == ["aa2", "aa1"]
    kit.now = NOW + KEPT_FOR
    assert kit.ids == ["aa2"]
    assert "aa1" not in (kit.library.setting("removedPurchases") or "")
    kit.now += dt.timedelta(days=1)
    assert kit.ids == []
    assert kit.library.setting("removedPurchases") is None


def test_an_id_that_several_begin_with_names_none(kit: Kit) -> None:
    for id_ in ("aa1", "aa2"):
        kit.own(id_)
        kit.removed.remove(id_, for_good=False)
    for asked in ("aa", "", "bb"):
        with pytest.raises(CompanionError):
            kit.removed.put_back(asked)
    assert kit.removed.put_back("aa2") == "aa2"
    assert kit.ids == ["aa1"]


def test_what_was_added_again_meanwhile_is_left_as_it_is(kit: Kit) -> None:
    kit.own("aa1")
    kit.removed.remove("aa1", for_good=False)
    kit.own("aa1")
    assert kit.ids == []
