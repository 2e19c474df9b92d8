"""The README says what the connectors can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.domain.connectors.capabilities import Capability, Way
from companion.domain.connectors.table import ANY_OTHER, KINDS, TITLES, WORDS, capability_table
from companion.services.container.owned import build_owned
from companion.services.store.keychain.keychain import Keychain
from tests.kits.memory_keychain import MemoryKeychain
from tools.capabilities import BEGIN, END, README, with_table


def test_the_readme_has_the_present_table() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_table(text) == text, "run: python3 dev.py capabilities"


def test_the_table_names_every_kind_of_store_that_is_built(tmp_path: Path) -> None:
    owned = build_owned(tmp_path, keychain=Keychain(backend=MemoryKeychain()))
    built = [connector.capabilities for connector in owned.asking.connectors]
    owned.close()
    assert sorted(built, key=lambda each: each.kind) == sorted(KINDS, key=lambda each: each.kind)


def test_every_capability_and_every_way_has_words() -> None:
    assert set(TITLES) == set(Capability)
    assert set(WORDS) == set(Way)
    table = capability_table().splitlines()
    assert len(table) == len(Capability) + 2
    assert {line.count("|") for line in table} == {len(KINDS) + 3}


def test_nothing_is_live_where_programs_cannot_ask() -> None:
    assert not any(ANY_OTHER.live(capability) for capability in Capability)


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="markers"):
        with_table("# Companion\n")
    assert with_table(f"a\n{BEGIN}old\n{END}b\n").startswith(f"a\n{BEGIN}\n| | Store API |")
