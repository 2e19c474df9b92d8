"""What an installation leaves to a later run: kept away until the restart, then checked and put back."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.installation.autostart_holds import BY_HAND
from companion.domain.installation.recovery import RecoveryStatus
from companion.domain.pc.facts import AutostartKind
from companion.services.app.instance.launch_command import start_command
from companion.services.installation.recovery import Recovery
from companion.services.platforms.linux.platform import linux as linux_services
from tests.kits.linux import autostart, booted
from tests.kits.waiting import until

COMMAND = ("/opt/companion", "--home", "/home/anna/c o m")


class Pc:
    """A person's PC over several starts of the app, and over restarts."""

    def __init__(self, home: Path, state: Path) -> None:
        self.home, self.state = home, state
        self.now = dt.datetime.now(dt.UTC)
        self.steps: list[str] = []
        self.run: str | None = "first"

    def app(self) -> Recovery:
        """The app, started anew."""
        return Recovery(self.state, booted(self.run), lambda: self.now, self._note, COMMAND)

    def _note(self, entry):
        self.steps.append(entry.event)

    def hold(self, app: Recovery, job: str) -> None:
        app.hold([entry for entry in linux_services().autostart.entries().value if entry.name == "MailHelper"], job)

    @property
    def once(self) -> Path:
        return self.home / ".config/autostart/companion-once.desktop"

    def held(self) -> bool:
        entries = {
            e.name: e for e in linux_services().autostart.entries().value if e.kind is AutostartKind.XDG_AUTOSTART
        }
        return not entries["MailHelper"].enabled


@pytest.fixture
def pc(linux, home, tmp_path):
    autostart(home, "MailHelper", "/opt/outlook")
    return Pc(home, tmp_path / "state")


@pytest.fixture
def proof(tmp_path):
    return tmp_path / "installed.ini"


def waits_for_restart(pc: Pc, proof: Path) -> None:
    """An installation whose installer asked for a restart, and the app is quit."""
    app = pc.app()
    pc.hold(app, "lantern")
    app.begin("lantern", "LF-1", "Lantern", [str(proof)])
    app.needs_restart("lantern")
    app.leave()


def test_it_stays_away_until_the_restart_and_is_put_back_after_it(pc, proof):
    waits_for_restart(pc, proof)
    assert pc.held()
    assert 'Exec="/opt/companion" "--home" "/home/anna/c o m"' in pc.once.read_text()

    # Started anew without a restart: nothing changes, however often.
    for _ in range(3):
        found = pc.app().recover()
        assert [each.standing for each in found.installations] == [RecoveryStatus.WAITS]
        pc.app().leave()
        assert pc.held()
        assert pc.once.exists()

    pc.run = "second"
    proof.touch()
    found = pc.app().recover()
    (installation,) = found.installations
    assert (installation.standing, installation.proven, installation.missing) == (RecoveryStatus.RESTARTED, True, ())
    assert installation.number == "LF-1"
    assert found.restored.restored == ("MailHelper",)
    assert not pc.held()
    assert not pc.once.exists()
    assert pc.steps == ["held back", "waits for a restart", "went on after the restart", "put back"]
    assert pc.app().recover().installations == ()


def test_signing_out_and_in_uses_the_entry_up_and_it_is_made_again(pc, proof):
    waits_for_restart(pc, proof)
    pc.once.unlink()
    pc.app().recover()
    assert pc.once.exists()
    pc.once.unlink()
    pc.app().leave()
    assert pc.once.exists()


def test_what_is_missing_after_the_restart_is_found(pc, proof):
    waits_for_restart(pc, proof)
    pc.run = "second"
    (installation,) = pc.app().recover().installations
    assert not installation.proven
    assert installation.missing == (str(proof),)
    assert not pc.held()


def test_a_restart_that_nobody_makes_is_not_waited_for_without_end(pc, proof):
    waits_for_restart(pc, proof)
    pc.now += dt.timedelta(days=13)
    assert pc.app().recover().installations[0].standing is RecoveryStatus.WAITS
    assert pc.held(), "longer than a day, because the restart is what ends it"
    pc.now += dt.timedelta(days=2)
    assert pc.app().recover().installations[0].standing is RecoveryStatus.GIVEN_UP
    assert not pc.held()
    assert not pc.once.exists()


def test_where_runs_of_the_system_cannot_be_told_apart_the_next_start_counts(pc, proof):
    pc.run = None
    waits_for_restart(pc, proof)
    assert pc.app().recover().installations[0].standing is RecoveryStatus.RESTARTED
    assert not pc.held()


def test_what_was_held_by_hand_waits_for_that_restart_too(pc, proof):
    app = pc.app()
    pc.hold(app, BY_HAND)
    app.begin("lantern", "LF-1", "Lantern", [str(proof)])
    app.needs_restart("lantern")
    app.leave()
    pc.now += dt.timedelta(days=3)
    pc.app().recover()
    assert pc.held()
    pc.run = "second"
    pc.app().recover()
    pc.app().put_back()
    assert not pc.held()


def test_what_is_held_over_a_restart_waits_for_the_installation_after_it(pc):
    app = pc.app()
    entries = [entry for entry in linux_services().autostart.entries().value if entry.name == "MailHelper"]
    (held,) = app.hold_over_restart(entries)
    assert (held.entry.name, held.job, pc.held()) == ("MailHelper", BY_HAND, True)
    assert "companion" in pc.once.read_text()
    app.leave()
    pc.run = "second"
    pc.app().recover()
    assert pc.held()
    after = pc.app()
    after.begin("lantern", "LF-1", "Lantern", [])
    after.end("lantern", succeeded=True)
    assert not pc.held()


def test_by_hand_it_can_be_put_back_before_the_restart_but_only_on_purpose(pc, proof):
    waits_for_restart(pc, proof)
    assert pc.app().put_back().restored.restored == ()
    assert pc.held()
    assert pc.app().put_back(give_up=True).restored.restored == ("MailHelper",)
    assert not pc.held()
    assert not pc.once.exists()
    pc.run = "second"
    assert pc.app().recover().installations == ()


def test_a_success_here_and_now_ends_the_hold(pc, proof):
    app = pc.app()
    pc.hold(app, "lantern")
    app.begin("lantern", "LF-1", "Lantern", [str(proof)])
    app.end("lantern", succeeded=True)
    assert not pc.held()
    assert app.recover().installations == ()


def test_a_failure_leaves_it_held_until_the_person_leaves(pc, proof):
    app = pc.app()
    pc.hold(app, "lantern")
    app.begin("lantern", "LF-1", "Lantern", [str(proof)])
    app.end("lantern", succeeded=False)
    assert pc.held()
    app.leave()
    assert not pc.held()


def test_what_is_held_by_hand_outlives_starts_for_a_day(pc):
    pc.hold(pc.app(), BY_HAND)
    pc.app().recover()
    pc.app().leave()
    assert pc.held()
    pc.now += dt.timedelta(hours=25)
    pc.app().recover()
    assert not pc.held()


def test_released_is_only_what_was_held_for_that_job(pc, home):
    autostart(home, "Other", "/opt/other")
    app = pc.app()
    pc.hold(app, "lantern")
    app.hold([entry for entry in linux_services().autostart.entries().value if entry.name == "Other"], "another")
    app.release("another")
    assert [hold.entry.name for hold in app.held()] == ["MailHelper"]


def test_a_restart_while_the_installer_was_at_work_is_noticed(pc, proof):
    app = pc.app()
    pc.hold(app, "lantern")
    app.begin("lantern", "LF-1", "Lantern", [str(proof)])
    pc.run = "second"
    proof.touch()
    (installation,) = pc.app().recover().installations
    assert (installation.standing, installation.proven) == (RecoveryStatus.RESTARTED, True)
    assert not pc.held()


def test_a_damaged_journal_keeps_nothing_away(pc, proof):
    waits_for_restart(pc, proof)
    for path in (pc.state / "underway").iterdir():
        path.write_bytes(b'{"job":')
    pc.app().recover()
    assert not pc.held()
    assert not pc.once.exists()


def test_a_time_line_that_takes_no_notes_does_not_keep_anything_away(pc, proof):
    waits_for_restart(pc, proof)
    pc.run = "second"

    def full(entry):
        raise CompanionError(
            ErrorCode.LIBRARY_NOT_WRITABLE, "Nothing could be saved", "The disk is full.", "Free some space."
        )

    Recovery(pc.state, booted("second"), lambda: pc.now, full, COMMAND).recover()
    assert not pc.held()


def test_where_no_entry_can_be_made_the_wait_goes_on_all_the_same(pc, proof, home):
    pc.once.mkdir(parents=True)  # a folder stands where the entry would be written
    waits_for_restart(pc, proof)
    assert pc.once.is_dir()
    assert pc.held()
    pc.run = "second"
    pc.app().recover()
    assert not pc.held()


CHILD = """
import datetime as dt, sys, threading
from pathlib import Path
from companion.services.installation.recovery import Recovery
from companion.services.platforms.linux.platform import linux as linux_services

state, proof, until = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
linux = linux_services()
app = Recovery(state, linux, lambda: dt.datetime.now(dt.UTC), lambda entry: None, ["/opt/companion"])
app.hold([entry for entry in linux.autostart.entries().value if entry.name == "MailHelper"], "lantern")
app.begin("lantern", "LF-1", "Lantern", [proof])
if until == "restart":
    app.needs_restart("lantern")
print(until, flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("moment", ["at work", "restart"])
def test_killed_in_between_the_next_run_knows(pc, proof, linux, moment):
    """Another run that lives is left in peace; one that was killed is continued."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, pc.state, proof, moment], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline().strip().decode() == moment
        # The child looks at the real system, so this run of the app does as well.
        app = Recovery(pc.state, linux, lambda: pc.now, pc._note, COMMAND)
        standing = app.recover().installations[0].standing
        assert standing is (RecoveryStatus.RUNNING if moment == "at work" else RecoveryStatus.WAITS)
        assert pc.held()
        os.kill(child.pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{child.pid}").exists())
    found = app.recover()
    if moment == "at work":
        assert found.installations[0].standing is RecoveryStatus.CUT_OFF
        assert found.restored.restored == ("MailHelper",)
        return
    assert found.installations[0].standing is RecoveryStatus.WAITS
    assert pc.held()
    pc.run = "another run of the system"
    assert pc.app().recover().installations[0].standing is RecoveryStatus.RESTARTED
    assert not pc.held()


def test_the_command_starts_this_program_with_its_folder(tmp_path):
    from companion.services.app.paths import app_folders

    words = start_command(app_folders(tmp_path / "c o m"), tray=False)
    assert words[1:] == ("-m", "companion", "--home", str(tmp_path / "c o m"))
    assert start_command(app_folders(None), tray=True)[1:] == ("-m", "companion", "--tray")
