"""``companion put-back``."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from companion.cli.commands.pc.close_blockers import CloseBlockersResult
from companion.cli.commands.pc.install_result import InstallResult
from companion.cli.commands.pc.preflight_check import PreflightResult
from companion.cli.commands.pc.put_back import PutBackResult
from companion.domain.installation.recovery import RecoveryStatus
from companion.domain.installation.relaunch import RelaunchOutcome
from companion.domain.pc.closing import Relaunch
from companion.domain.store.profile import ExitMeaning
from companion.services.installation.relaunch import Relauncher
from companion.services.platforms import current
from tests.kits.cli import FAMILY, Cli
from tests.kits.linux import Mail, Programs, alive
from tests.kits.waiting import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")


def test_held_shown_and_put_back_by_hand(bare: Cli, profile: Path, mail: Mail) -> None:
    ran = bare("close-blockers", "--profile", profile, "--hold", "--yes", "--look-out", "0", "--json")
    shown = ran.shown(CloseBlockersResult)
    assert ran.code == 0
    assert [hold.entry.name for hold in shown.held_back] == ["MailHelper"]
    assert not alive(mail.pid)
    assert mail.held
    looked = bare("preflight", "--profile", profile, "--json").shown(PreflightResult)
    assert [hold.entry.name for hold in looked.held_back] == ["MailHelper"]
    said = bare("preflight", "--profile", profile).out
    assert "Kept from starting since" in said
    assert "companion put-back" in said
    back = bare("put-back", "--json")
    assert back.code == 0
    assert back.shown(PutBackResult).restored.restored == ("MailHelper",)
    assert mail.as_before
    assert bare("put-back").out.strip() == "There is nothing to restore."


def test_what_was_closed_is_opened_again_or_left_closed(bare: Cli, programs: Programs, home: Path) -> None:
    program = Relaunch(name="Test Mail", arguments=(str(programs.folder / "test-mail"), "3600"))
    os.kill(programs.start("test-mail"), signal.SIGKILL)
    relauncher = Relauncher(bare.home / "closed", current(), lambda: dt.datetime.now(dt.UTC))
    relauncher.remember([program])
    assert bare("put-back", "--keep-closed", "--json").shown(PutBackResult).reopened == ()
    assert bare("put-back", "--json").shown(PutBackResult).reopened == ()
    relauncher.remember([program])
    again = bare("put-back", "--json")
    assert again.code == 0
    assert [each.ending for each in again.shown(PutBackResult).reopened] == [RelaunchOutcome.OPENED]
    until(lambda: len(programs.running("test-mail")) == 1)
    programs.end_all()
    relauncher.remember([program])
    (programs.folder / "test-mail").unlink()
    gone = bare("put-back")
    assert gone.code == 1
    assert "its file is no longer there" in gone.out


@pytest.mark.slow
@pytest.mark.parametrize("then", ["put-back", "install"])
def test_killed_in_between_the_next_command_puts_it_back(shop: Cli, mail: Mail, then: str) -> None:
    """The process that holds and closes is killed while it looks out for what comes back."""
    words = [sys.executable, "-m", "companion", "--home", str(shop.home), "--store", str(shop.url)]
    words += ["install", FAMILY, "--hold", "--yes", "--look-out", "600", "--progress", "json", "--password-stdin"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as app:
        assert app.stdin is not None
        assert app.stderr is not None
        app.stdin.write(shop.password(FAMILY).encode() + b"\n")
        app.stdin.flush()
        for line in app.stderr:
            if b'"watching"' in line:
                break
        app.kill()
    assert mail.held
    assert not alive(mail.pid)
    if then == "install":
        assert shop.opened(FAMILY, "install", FAMILY, "--json").code == 0
    else:
        assert shop("put-back", "--json").shown(PutBackResult).restored.restored == ("MailHelper",)
    assert mail.as_before


@pytest.fixture
def restarting(document: dict[str, object]) -> None:
    """The store's installer ends with a number that means: restart the PC."""
    document["exitCodes"] = [
        {"code": 0, "meaning": "restart", "sentence": "Almost done.", "hint": "Restart the PC when it suits you."}
    ]


def test_a_restart_is_waited_for(restarting: None, shop: Cli, mail: Mail, home: Path) -> None:
    ran = shop.opened(FAMILY, "install", FAMILY, "--hold", "--yes", "--look-out", "0", "--json")
    shown = ran.shown(InstallResult)
    assert ran.code == 0
    assert shown.result is not None
    assert shown.result.outcome.meaning is ExitMeaning.RESTART
    assert [hold.entry.name for hold in shown.still_held] == ["MailHelper"]
    once = home / ".config/autostart/companion-once.desktop"
    assert str(shop.home) in once.read_text()
    back = shop("put-back", "--json")
    assert back.code == 1
    assert [found.standing for found in back.shown(PutBackResult).installations] == [RecoveryStatus.WAITS]
    assert mail.held
    assert "A restart completes the installation" in shop("put-back").out
    assert shop("put-back", "--now", "--json").code == 0
    assert mail.as_before
    assert not once.exists()
    assert "stopped waiting for the restart" in shop.timeline()
