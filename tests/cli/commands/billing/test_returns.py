"""``companion returns``, ``invoice``, ``backup-media``, ``seats``, ``reminders``, ``support`` and help."""

from __future__ import annotations

import json
from pathlib import Path

from companion.cli.commands.app.reminders import Reminders
from companion.cli.commands.billing.returns import BackupMedium, Invoiced, Returns, Seats
from companion.cli.commands.support.support import CaseWritten, HelpArticle, HelpFound
from companion.cli.support_number import SupportNumber
from tests.kits.cli import ANNUAL, BOXED, FAMILY, REFUNDED, UNWANTED, Cli


def test_a_shipped_order_is_returned_with_its_letter(cli: Cli) -> None:
    cli.add(BOXED)
    outlook = cli.opened(BOXED, "returns", BOXED, "--json").shown(Returns)
    assert outlook.outlook.eligible
    assert outlook.outlook.letter_needed
    cli.opened(BOXED, "returns", BOXED, "accept-letter", "--yes", "--json").error(1, "no-letter")
    cli.opened(BOXED, "returns", BOXED, "request", "--json").error(1, "not-confirmed")
    asked = cli.opened(BOXED, "returns", BOXED, "request", "--yes", "--json").shown(Returns)
    assert asked.asked is not None
    assert asked.asked.status.value == "letterNeeded"
    text = cli.opened(BOXED, "returns", BOXED)
    assert "Electronic Letter of Destruction" in text.out
    done = cli.opened(BOXED, "returns", BOXED, "accept-letter", "--yes", "--json").shown(Returns)
    assert done.asked is not None
    assert done.asked.status.value == "refundInitiated"
    cli.opened(BOXED, "returns", BOXED, "request", "--yes", "--json").error(1, "not-eligible")


def test_an_unwanted_renewal_is_given_back(cli: Cli) -> None:
    cli.add(UNWANTED, FAMILY)
    ran = cli.opened(UNWANTED, "returns", UNWANTED, "request", "--reason", "unwanted-renewal", "--yes", "--json")
    asked = ran.shown(Returns).asked
    assert asked is not None
    assert asked.subscription_id
    again = cli.opened(FAMILY, "returns", FAMILY, "request", "--reason", "unwanted-renewal", "--yes", "--json")
    again.error(1, "not-eligible")


def test_a_refunded_order_says_so(cli: Cli) -> None:
    cli.add(REFUNDED)
    shown = cli.opened(REFUNDED, "returns", REFUNDED)
    assert "refunded already" in shown.out


def test_the_invoice_is_shown_and_saved(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    pdf = tmp_path / "invoice.pdf"
    shown = cli.opened(FAMILY, "invoice", FAMILY, "--pdf", pdf, "--json").shown(Invoiced)
    assert shown.invoice.total.plain() == "59.81 USD"
    assert pdf.read_bytes().startswith(b"%PDF-")
    where = tmp_path / "nowhere" / "x.pdf"
    cli.opened(FAMILY, "invoice", FAMILY, "--pdf", where, "--json").error(1, "file-not-written")
    assert "59.81 USD" in cli.opened(FAMILY, "invoice", FAMILY).out


def test_the_backup_medium_is_offered_and_added_once(cli: Cli) -> None:
    cli.add(FAMILY, BOXED)
    assert cli.opened(FAMILY, "backup-media", FAMILY, "--json").shown(BackupMedium).offer is not None
    cli.opened(FAMILY, "backup-media", FAMILY, "add", "--json").error(1, "not-confirmed")
    added = cli.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").shown(BackupMedium)
    assert added.added
    cli.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(1, "not-eligible")
    ran = cli.opened(BOXED, "backup-media", BOXED)
    assert ran.code == 1
    assert "No backup medium is offered" in ran.out


def test_seats_are_taken_and_freed(cli: Cli) -> None:
    cli.add(FAMILY, ANNUAL)
    taken = cli.opened(FAMILY, "seats", FAMILY, "take", "--json").shown(Seats)
    assert taken.taken == taken.this_pc
    assert {seat.id for seat in taken.seats} > {taken.this_pc}
    dell = next(seat for seat in taken.seats if seat.id != taken.this_pc)
    cli.opened(FAMILY, "seats", FAMILY, "free", dell.id, "--json").error(1, "not-confirmed")
    freed = cli.opened(FAMILY, "seats", FAMILY, "free", dell.name, "--yes", "--json").shown(Seats)
    assert freed.freed == dell.id
    failure = cli.opened(FAMILY, "seats", FAMILY, "free", "nobody", "--yes", "--json").error(1, "seat-unknown")
    assert taken.this_pc in failure["hint"]
    cli.opened(ANNUAL, "seats", ANNUAL, "take", "--json").error(1, "seats-exhausted")
    assert "this PC" in cli.opened(FAMILY, "seats", FAMILY).out


def test_reminders_are_due_by_the_given_moment(cli: Cli, tmp_path: Path) -> None:
    cli.add(FAMILY)
    now = cli("reminders", "--json").shown(Reminders)
    assert [each.reminder.kind.value for each in now.due] == ["downloadWindow"]
    window = next(subject for subject in now.ahead if subject.kind.value == "downloadWindow")
    later = cli("reminders", "--now", window.date.isoformat(), "--json").shown(Reminders)
    assert all(each.reminder.kind.value != "downloadWindow" for each in later.due)
    ics = tmp_path / "dates.ics"
    shown = cli("reminders", "--ics", ics, "--json").shown(Reminders)
    assert shown.calendar == str(ics)
    assert ics.read_bytes().count(b"BEGIN:VEVENT\r\n") == len(now.ahead)
    assert "renews" in cli("reminders").out


def test_support_knows_the_pcs_maker_and_the_customers_country(cli: Cli) -> None:
    hp = cli("support", "--maker", "Hewlett-Packard", "--country", "us", "--json").shown(SupportNumber)
    assert (hp.maker, hp.phone) == ("HP", "+12065550142")
    cli.add(FAMILY)
    own = cli("support", "--maker", "Dell Inc.", "--json").shown(SupportNumber)
    assert own.phone == "+15125550173"
    text = cli("support", "--maker", "Acme")
    assert text.code == 0
    assert "+1 212 555 0164" in text.out


def test_help_is_searched_and_read(cli: Cli) -> None:
    found = cli("help-search", "auto", "renewal", "--json").shown(HelpFound)
    assert found.articles
    read = cli("help-search", "--read", found.articles[0].name, "--json").shown(HelpArticle)
    assert read.title == found.articles[0].title
    assert cli("help-search", "qqqxyz").code == 1
    cli("help-search", "--read", "nothing", "--json").error(1, "article-unknown")
    cli("help-search", "--json").error(2, "usage")


def test_the_case_file_tells_the_story_without_the_secrets(cli: Cli, tmp_path: Path) -> None:
    assert cli.store is not None
    account = next(each for each in cli.store.accounts if each.order_number == FAMILY)
    cli.add(FAMILY)
    # A log line and a time-line that somebody spoilt must not get through either.
    log = cli.home / "logs" / "companion.log"
    canary = f"password={account.order_password} card ending in {account.card_last_digits} {account.email}"
    with log.open("a") as file:
        file.write(canary + " https://files.example/x?signature=abcdef0123456789 LP26-abCD-efGH-ijKL-mnOP\n")
    path = tmp_path / "case.json"
    shown = cli("case-file", "--to", path, "--json").shown(CaseWritten)
    text = path.read_text()
    assert shown.size == len(text.encode())
    for secret in (account.order_password, account.email, "abcdef0123456789", "LP26-abCD", account.card_last_digits):
        assert secret not in text
    case = json.loads(text)
    assert case["orders"][0]["number"] == FAMILY
    assert "order added" in [entry["event"] for entry in case["timeline"]]
    assert case["findings"]
    assert case["program"].startswith("Companion ")
    cli("case-file", "--to", tmp_path / "no" / "case.json", "--json").error(1, "file-not-written")
