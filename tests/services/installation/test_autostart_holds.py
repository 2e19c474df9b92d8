"""Reversible changes: written down first, put back exactly, also after this app was killed in the middle."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.installation.autostart_holds import Restored
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Scope
from companion.services.installation.autostart_holds import AutostartHolds
from companion.services.platforms.linux.autostart import LinuxAutostart
from tests.kits.linux import autostart
from tests.kits.waiting import until

ODD = b"[Desktop Entry]\r\nType=Application\r\nName=Caf\xe9\r\nExec=/opt/x %u\r\n# kept\r\n"


@pytest.fixture
def holds(linux, tmp_path, clock):
    return AutostartHolds(tmp_path / "journal", linux.autostart, clock)


def entries(linux):
    return {entry.name: entry for entry in linux.autostart.entries().value if entry.kind is AutostartKind.XDG_AUTOSTART}


def test_an_entry_is_held_and_put_back_byte_for_byte(linux, holds, home):
    path = autostart(home, "MailHelper", "/opt/outlook")
    path.write_bytes(ODD)
    entry = next(iter(entries(linux).values()))
    holds.hold([entry], "artifact")
    assert not next(iter(entries(linux).values())).enabled
    assert [hold.entry for hold in holds.pending()] == [entry]
    assert holds.restore() == Restored(restored=(entry.name,))
    assert path.read_bytes() == ODD
    assert holds.pending() == ()


def test_an_entry_for_everybody_is_held_for_this_person_only(linux, holds, home, tmp_path, monkeypatch):
    system = tmp_path / "xdg/autostart/mail.desktop"
    system.parent.mkdir(parents=True)
    system.write_text("[Desktop Entry]\nName=Mail\nExec=/opt/outlook\n")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    assert entries(linux)["Mail"].scope is Scope.MACHINE
    holds.hold([entries(linux)["Mail"]], "artifact")
    assert not entries(linux)["Mail"].enabled
    assert system.read_text().count("Hidden") == 0
    holds.restore()
    assert entries(linux)["Mail"].enabled
    assert not (home / ".config/autostart/mail.desktop").exists()


def test_a_unit_is_held_and_put_back(linux, holds, home):
    unit = home / ".config/systemd/user/mail.service"
    link = home / ".config/systemd/user/default.target.wants/mail.service"
    link.parent.mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/opt/outlook --quiet\n")
    link.symlink_to(unit)
    entry = next(entry for entry in linux.autostart.entries().value if entry.kind is AutostartKind.SYSTEMD_UNIT)
    assert entry.command == "/opt/outlook --quiet"
    holds.hold([entry], "artifact")
    assert not link.is_symlink()
    assert holds.restore().restored == ("mail",)
    assert link.readlink() == unit


def test_holding_twice_remembers_what_stood_there_first(linux, holds, home):
    path = autostart(home, "MailHelper", "/opt/outlook")
    before = path.read_bytes()
    holds.hold([entries(linux)["MailHelper"]], "one")
    holds.hold([entries(linux)["MailHelper"]], "two")
    holds.restore()
    assert path.read_bytes() == before


def test_what_somebody_changed_meanwhile_stays(linux, holds, home):
    path = autostart(home, "MailHelper", "/opt/outlook")
    holds.hold([entries(linux)["MailHelper"]], "artifact")
    path.write_text("[Desktop Entry]\nName=Mine\nExec=/opt/new\n")
    assert holds.restore() == Restored(left_changed=("MailHelper",))
    assert "Mine" in path.read_text()
    assert holds.pending() == ()


def test_an_installation_that_goes_on_keeps_its_holds(linux, holds, home):
    autostart(home, "MailHelper", "/opt/outlook")
    holds.hold([entries(linux)["MailHelper"]], "artifact")
    assert holds.restore(continuing=["artifact"]) == Restored()
    assert not entries(linux)["MailHelper"].enabled
    assert holds.restore(continuing=["another"]).restored == ("MailHelper",)


def test_nothing_stays_held_for_longer_than_a_day(linux, home, tmp_path):
    now = [dt.datetime(2026, 3, 1, tzinfo=dt.UTC)]
    holds = AutostartHolds(tmp_path / "journal", linux.autostart, lambda: now[0])
    autostart(home, "MailHelper", "/opt/outlook")
    holds.hold([entries(linux)["MailHelper"]], "artifact")
    now[0] += dt.timedelta(days=2)
    assert holds.restore(continuing=["artifact"]).restored == ("MailHelper",)


def test_a_damaged_journal_does_not_stop_the_others(linux, holds, home, tmp_path):
    autostart(home, "MailHelper", "/opt/outlook")
    holds.hold([entries(linux)["MailHelper"]], "artifact")
    (tmp_path / "journal/0000.json").write_bytes(b'{"hold": ')
    found = holds.restore()
    assert found.restored == ("MailHelper",)
    assert found.failed == ("0000",)


def test_what_cannot_be_held_is_said_before_anything_changes(holds):
    service = AutostartEntry(
        kind=AutostartKind.SERVICE, name="mail", command="/opt/x", location="/etc/x", scope=Scope.MACHINE
    )
    with pytest.raises(CompanionError) as refused:
        holds.hold([service], "artifact")
    assert refused.value.code == ErrorCode.HOLD_REFUSED
    assert holds.pending() == ()


def test_no_journal_no_change(linux, home, tmp_path, clock):
    path = autostart(home, "MailHelper", "/opt/outlook")
    before = path.read_bytes()
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(CompanionError, match="could not be saved") as refused:
        AutostartHolds(blocked / "journal", linux.autostart, clock).hold([entries(linux)["MailHelper"]], "artifact")
    assert refused.value.code == ErrorCode.RECORD_NOT_WRITTEN
    assert path.read_bytes() == before


HOLDER = """
import datetime as dt, sys, threading
from pathlib import Path
from companion.services.platforms.linux.platform import linux as linux_services
from companion.services.installation.autostart_holds import AutostartHolds
linux = linux_services()
entries = [entry for entry in linux.autostart.entries().value if entry.name == "MailHelper"]
AutostartHolds(Path(sys.argv[1]), linux.autostart, lambda: dt.datetime.now(dt.UTC)).hold(entries, "artifact")
print("held", flush=True)
threading.Event().wait()
"""


def test_killed_in_the_middle_it_is_put_back_at_the_next_start(linux, holds, home, tmp_path):
    path = autostart(home, "MailHelper", "/opt/outlook")
    before = path.read_bytes()
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "journal"], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"held\n"
        os.kill(holder.pid, signal.SIGKILL)
    assert path.read_bytes() != before
    assert holds.restore().restored == ("MailHelper",)
    assert path.read_bytes() == before


class Dies(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_cut_off_around_the_change_itself(linux, holds, home, tmp_path, clock, moment):
    path = autostart(home, "MailHelper", "/opt/outlook")
    before = path.read_bytes()

    class Cut(LinuxAutostart):
        def switch_off(self, held):
            if moment == "after":
                super().switch_off(held)
            raise Dies

    with pytest.raises(Dies):
        AutostartHolds(tmp_path / "journal", Cut(os.environ), clock).hold([entries(linux)["MailHelper"]], "artifact")
    assert len(list(Path(tmp_path / "journal").glob("*.json"))) == 1
    holds.restore()
    assert path.read_bytes() == before
    until(lambda: not holds.pending())
