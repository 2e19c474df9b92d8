"""The directory on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from companion.cli.commands.directory.list import DirectoryResult
from tests.kits.cli import Cli
from tests.kits.directory import maker_data


def test_the_shipped_directory_is_listed_with_its_pages(bare: Cli) -> None:
    ran = bare("directory", "list", "--json")
    found = ran.shown(DirectoryResult)
    assert (ran.code, found.problems) == (0, ())
    assert {maker.name for maker in found.makers} >= {"JetBrains", "Paddle"}
    assert found.folder == str(bare.home / "directory")


def test_a_file_that_cannot_be_used_is_named_and_the_others_stay(bare: Cli) -> None:
    folder = bare.home / "directory"
    folder.mkdir(parents=True)
    (folder / "bad.json").write_text(json.dumps(maker_data(returns={"days": "many"})))
    (folder / "good.json").write_text(json.dumps(maker_data()))
    ran = bare("directory", "list")
    assert "Left out: bad.json cannot be used: field returns.days" in ran.out
    assert "Harbour Works" in ran.out
    assert "JetBrains" in ran.out


def test_a_file_is_checked(bare: Cli, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(maker_data()))
    assert bare("directory", "check", path, "--json").json["maker"] == "Harbour Works"
    path.write_text(json.dumps(maker_data(name=None)))
    ran = bare("directory", "check", path, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "bad-directory-file")
    assert bare("directory", "check", tmp_path / "none.json").code == 1


def test_a_purchase_typed_by_hand_learns_its_maker_and_page(bare: Cli) -> None:
    folder = bare.home / "directory"
    folder.mkdir(parents=True)
    (folder / "good.json").write_text(json.dumps(maker_data()))
    new = bare("purchases", "new", "--product", "Harbour Suite", "--bought", "2027-01-08", "--json").json
    assert (new["maker"], new["managePage"]) == ("Harbour Works", "https://my.harbour.example/")
    sources = {fact["field"]: fact["source"] for fact in new["facts"]}
    assert sources["maker"] == {"kind": "directory", "name": "Harbour Works"}
    assert new["conflicts"] == []
