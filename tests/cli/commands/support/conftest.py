"""A second store beside the first one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.conftest import SYSTEM


@pytest.fixture
def other(tmp_path: Path) -> Iterator[DemoStore]:
    """A second store, which has other numbers."""
    profile = (
        resource("profiles/larkfield.json")
        .read_bytes()
        .replace(b'"Larkfield Software"', b'"Marsh"')
        .replace(b"+12125550164", b"+12125550199")
    )
    with DemoStore(tmp_path / "other", profile=profile, system=SYSTEM, size=2**20, password_cost=2) as store:
        yield store
