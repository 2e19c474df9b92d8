"""``companion fetch``."""

from __future__ import annotations

from pathlib import Path

from companion.cli.commands.downloads.results import FetchResult
from tests.kits.cli import Cli
from tests.kits.faulty_server import FaultyServer, Reply


def test_any_file_is_fetched_and_proven(cli: Cli, tmp_path: Path) -> None:
    digest = "040238648d7a900fb718ca9b2d6aa2b7ba5e9ba3775062171a7c9665b910ff83"
    ran = cli("fetch", f"{cli.url}/v1/probe", "--to", tmp_path, "--name", "p.bin", "--sha256", digest.upper(), "--json")
    done = ran.shown(FetchResult)
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


def test_the_most_bytes_can_be_given(cli: Cli, tmp_path: Path) -> None:
    told = cli("fetch", f"{cli.url}/v1/probe", "--to", tmp_path / "to", "--max-size", 65535, "--json")
    told.error(1, "too-long")
    with FaultyServer(b"", lambda _: Reply(chunked=True, endless=True)) as server:
        found = cli("fetch", server.url(), "--to", tmp_path / "to", "--max-size", 10**6, "--json")
    assert "1.0 MB" in found.error(1, "too-long")["message"]
    assert list((tmp_path / "to").iterdir()) == []
    assert cli("fetch", f"{cli.url}/v1/probe", "--to", tmp_path / "to", "--max-size", 65536).code == 0
