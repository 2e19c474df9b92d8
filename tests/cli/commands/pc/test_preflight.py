"""``companion preflight``, ``close-blockers`` and ``install``, with real programs in the way."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from companion.cli.commands.pc.check import Looked
from companion.cli.commands.pc.close_blockers import BlockersClosed
from companion.cli.commands.pc.install import Installed
from companion.domain.pc.finding import Severity
from companion.services.app.resources import resource
from tests.kits.cli import FAMILY, Cli
from tests.kits.linux import Programs, alive

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A vendor profile whose only rules are about programs of this test."""
    document = json.loads(resource("profiles/larkfield.json").read_bytes())
    document["blockers"] = [
        {
            "id": "mail",
            "name": "Test Mail",
            "kind": "mail",
            "severity": "blocks",
            "stages": ["install"],
            "why": "Setup replaces a part of it.",
            "forceRisk": "A letter that is being written would be lost.",
            "matches": [{"platform": "linux", "names": ["test-mail"], "pathContains": [str(tmp_path)]}],
        }
    ]
    document["requirements"] = []
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(document))
    return path


def test_what_is_in_the_way_is_named(bare: Cli, profile: Path, programs: Programs) -> None:
    clear = bare("preflight", "--profile", profile, "--json")
    assert clear.code == 0
    assert not clear.shown(Looked).blocked
    program = programs.start("test-mail")
    ran = bare("preflight", "--profile", profile, "--json")
    assert ran.code == 1
    row = next(row for row in ran.shown(Looked).findings if row.severity is Severity.BLOCKS)
    assert row.rule_id == "mail"
    assert program in row.pids
    text = bare("preflight", "--profile", profile)
    assert text.out.startswith("In the way: Test Mail")
    assert "Setup replaces a part of it." in text.out
    download = bare("preflight", "--profile", profile, "--stage", "download", "--json").shown(Looked)
    assert all(row.rule_id != "mail" for row in download.findings)
    assert not bare.home.exists(), "looking leaves nothing behind"


def test_watching_ends_when_nothing_is_in_the_way(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    ender = threading.Timer(0.3, os.kill, (program, signal.SIGTERM))
    ender.start()
    ran = bare("preflight", "--profile", profile, "--watch", "--json", "--progress", "json")
    ender.join()
    assert ran.code == 0
    assert not ran.shown(Looked).blocked
    assert json.loads(ran.err.splitlines()[0])["blocked"] is True


def test_the_stores_own_profile_is_used(cli: Cli) -> None:
    found = cli("preflight", "--stage", "download", "--json").shown(Looked)
    assert "clock" in {row.id for row in found.findings}, "the store was asked for its time"
    assert (cli.home / "library.db").exists()


def test_nothing_is_closed_without_consent(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    bare("close-blockers", "--profile", profile, "--json").error(1, "not-confirmed")
    told = bare("close-blockers", "--profile", profile, "--force")
    assert "A letter that is being written would be lost." in told.err, "the risk is named before anybody agrees"
    assert alive(program)


def test_blockers_are_closed_and_proven_gone(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    ran = bare("close-blockers", "--profile", profile, "--yes", "--look-out", "0", "--json", "--progress", "json")
    shown = ran.shown(BlockersClosed)
    assert ran.code == 0
    assert shown.programs == ("Test Mail",)
    assert shown.closed is not None
    assert program in shown.closed.gone
    assert not alive(program)
    steps = [json.loads(line)["step"] for line in ran.err.splitlines()]
    assert steps[0] == "asking"
    nothing = bare("close-blockers", "--profile", profile, "--yes")
    assert nothing.code == 0
    assert "nothing to close" in nothing.out


def test_installing_needs_the_file(cli: Cli) -> None:
    cli.add(FAMILY)
    failure = cli.opened(FAMILY, "install", FAMILY, "--json").error(1, "not-downloaded")
    assert f"companion download {FAMILY}" in failure["hint"]


def test_an_installer_is_run_and_its_end_explained(cli: Cli) -> None:
    cli.add(FAMILY)
    path = json.loads(cli.opened(FAMILY, "download", FAMILY, "--json").out)["path"]
    ran = cli.opened(FAMILY, "install", FAMILY, "--json")
    shown = ran.shown(Installed)
    if shown.error is not None:  # another program of this machine is in the way, which must be said
        assert ran.code == 1
        assert shown.error.code in ("blocked", "installer-blocked")
        return
    assert ran.code == 0
    assert shown.result is not None
    assert shown.result.proven
    assert shown.seat_taken
    size = Path(path).stat().st_size
    Path(path).write_bytes(b"#!/bin/sh\n" + b"#" * (size - 10))
    cli.opened(FAMILY, "install", FAMILY, "--json").error(1, "file-damaged")
