"""The fixture of the Windows tests, and the reason why they are left out where the lab is not built."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.windows.windows_kit import LAB, Windows


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the lab, and says so where it is not built."""
    reason = f"the Windows lab is not built ({LAB}): run tests/windows/setup_lab.sh"
    for item in items:
        if item.nodeid.startswith("tests/windows/"):
            item.add_marker(pytest.mark.windows)
            if not (LAB / "winpy").exists():
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def windows() -> Iterator[Windows]:
    # Wine refuses prefixes whose path is too long for a socket's name, so not pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="winlab-"))
    machine = Windows(folder)
    yield machine
    machine.end()
    shutil.rmtree(folder, ignore_errors=True)
