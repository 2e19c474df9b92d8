"""The builders of orders and profiles, under the name by which the tests of decisions ask for them."""

import pytest

from tests.kits.build import Build


@pytest.fixture(scope="session")
def build() -> type[Build]:
    return Build
