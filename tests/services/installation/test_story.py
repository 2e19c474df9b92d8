"""The failed installation, turned into ten calm minutes, on Linux: refused, explained, closed, kept away, installed."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from companion.domain.pc.closing import Patience
from companion.domain.pc.facts import AutostartKind
from companion.domain.pc.preflight import RemedyKind, can_continue, findings
from companion.domain.store.orders import Grant, Installation
from companion.domain.store.profile import ExitMeaning, Stage
from companion.services.app.cancellation import Cancellation
from companion.services.installation.autostart_holds import AutostartHolds
from companion.services.installation.runner import Installer
from companion.services.pc.checker import Preflight
from companion.services.pc.program_closer import ProgramCloser
from tests.kits.linux import autostart, script
from tests.kits.waiting import until

REFUSES = """#!/bin/sh
for link in /proc/[0-9]*/exe; do
  case "$(readlink "$link")" in FOLDER/*) exit 20 ;; esac
done
touch "$HOME/installed"
"""


def sign_in(linux, programs, home):
    """What a desktop does at log-in: start every enabled entry of the autostart folders."""
    for entry in linux.autostart.entries().value:
        if entry.kind is AutostartKind.XDG_AUTOSTART and entry.enabled:
            name = entry.command.split()[0].rpartition("/")[2]
            programs.start(name)


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_from_the_refusal_to_the_installed_product_and_back(
    linux, programs, requirements, clock, home, tmp_path, profile, name
):
    autostart(home, "MailHelper", f"{programs.folder / name} 3600")
    sign_in(linux, programs, home)
    setup = script(tmp_path / "setup.run", REFUSES.replace("FOLDER", str(programs.folder)))
    content = setup.read_bytes()
    grant = Grant(
        artifact_id="artifact",
        url="https://store.example/a",
        url_expires_at=clock(),
        filename=setup.name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        version="1",
        publisher="Example",
        installation=Installation(proof_paths=("$HOME/installed",)),
    )
    needs, preflight = requirements(programs.rules(name)), Preflight(linux, clock)
    holds = AutostartHolds(tmp_path / "journal", linux.autostart, clock)

    def install():
        return Installer(linux).install(setup, grant, profile, lambda _: None, Cancellation())

    def look():
        return findings(preflight.gather(Stage.INSTALL, needs), needs, Stage.INSTALL, clock(), dt.UTC)

    refused = install()
    assert (refused.exit_code, refused.outcome.meaning) == (20, ExitMeaning.BLOCKED)

    row = look()[0]
    assert "It starts when you sign in: entry *MailHelper*." in row.explanation
    remedy = row.remedies[0]
    assert remedy.kind is RemedyKind.CLOSE_AND_HOLD

    holds.hold(remedy.entries, grant.artifact_id)
    patience = Patience(windows=0.5, session=5, watch=0)
    assert ProgramCloser(linux, patience).close(Stage.INSTALL, needs, lambda _: None, Cancellation()).succeeded
    assert can_continue(look())

    sign_in(linux, programs, home)
    assert programs.running(name) == []
    holds.restore(continuing=[grant.artifact_id])
    assert can_continue(look())

    done = install()
    assert done.succeeded
    assert done.proven

    assert holds.restore().restored == ("MailHelper",)
    sign_in(linux, programs, home)
    until(lambda: programs.running(name))
