"""A window and commands at a demo store of their own, and the programs of a desktop that they ask to show something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from tests.cli.conftest import bare
from tests.kits.cli import Cli
from tests.kits.package_tools import turn
from tests.ui.conftest import add, gate, program, services, store

__all__ = ["add", "bare", "gate", "program", "services", "store"]


class Desktop:
    """What programs were asked to show."""

    def __init__(self, folder: Path) -> None:
        self._asked = folder / "asked"
        for name in ("xdg-open", "gdbus"):
            script = folder / name
            script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{self._asked}"\n')
            script.chmod(0o755)

    def shows(self, words: str) -> bool:
        """Whether something whose address has these words in it was to be shown."""
        return self._asked.exists() and words in self._asked.read_text()


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return Desktop(folder)


@pytest.fixture
def cli(bare: Cli, store: DemoStore) -> Cli:
    """Commands at the store that minds only a program of these tests."""
    bare.store, bare.url = store, store.url
    return bare


@pytest.fixture(autouse=True)
def no_package_tools() -> Iterator[None]:
    """No other test lets a package tool run, which would be taken for another installation."""
    with turn(alone=False):
        yield
