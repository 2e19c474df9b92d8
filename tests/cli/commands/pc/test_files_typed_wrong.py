"""``identify``, ``install`` and ``preflight --for`` with what is no file: each is told what to do instead."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.kits.cli import Cli
from tests.kits.linux import script
from tests.kits.windows_files import program

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="runs installers for Linux")

COMMANDS = [("identify",), ("install",), ("preflight", "--for")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the commands are typed in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "word",
    ["https://shop.example/setup.exe", "http://shop.example/", "HTTPS://SHOP.example/a?b=c", "ftp://a/setup.msi"],
)
def test_an_address_is_no_file(bare: Cli, command: tuple[str, ...], word: str) -> None:
    failure = bare(*command, word, "--json").error(2, "usage")
    assert failure["message"].endswith("is an address, not a file on this PC.")
    assert "companion fetch" in failure["hint"]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_address_of_a_file_names_a_file(bare: Cli, folder: Path, command: tuple[str, ...], profile: Path) -> None:
    path = script(folder / "harbour notes.run", "#!/bin/sh\nexit 0\n")
    # By rules that no program of this machine is about.
    rules = () if command == ("identify",) else ("--profile", profile)
    assert bare(*command, path.as_uri(), *rules, "--json").code == 0
    bare(*command, (folder / "gone.run").as_uri(), "--json").error(2, "file-missing")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("word", ["", " ", "\t"])
def test_an_empty_name_is_missing(bare: Cli, command: tuple[str, ...], word: str) -> None:
    failure = bare(*command, word, "--json").error(2, "usage")
    assert "is empty" in failure["message"]


def test_one_file_is_installed_at_a_time(bare: Cli, folder: Path) -> None:
    first = script(folder / "a.run", f"#!/bin/sh\ntouch {folder}/ran\n")
    script(folder / "b.run", "#!/bin/sh\nexit 0\n")
    failure = bare("install", first, folder / "b.run", "--json").error(2, "usage")
    assert failure["message"] == "One file is installed at a time; b.run is one too many."
    assert not (folder / "ran").exists()


def test_what_is_neither_a_file_nor_an_order_is_told_so_without_a_store(bare: Cli) -> None:
    failure = bare("install", "setup", "--json").error(2, "no-store")
    assert failure["message"].startswith("There is no file “setup” here, and no store is known")


def test_what_the_file_itself_forbids_is_not_to_be_closed(bare: Cli, folder: Path, profile: Path) -> None:
    (folder / "setup.exe").write_bytes(program(sections=[(b".text", b"code")]))
    failure = bare("install", "setup.exe", "--profile", profile, "--json").json["error"]
    assert failure["code"] == "blocked"
    assert "close-blockers" not in failure["hint"]
    assert failure["hint"].startswith("Get the installer for this PC from its maker")
