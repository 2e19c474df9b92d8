"""``companion support``."""

from __future__ import annotations

import json

from companion.cli.commands.support.case_file import CaseFileResult
from companion.cli.support_number import SupportResult
from tests.kits.cli import ANNUAL, CLOSED, FAMILY, REFUNDED, Cli


def test_support_knows_the_pcs_maker_and_the_customers_country(cli: Cli) -> None:
    hp = cli("support", "--maker", "Hewlett-Packard", "--country", "us", "--json").shown(SupportResult)
    assert (hp.maker, hp.phone) == ("HP", "+12065550142")
    cli.add(FAMILY)
    own = cli("support", "--maker", "Dell Inc.", "--json").shown(SupportResult)
    assert own.phone == "+15125550173"
    text = cli("support", "--maker", "Acme")
    assert text.code == 0
    assert "+1 212 555 0164" in text.out


def test_the_second_failure_brings_the_number(cli: Cli) -> None:
    cli.add(ANNUAL)
    first = cli.opened(ANNUAL, "seats", ANNUAL, "take", "--json").error(1, "seats-exhausted")
    assert "Support for this PC" not in first["hint"]
    second = cli.opened(ANNUAL, "seats", ANNUAL, "take", "--json").error(1, "seats-exhausted")
    assert "This has failed twice. Support for this PC: +1" in second["hint"]
    for _ in range(3):
        mistyped = cli.opened(ANNUAL, "seats", ANNUAL, "free", "nobody", "--json")
    assert "Support for this PC" not in mistyped.error(1, "seat-unknown")["hint"], "a typing mistake does not count"
    case = json.loads(cli("case-file", "--json").shown(CaseFileResult).text or "")
    failures = [step["facts"] for step in case["timeline"] if step["event"] == "failed"]
    assert {"what": "taking a seat", "store": cli.url, "code": "seats-exhausted"} in failures


def test_every_command_counts_its_failures(cli: Cli) -> None:
    cli.add(CLOSED)
    for _ in range(2):
        failed = cli.opened(CLOSED, "download", CLOSED, "--json")
    assert "This has failed twice" in failed.error(1, "window-closed")["hint"]


def test_nobody_is_offered_a_number_for_saying_no(cli: Cli) -> None:
    cli.add(REFUNDED, FAMILY)
    for _ in range(3):
        ran = cli.opened(FAMILY, "backup-media", FAMILY, "add", "--json")
    assert "Support for this PC" not in ran.error(1, "not-confirmed")["hint"]
