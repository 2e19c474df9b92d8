"""``companion backup-media``."""

from __future__ import annotations

from companion.cli.commands.billing.backup_media import BackupMediaResult
from companion.cli.commands.support.case_file import CaseFileResult
from tests.kits.cli import BOXED, FAMILY, Cli, Wire


def test_the_backup_medium_is_offered_and_added_once(cli: Cli) -> None:
    cli.add(FAMILY, BOXED)
    assert cli.opened(FAMILY, "backup-media", FAMILY, "--json").shown(BackupMediaResult).offer is not None
    cli.opened(FAMILY, "backup-media", FAMILY, "add", "--json").error(1, "not-confirmed")
    added = cli.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").shown(BackupMediaResult)
    assert added.added
    cli.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(1, "not-eligible")
    ran = cli.opened(BOXED, "backup-media", BOXED)
    assert ran.code == 1
    assert "No backup medium is offered" in ran.out


def test_a_return_asked_again_after_a_lost_answer_is_one_return(bare: Cli, wire: Wire) -> None:
    bare.add(FAMILY)
    wire.drops = 2
    bare.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(3, "store-unreachable")
    bare.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(1, "not-eligible")
    order = bare.opened(FAMILY, "backup-media", FAMILY, "--json").shown(BackupMediaResult)
    assert order.offer is None, "it is on the order, once"
    wire.drops = 2
    bare.opened(FAMILY, "case-file", FAMILY, "--send", "It stops.", "--yes", "--json").error(3, "store-unreachable")
    first = bare.opened(FAMILY, "case-file", FAMILY, "--send", "It stops.", "--yes", "--json").shown(CaseFileResult)
    assert first.case is not None
    assert first.case.case_number == "LK-700001"
