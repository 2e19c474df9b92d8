"""``companion`` beside a running program: it asks that one for its window and ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from companion.services.app.instance.running_program import announce
from tests.kits.listener import Listener

_NEVER = ("PySide6", "companion.ui", "companion.services.container.store", "companion.services.storage", "requests")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the address is the name of a pipe")
def test_a_second_start_imports_no_window_and_builds_nothing(tmp_path: Path) -> None:
    announce(tmp_path, str(tmp_path / "running.socket"))
    listener = Listener(tmp_path / "running.socket")
    words = [sys.executable, "-X", "importtime", "-m", "companion", "--home", str(tmp_path), "--tray"]
    ended = subprocess.run(
        words, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=60
    )
    listener.close()
    assert (ended.returncode, ended.stdout) == (0, "")
    assert listener.heard == [b'{"tray":true,"store":null,"quit":false}\n']
    imported = [line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()]
    assert [name for name in imported if name.startswith(_NEVER)] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["running.address", "running.socket"]
