"""Stores by what people type."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.directory.lookup import Directory
from companion.domain.directory.store_names import store_address
from companion.services.app.resources import resource
from companion.services.purchases.directory import read_file

DIRECTORY = Directory([read_file(resource("directory/acronis.json"))])


@pytest.mark.parametrize("typed", ["Acronis", " acronis ", "ACRONIS"])
def test_a_name_of_the_directory_leads_to_its_website(typed: str) -> None:
    assert store_address(typed, DIRECTORY) == "https://www.acronis.com/"


@pytest.mark.parametrize("typed", ["store.example", "https://store.example/shop", "localhost", "127.0.0.1:80", "[::1]"])
def test_an_address_stays_as_it_is(typed: str) -> None:
    assert store_address(f" {typed} ", DIRECTORY) == typed


@pytest.mark.parametrize("typed", ["larkfield", "no such shop", "", "‮evil"])
def test_a_name_that_is_not_known_says_what_to_type_instead(typed: str) -> None:
    with pytest.raises(CompanionError) as raised:
        store_address(typed, DIRECTORY)
    assert raised.value.code == ErrorCode.NO_SUCH_STORE
    assert "address" in raised.value.hint
    assert "‮" not in raised.value.message
