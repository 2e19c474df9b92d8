"""``companion download``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from companion.cli.commands.downloads.results import FetchResult
from tests.kits.cli import EXPIRED, FAMILY, Cli


def test_a_purchase_is_downloaded_verified_and_found_again(cli: Cli, artifact: bytes) -> None:
    cli.add(FAMILY)
    ran = cli.opened(FAMILY, "download", FAMILY, "--json")
    done = ran.shown(FetchResult)
    assert ran.code == 0
    assert done.verified
    assert done.order_number == FAMILY
    assert Path(done.path).read_bytes() == artifact
    assert done.sha256 == hashlib.sha256(artifact).hexdigest()
    again = cli.opened(FAMILY, "download", FAMILY)
    assert "nothing had to be fetched" in again.out
    assert "Do not rename it" in again.out


def test_a_purchase_goes_where_it_was_asked_to(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    done = cli.opened(FAMILY, "download", FAMILY, "lantern-protect-linux", "--to", tmp_path / "here", "--json")
    assert Path(done.shown(FetchResult).path).parent == tmp_path / "here"


def test_a_folder_that_cannot_take_the_file(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    (tmp_path / "file").write_text("not a folder")
    failure = cli.opened(FAMILY, "download", FAMILY, "--to", tmp_path / "file", "--json").error(1, "folder")
    assert "another folder" in failure["hint"]


def test_downloads_that_are_not_there(cli: Cli) -> None:
    cli.add(FAMILY, EXPIRED)
    cli.opened(FAMILY, "download", FAMILY, "nothing", "--json").error(1, "artifact-unknown")
    assert cli.opened(EXPIRED, "download", EXPIRED, "--json").code == 1
    cli("download", "LF-0000-0000", "--json").error(1, "order-unknown")


def test_progress_comes_as_lines_on_the_other_stream(cli: Cli) -> None:
    cli.add(FAMILY)
    ran = cli.opened(FAMILY, "download", FAMILY, "--json", "--progress", "json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert lines[-1]["state"] == "done"
    assert lines[-1]["done"] == ran.shown(FetchResult).size
