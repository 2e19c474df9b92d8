"""``companion case-file``."""

from __future__ import annotations

import json
from pathlib import Path

from companion.cli.commands.support.case_file import CaseFileResult
from companion.cli.commands.support.support import SupportResult
from tests.kits.cli import CLOSED, FAMILY, Cli


def test_the_case_file_tells_the_story_without_the_secrets(cli: Cli, tmp_path: Path) -> None:
    assert cli.store is not None
    account = next(each for each in cli.store.accounts if each.order_number == FAMILY)
    cli.add(FAMILY)
    # A log line or a time-line that holds a secret by mistake must not get through either.
    log = cli.home / "logs" / "companion.log"
    canary = f"password={account.order_password} card ending in {account.card_last_digits} {account.email}"
    with log.open("a") as file:
        file.write(canary + " https://files.example/x?signature=abcdef0123456789 LP26-abCD-efGH-ijKL-mnOP\n")
    path = tmp_path / "case.json"
    shown = cli("case-file", "--to", path, "--json").shown(CaseFileResult)
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


def test_a_case_is_previewed_sent_and_its_number_kept(cli: Cli, tmp_path: Path) -> None:
    cli.add(CLOSED)
    seen = cli("case-file", CLOSED, "--json").shown(CaseFileResult)
    assert seen.text is not None
    assert json.loads(seen.text)["orderNumber"] == CLOSED
    cli("case-file", "--send", "It stops.", "--json").error(2, "usage")
    asked = cli.opened(CLOSED, "case-file", CLOSED, "--send", "It stops.")
    assert asked.code == 1
    assert '"orderNumber": "LF-5562-8803"' in asked.err, "it is shown before it leaves"
    sent = cli.opened(CLOSED, "case-file", CLOSED, "--send", "It stops.", "--yes", "--json").shown(CaseFileResult)
    assert sent.case is not None
    (known,) = cli("support", "--json").shown(SupportResult).cases
    assert (known.case.case_number, known.summary) == (sent.case.case_number, "It stops.")
    assert sent.case.case_number in cli("support").out
