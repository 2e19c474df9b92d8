"""``companion download``, ``extend``, ``fetch`` and ``verify``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from companion.cli.commands.downloads.download import Checked, Extended, FileFetched
from tests.kits.cli import CLOSED, EXPIRED, FAMILY, Cli


@pytest.fixture
def artifact(cli: Cli, tmp_path: Path) -> bytes:
    """The file the demo store offers."""
    (path,) = (tmp_path / "store" / "artifacts").iterdir()
    return path.read_bytes()


def test_a_purchase_is_downloaded_verified_and_found_again(cli: Cli, artifact: bytes) -> None:
    cli.add(FAMILY)
    ran = cli.opened(FAMILY, "download", FAMILY, "--json")
    done = ran.shown(FileFetched)
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
    assert Path(done.shown(FileFetched).path).parent == tmp_path / "here"


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


def test_a_closed_window_is_explained_and_opened_again(cli: Cli) -> None:
    cli.add(CLOSED)
    failure = cli.opened(CLOSED, "download", CLOSED, "--json").error(1, "window-closed")
    assert f"companion extend {CLOSED}" in failure["hint"]
    assert "4 days ago" in failure["message"]
    extended = cli.opened(CLOSED, "extend", CLOSED, "--json").shown(Extended)
    assert extended.extension.status.value == "granted"
    assert cli.opened(CLOSED, "download", CLOSED, "--json").shown(FileFetched).verified
    cli.opened(CLOSED, "extend", CLOSED, "--json")
    refused = cli.opened(CLOSED, "extend", CLOSED)
    assert refused.code in (0, 1)
    assert "Traceback" not in refused.err


def test_progress_comes_as_lines_on_the_other_stream(cli: Cli) -> None:
    cli.add(FAMILY)
    ran = cli.opened(FAMILY, "download", FAMILY, "--json", "--progress", "json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert lines[-1]["state"] == "done"
    assert lines[-1]["done"] == ran.shown(FileFetched).size


def test_any_file_is_fetched_and_proven(cli: Cli, tmp_path: Path) -> None:
    digest = "040238648d7a900fb718ca9b2d6aa2b7ba5e9ba3775062171a7c9665b910ff83"
    ran = cli("fetch", f"{cli.url}/v1/probe", "--to", tmp_path, "--name", "p.bin", "--sha256", digest.upper(), "--json")
    done = ran.shown(FileFetched)
    assert done.verified
    assert Path(done.path) == tmp_path / "p.bin"
    wrong = cli("fetch", f"{cli.url}/v1/probe", "--to", tmp_path, "--name", "q.bin", "--sha256", "0" * 64, "--json")
    assert wrong.code == 1
    assert not (tmp_path / "q.bin").exists()
    cli("fetch", "http://example.com/x", "--to", tmp_path, "--json").error(2, "unsafe-address")
    assert cli("fetch", f"{cli.url}/nothing", "--to", tmp_path, "--json").code == 3


def test_fetching_needs_no_home(cli: Cli, tmp_path: Path) -> None:
    cli.home.write_text("a file in its place")
    assert cli("fetch", f"{cli.url}/v1/probe", "--to", tmp_path / "to").code == 0
    cli.home.unlink()


def test_a_file_is_checked_and_repaired(cli: Cli, tmp_path: Path, artifact: bytes) -> None:
    cli.add(FAMILY)
    good = Path(cli.opened(FAMILY, "download", FAMILY, "--json").shown(FileFetched).path)
    digest = hashlib.sha256(artifact).hexdigest()
    length = 256 * 1024
    pieces = tmp_path / "pieces.json"
    starts = range(0, len(artifact), length)
    parts = [hashlib.sha256(artifact[start : start + length]).hexdigest() for start in starts]
    pieces.write_text(json.dumps({"length": length, "sha256": parts}))
    options = ["--sha256", digest, "--pieces", pieces]
    assert cli("verify", good, *options, "--json").shown(Checked).ok
    damaged = bytearray(artifact)
    damaged[length + 5] ^= 1
    good.write_bytes(damaged)
    ran = cli("verify", good, *options, "--json")
    assert ran.code == 1
    assert ran.shown(Checked).bad_pieces == (1,)
    assert "--repair" in cli("verify", good, *options).out
    alone = cli("verify", good, "--pieces", pieces, "--json").shown(Checked)
    assert (alone.ok, alone.sha256, alone.bad_pieces) == (False, None, (1,))
    url = f"{cli.url}/v1/probe"
    assert cli("verify", good, *options, "--repair", url, "--json").code != 0, "that address has another file"


def test_what_cannot_be_checked(bare: Cli, tmp_path: Path) -> None:
    bare("verify", tmp_path / "nothing", "--sha256", "0" * 64, "--json").error(1, "missing")
    bare("verify", tmp_path / "nothing", "--json").error(2, "usage")
    bad = tmp_path / "pieces.json"
    bad.write_text("[]")
    file = tmp_path / "file"
    file.write_bytes(b"x")
    bare("verify", file, "--sha256", "0" * 64, "--pieces", bad, "--json").error(2, "bad-file")
