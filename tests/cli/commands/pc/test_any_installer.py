"""``companion preflight`` and ``close-blockers`` without any store: the rules for installers of any maker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from companion.cli.commands.pc.close_blockers import CloseBlockersResult
from companion.cli.commands.pc.preflight_check import PreflightResult
from companion.domain.pc.finding import Severity
from tests.kits.cli import Cli
from tests.kits.linux import Programs
from tests.kits.windows_files import program, version

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep"),
    # Some of them bear the name of a package tool.
    pytest.mark.usefixtures("package_tools"),
]


def rows(found: PreflightResult) -> dict[str | None, Severity]:
    return {row.rule_id: row.severity for row in found.findings if row.rule_id}


def test_what_may_block_is_warned_of_and_closed_when_asked(bare: Cli, programs: Programs) -> None:
    pid = programs.start("thunderbird")
    ran = bare("preflight", "--json")
    assert ran.code == 0, (ran.out, ran.err)
    found = ran.shown(PreflightResult)
    assert not bare.home.exists(), "looking leaves nothing behind"
    row = next(row for row in found.findings if row.rule_id == "thunderbird")
    assert row.severity is Severity.UNKNOWN, "a copy in a temporary folder is no certain match"
    assert pid in row.pids
    closed = bare("close-blockers", "--yes", "--look-out", 0, "--json")
    assert closed.code == 1, "only the person can tell that it is Thunderbird"
    assert closed.shown(CloseBlockersResult).unknown


def test_another_installation_blocks_and_is_not_cut_off(bare: Cli, programs: Programs) -> None:
    programs.start("dpkg")
    found = bare("preflight", "--json").shown(PreflightResult)
    row = next(row for row in found.findings if row.rule_id == "installer-linux")
    assert "Only one installation can run at a time." in row.explanation
    assert [remedy.title for remedy in row.remedies] == ["Wait until it has finished"]
    assert bare("close-blockers", "--yes", "--look-out", 0, "--json").shown(CloseBlockersResult).programs == ()


def test_the_file_itself_is_looked_at(bare: Cli, tmp_path: Path) -> None:
    windows = tmp_path / "setup.exe"
    windows.write_bytes(program(resources={16: {1: version({"ProductName": "Harbour Suite"})}}))
    ran = bare("preflight", "--for", windows, "--json")
    assert ran.code == 1
    first = ran.shown(PreflightResult).findings[0]
    assert (first.id, first.severity) == ("file-fits", Severity.BLOCKS)
    assert first.explanation == "It does not run on this PC: it is made for Windows with x86 processors."
    script = tmp_path / "harbour.run"
    script.write_text("#!/bin/sh\nexit 0\n")
    found = bare("preflight", "--for", script, "--json")
    assert found.code == 0
    assert "file" in {row.id for row in found.shown(PreflightResult).findings}
    bare("preflight", "--for", tmp_path / "gone.run", "--json").error(2, "file-missing")


def test_a_file_that_needs_more_space_than_is_free_blocks(bare: Cli, profile: Path, tmp_path: Path) -> None:
    script = tmp_path / "harbour.run"
    script.write_text("#!/bin/sh\n\techo Uncompressed size: 900000000000 KB\nexit 0\n")
    free = bare("identify", script, "--json").json
    assert free["spaceNeeded"] == 900_000_000_000 << 10
    assert 0 < free["spaceFree"] < free["spaceNeeded"]
    assert free["spaceOn"] == "the disk of your programs"
    for options in ((), ("--profile", profile)):
        ran = bare("preflight", "--for", script, *options, "--json")
        assert ran.code == 1
        rows = {row.id: row for row in ran.shown(PreflightResult).findings}
        assert rows["space"].severity is Severity.BLOCKS
        assert "922 TB are needed." in rows["space"].explanation
        assert "It needs 922 TB; " in rows["file"].explanation
    refused = bare("install", script, "--profile", profile, "--json")
    assert refused.json["error"]["code"] == "blocked"
