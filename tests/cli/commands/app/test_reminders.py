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


def test_dates_of_purchases_are_told_without_any_store(bare: Cli, tmp_path: Path) -> None:
    bare("purchases", "new", "--product", "Foto 12", "--order", "18", "--expires", "2027-01-15")
    bare("purchases", "new", "--product", "Brush", "--expires", "never")
    ran = bare("reminders", "--now", "2027-01-10T12:00:00+00:00", "--ics", tmp_path / "dates.ics", "--json")
    (due,) = ran.json["due"]
    subject = due["reminder"]["subject"]
    assert (subject["kind"], subject["orderNumber"], subject["purchase"]["day"]) == ("expiry", "18", "2027-01-15")
    assert due["notice"]["body"].startswith("It is active until 15 January 2027, as you noted.")
    assert len(ran.json["ahead"]) == 1
    assert "DTSTART;VALUE=DATE:20270115" in (tmp_path / "dates.ics").read_text()
    said = bare("reminders", "--now", "2027-01-10T12:00:00+00:00").out
    assert "Foto 12 runs out in 5 days." in said
    assert "(Order 18.)" in said


def test_purchases_are_told_beside_orders_unless_a_store_is_named(cli: Cli) -> None:
    cli.add(FAMILY)
    cli("purchases", "new", "--product", "Foto 12", "--expires", "2199-01-15")
    named = cli("reminders", "--json").json["ahead"]
    url, cli.url = cli.url, None
    both = cli("reminders", "--json").json["ahead"]
    cli.url = url
    assert named
    assert [each for each in both if not each["purchase"]] == named
    assert [each["name"] for each in both if each["purchase"]] == ["Foto 12"]
