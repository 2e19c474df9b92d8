"""Licence keys are kept in the keychain as the store tells them, and leave it with their licences."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.store.orders import Order
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.keychain.licence_keys import LicenceKeys
from tests.kits.build import Build
from tests.kits.keychain import GatedBackend, LockedBackend


def order(keys: dict[str, str | None], number: str = "LF-1") -> Order:
    licences = tuple(
        Build.licence(id=licence, key=Secret(key) if key is not None else None) for licence, key in keys.items()
    )
    return msgspec.structs.replace(Build.order(number=number), licences=licences)


def keys_over(backend: GatedBackend) -> LicenceKeys:
    return LicenceKeys(Keychain(backend=backend), lambda number: f"{number} at a.example")


def test_each_key_is_an_entry_and_is_read_by_the_next_program() -> None:
    backend = GatedBackend()
    keys_over(backend).keep(order({"L1": "AAAA-1111", "L2": "BBBB-2222", "L3": None}), None)
    assert sorted(backend.entries) == ["LF-1 at a.example key of L1", "LF-1 at a.example key of L2"]
    later = keys_over(backend)
    assert later.read("LF-1", "L1") == Secret("AAAA-1111")
    assert later.read("LF-1", "L3") is None
    assert later.read("LF-2", "L1") is None, "another order's licence of that id is another one"


def test_a_key_that_is_kept_already_is_not_written_again() -> None:
    backend = GatedBackend()
    keys_over(backend).keep(order({"L1": "AAAA-1111"}), None)
    backend.calls.clear()
    again = keys_over(backend)
    for _ in range(3):
        again.keep(order({"L1": "AAAA-1111"}), None)
    assert backend.calls == ["get LF-1 at a.example key of L1"]
    again.keep(order({"L1": "CCCC-3333"}), None)
    assert keys_over(backend).read("LF-1", "L1") == Secret("CCCC-3333")


@pytest.mark.parametrize("length", [1, 499, 500, 501, 1280, 4000])
def test_no_entry_is_larger_than_windows_takes(length: int) -> None:
    backend, key = GatedBackend(), "k" * length
    keys_over(backend).keep(order({"L1": key}), None)
    assert keys_over(backend).read("LF-1", "L1") == Secret(key)
    assert max(len(entry.encode("utf-16-le")) for entry in backend.entries.values()) <= 2560
    keys_over(backend).forget("LF-1", order({"L1": None}).licences)
    assert backend.entries == {}


def test_a_licence_that_the_store_does_not_name_any_more_takes_its_key_along() -> None:
    backend = GatedBackend()
    both, one = order({"L1": "AAAA-1111", "L2": "BBBB-2222"}), order({"L2": "BBBB-2222"})
    kept = keys_over(backend)
    kept.keep(both, None)
    kept.keep(one, both)
    assert names(backend.entries) == ["L2"]


def test_reading_an_order_asks_nobody_to_unlock_the_keychain() -> None:
    backend = LockedBackend()
    kept = keys_over(backend)
    kept.keep(order({"L1": "AAAA-1111"}), None)
    assert backend.prompts == 0
    assert kept.read("LF-1", "L1") == Secret("AAAA-1111"), "this program knows it"
    assert keys_over(backend).read("LF-1", "L1") is None
    assert backend.prompts == 1, "a person who wants to see a key is asked"


def test_what_cannot_be_removed_is_said() -> None:
    backend = LockedBackend(unlocks=True)
    kept = keys_over(backend)
    backend.locked = False
    kept.keep(order({"L1": "AAAA-1111"}), None)
    backend.locked, backend.unlocks = True, False
    with pytest.raises(CompanionError) as failed:
        keys_over(backend).forget("LF-1", order({"L1": None}).licences)
    assert failed.value.code is ErrorCode.KEYCHAIN_KEPT_IT


def names(entries: Iterable[str]) -> list[str]:
    return [entry.rpartition(" ")[2] for entry in entries]
