"""``companion reminders``."""

from __future__ import annotations

from pathlib import Path

from companion.cli.commands.app.reminders import RemindersResult
from tests.kits.cli import FAMILY, Cli


def test_reminders_are_due_by_the_given_moment(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    now = cli("reminders", "--json").shown(RemindersResult)
    assert [each.reminder.kind.value for each in now.due] == ["downloadWindow"]
    window = next(subject for subject in now.ahead if subject.kind.value == "downloadWindow")
    later = cli("reminders", "--now", window.date.isoformat(), "--json").shown(RemindersResult)
    assert all(each.reminder.kind.value != "downloadWindow" for each in later.due)
    ics = tmp_path / "dates.ics"
    shown = cli("reminders", "--ics", ics, "--json").shown(RemindersResult)
    assert shown.calendar == str(ics)
    assert ics.read_bytes().count(b"BEGIN:VEVENT\r\n") == len(now.ahead)
    assert "renews" in cli("reminders").out
