"""``companion preflight``."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from companion.cli.commands.pc.preflight_check import PreflightResult
from companion.domain.pc.finding import Severity
from tests.kits.cli import Cli
from tests.kits.directory import maker_data
from tests.kits.linux import Programs, alive

PAGE = "https://www.harbour.example/help"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")


def test_what_is_in_the_way_is_named(bare: Cli, profile: Path, programs: Programs) -> None:
    clear = bare("preflight", "--profile", profile, "--json")
    assert clear.code == 0
    assert not clear.shown(PreflightResult).blocked
    program = programs.start("test-mail")
    ran = bare("preflight", "--profile", profile, "--json")
    assert ran.code == 1
    row = next(row for row in ran.shown(PreflightResult).findings if row.severity is Severity.BLOCKS)
    assert row.rule_id == "mail"
    assert program in row.pids
    text = bare("preflight", "--profile", profile)
    assert text.out.startswith("Blocks: Test Mail")
    assert "Setup replaces a part of it." in text.out
    download = bare("preflight", "--profile", profile, "--stage", "download", "--json").shown(PreflightResult)
    assert all(row.rule_id != "mail" for row in download.findings)
    assert not bare.home.exists(), "looking leaves nothing behind"


def test_watching_ends_when_nothing_is_in_the_way(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    ender = threading.Timer(0.3, os.kill, (program, signal.SIGTERM))
    ender.start()
    ran = bare("preflight", "--profile", profile, "--watch", "--json", "--progress", "json")
    ender.join()
    assert ran.code == 0
    assert not ran.shown(PreflightResult).blocked
    assert json.loads(ran.err.splitlines()[0])["blocked"] is True


def test_the_stores_own_profile_is_used(cli: Cli) -> None:
    found = cli("preflight", "--stage", "download", "--json").shown(PreflightResult)
    assert "clock" in {row.id for row in found.findings}, "the store was asked for its time"
    assert (cli.home / "library.db").exists()


def test_what_a_store_says_nothing_about_is_checked_by_the_rules_for_any_maker(
    bare: Cli, profile: Path, programs: Programs
) -> None:
    program = programs.start("soffice.bin")
    found = bare("preflight", "--profile", profile, "--json").shown(PreflightResult)
    (row,) = (row for row in found.findings if row.rule_id == "libreoffice" and program in row.pids)
    assert row.severity is not Severity.BLOCKS
    assert not found.blocked
    closed = bare("close-blockers", "--profile", profile, "--yes", "--json")
    assert closed.code == 0, "the store asks for nothing of it: it is neither asked about nor in the way"
    assert alive(program)


def test_the_rules_that_the_directory_has_of_a_maker_are_checked(bare: Cli, programs: Programs) -> None:
    """A purchase of a shop without a profile was checked against nothing of its maker's."""
    bare.url = None
    assert bare("purchases", "new", "--product", "Harbour Suite", "--order", "18").code == 0
    folder = bare.home / "directory"
    folder.mkdir(exist_ok=True)
    blocking = [{"platform": "linux", "programs": ["harbour-mail"], "why": "It keeps files open.", "source": PAGE}]
    (folder / "harbour.json").write_text(json.dumps(maker_data(blockingPrograms=blocking)))
    clear = bare("preflight", "--purchase", "harbour", "--json").shown(PreflightResult)
    assert not any(row.rule_id and row.rule_id.startswith("directory-") for row in clear.findings)
    program = programs.start("harbour-mail")
    found = bare("preflight", "--purchase", "harbour", "--json").shown(PreflightResult)
    row = next(row for row in found.findings if row.rule_id == "directory-harbour-works-0")
    assert program in row.pids
    assert row.severity is Severity.UNKNOWN, "a name alone proves no program; it never blocks by itself"
    assert "It keeps files open." in bare("preflight", "--purchase", "18").out
    bare("preflight", "--purchase", "nothing of the kind", "--json").error(1, "no-purchase")
