"""``companion case-file``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from companion.cli.commands.support.case_file import CaseFileResult
from companion.cli.commands.support.support import SupportResult
from companion.demo.server import DemoStore
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


def test_it_holds_the_order_it_is_about_and_no_other(cli: Cli) -> None:
    cli.add(FAMILY, CLOSED)
    for _ in range(2):
        cli.opened(CLOSED, "download", CLOSED)
    text = cli("case-file", FAMILY, "--json").shown(CaseFileResult).text or ""
    case = json.loads(text)
    assert [order["number"] for order in case["orders"]] == [FAMILY]
    assert CLOSED not in text, "neither in the time-line nor in the log"
    assert FAMILY in {entry["orderNumber"] for entry in case["timeline"]}
    whole = json.loads(cli("case-file", FAMILY, "--all-orders", "--json").shown(CaseFileResult).text or "")
    assert {order["number"] for order in whole["orders"]} == {FAMILY, CLOSED}


def test_without_a_number_it_is_about_what_needs_attention(cli: Cli) -> None:
    cli.add(FAMILY, CLOSED)
    cli.opened(CLOSED, "download", CLOSED)
    assert json.loads(cli("case-file", "--json").shown(CaseFileResult).text or "")["orderNumber"] == CLOSED


def test_ten_lines_can_be_read_out_on_the_telephone(cli: Cli, tmp_path: Path) -> None:
    cli.add(CLOSED)
    cli.opened(CLOSED, "download", CLOSED)
    shown = cli("case-file", CLOSED, "--text", "--json").shown(CaseFileResult)
    assert 6 <= len(shown.summary) <= 10
    assert (shown.text or "").splitlines() == list(shown.summary)
    told = "\n".join(shown.summary)
    assert f"Order {CLOSED} at Larkfield Software, ordered on" in told
    assert "Errors: window-closed, 1 time." in told
    assert "{" not in told
    assert not re.search(r"\d{4}-\d\d-\d\dT", told), "a moment is said as people say it"
    assert cli("case-file", CLOSED, "--text").out.splitlines()[1:] == list(shown.summary)[1:]
    whole = json.loads(cli("case-file", CLOSED, "--json").shown(CaseFileResult).text or "")
    assert next(iter(whole)) == "summary", "the readable lines stand on top of the exact file"
    path = tmp_path / "case.txt"
    cli("case-file", CLOSED, "--text", "--to", path)
    assert path.read_text().startswith("Case of ")


def test_a_purchase_of_any_shop_has_a_case_file_without_a_store(bare: Cli) -> None:
    bare.url = None
    bare("purchases", "new", "--product", "Affinity Photo", "--order", "AF-1", "--key-stdin", stdin="AFFI-1234-ABCD\n")
    shown = bare("case-file", "affinity", "--json").shown(CaseFileResult)
    case = json.loads(shown.text or "")
    assert (case["orders"], case["purchase"]["products"][0]["name"]) == ([], "Affinity Photo")
    assert shown.summary[1].startswith("Affinity Photo from")
    assert "AFFI" not in (shown.text or "")
    bare("case-file", "no such thing", "--json").error(1, "order-unknown")


def test_an_order_of_another_store_is_found_and_told_alone(cli: Cli, other: DemoStore) -> None:
    cli.add(FAMILY)
    cli.url = other.url
    password = next(each.order_password for each in other.accounts if each.order_number == CLOSED)
    assert cli("orders", "add", CLOSED, "--password-stdin", stdin=f"{password}\n").code == 0
    cli.url = None
    shown = cli("case-file", CLOSED, "--json").shown(CaseFileResult)
    case = json.loads(shown.text or "")
    assert (case["store"], [each["number"] for each in case["orders"]]) == (other.url, [CLOSED])
    assert FAMILY not in (shown.text or "")
