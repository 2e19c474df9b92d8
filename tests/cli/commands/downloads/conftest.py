"""What the tests of these commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kits.cli import Cli


@pytest.fixture
def artifact(cli: Cli, tmp_path: Path) -> bytes:
    """The file the demo store offers."""
    (path,) = (tmp_path / "store" / "artifacts").iterdir()
    return path.read_bytes()
