"""What commands leave on the disk: private, through no link; and what they show where nothing can be written."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.cli.parser import COMMANDS
from tests.kits.cli import FAMILY, Cli

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and mounts of POSIX")

NOT_RUN = {
    "install": "runs an installer",
    "close-blockers": "ends programs of the person who runs the tests",
    "demo": "has a folder of its own",
    "store": "has a folder of its own",
    "uninstall-data": "removes everything",
    "update": "asks a server outside of this PC",
}
"""Commands that the scripted run leaves out, and why."""


def scripted(cli: Cli, folder: Path) -> list[list[object]]:
    """Returns the words of a run through every command, with the files that each one can write."""
    mail = folder / "mail.eml"
    mail.write_text(
        "From: shop@shop.example\nSubject: Your order 1842\nDate: Fri, 8 Jan 2027 09:00:00 +0000\n\n"
        "Thank you for buying Harbour Suite.\nOrder number: 1842\nTotal: 59.95 USD\n"
    )
    return [
        ["orders", "list"],
        ["orders", "show", FAMILY],
        ["orders", "reset-password", FAMILY],
        ["licences"],
        ["seats", FAMILY],
        ["auto-renew", FAMILY, "off", "--password-stdin", "--yes"],
        ["receipts", FAMILY, "--to", folder / "receipts.json", "--pdf", folder / "receipts.pdf"],
        ["reminders", "--ics", folder / "dates.ics"],
        ["download", FAMILY, "--password-stdin"],
        ["extend", FAMILY],
        ["fetch", "https://127.0.0.1:9/x", "--to", folder / "fetched"],
        ["unfinished"],
        ["verify", mail, "--sha256", "0" * 64],
        ["preflight"],
        ["identify", mail],
        ["put-back"],
        ["money", FAMILY, "--password-stdin"],
        ["invoice", FAMILY, "--password-stdin", "--pdf", folder / "invoice.pdf"],
        ["shipping", FAMILY],
        ["backup-media", FAMILY],
        ["returns", FAMILY],
        ["support"],
        ["help-search", "install"],
        ["keychain"],
        ["quit"],
        ["case-file", FAMILY, "--password-stdin", "--to", folder / "case.json"],
        ["add", mail, "--yes"],
        ["purchases", "new", "--product", "Tool", "--order", "18", "--expires", "2028-01-08"],
        ["purchases", "list"],
        ["stores", "add", "https://shop.example"],
        ["stores", "list"],
        ["directory", "list"],
    ]


@pytest.mark.slow
# Receipts are drawn by an application of Qt, which this process keeps: that of the other tests has to be there before.
@pytest.mark.usefixtures("qapp")
def test_everything_that_commands_write_is_private(cli: Cli, tmp_path: Path) -> None:
    cli.home.mkdir()
    cli.home.chmod(0o755)
    given = tmp_path / "given"
    given.mkdir()
    script = scripted(cli, given)
    assert {str(words[0]) for words in script} | set(NOT_RUN) >= set(COMMANDS), "a command is not in the script"
    before = os.umask(0)
    try:
        (given / "mail.eml").chmod(0o600)
        cli.add(FAMILY)
        for words in script:
            ran = cli(*words, stdin=cli.password(FAMILY) + "\n")
            assert "mistake in the program" not in ran.err, (words, ran.err)
    finally:
        os.umask(before)
    written = {path: stat.S_IMODE(path.stat().st_mode) for root in (cli.home, given) for path in root.rglob("*")}
    names = {path.name for path in written}
    assert {"library.db", "companion.log", "dates.ics", "case.json", "receipts.jsonl", "invoice.pdf", "copies"} <= names
    assert {str(path.relative_to(tmp_path)): oct(mode) for path, mode in written.items() if mode & 0o077} == {}
    assert stat.S_IMODE(cli.home.stat().st_mode) == 0o755, "a folder of the person's is left as it is"


@pytest.mark.parametrize("name", ["case.txt", ".case.txt.new", ".case.txt.tmp"])
def test_a_link_in_the_way_of_a_file_is_never_followed(cli: Cli, tmp_path: Path, name: str) -> None:
    cli.add(FAMILY)
    target = tmp_path / "target"
    target.write_text("untouched")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / name).symlink_to(target)
    assert cli("case-file", FAMILY, "--to", folder / "case.txt").code == 0
    assert target.read_text() == "untouched"
    assert not (folder / "case.txt").is_symlink()
    assert "orders" in (folder / "case.txt").read_text().lower()


# Where nothing can be written


@pytest.fixture
def disk(bare: Cli) -> Iterator[Path]:
    """The home of commands on a small disk of its own; only root may mount one."""
    bare.home.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=16m", "companion-test", str(bare.home)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield bare.home
    subprocess.run(["umount", "-l", str(bare.home)], check=True)


def fill_up(home: Path) -> None:
    with (home / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def read_only(home: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)


SHOWN = (["orders", "list"], ["licences"], ["reminders"], ["receipts", FAMILY], ["purchases", "list"])


@pytest.mark.parametrize("close", [fill_up, read_only])
def test_where_nothing_can_be_written_commands_show_what_is_known(
    disk: Path, cli: Cli, close: Callable[[Path], None]
) -> None:
    cli.add(FAMILY)
    assert cli("auto-renew", FAMILY, "off", "--yes", "--password-stdin", stdin=cli.password(FAMILY) + "\n").code == 0
    cli("purchases", "list")
    before = {str(words): cli(*words, "--json") for words in SHOWN}
    close(disk)
    for words in SHOWN:
        ran = cli(*words, "--json")
        assert (ran.code, ran.json.keys()) == (before[str(words)].code, before[str(words)].json.keys()), ran.err
        said = cli(*words)
        assert said.err.count("Nothing can be saved at present") == 1, (words, said.err)
        assert FAMILY in said.out or "Lantern" in said.out or words[0] == "reminders", (words, said.out)
    assert {before[str(words)].code for words in SHOWN if words[0] != "licences"} == {0}
    refused = cli("purchases", "new", "--product", "Tool", "--order", "18", "--json").error(1, "library-not-writable")
    assert "Nothing was changed" in refused["message"]
    subprocess.run(["mount", "-o", "remount,rw,size=32m", str(disk)], check=True)
    assert "Nothing can be saved" not in cli("orders", "list").err
