"""What is arranged at sign-in and after a restart starts without a console window."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from companion.services.app.instance.launch_command import start_command
from companion.services.app.paths import app_folders


@pytest.mark.parametrize("name", ["companion.exe", "companionw.exe"])
def test_the_built_program_starts_as_the_one_without_a_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for each in ("companion.exe", "companionw.exe"):
        (tmp_path / each).touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / name))
    assert start_command(app_folders(None), tray=True) == (str(tmp_path / "companionw.exe"), "--tray")


def test_elsewhere_it_starts_as_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("companion", "companionw"):
        (tmp_path / each).touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "companion"))
    assert start_command(app_folders(None), tray=True) == (str(tmp_path / "companion"), "--tray")


def test_python_starts_as_the_one_without_a_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("python.exe", "pythonw.exe"):
        (tmp_path / each).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    words = start_command(app_folders(None), tray=False)
    assert words == (str(tmp_path / "pythonw.exe"), "-m", "companion")
