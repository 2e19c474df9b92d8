"""``companion support``."""

from __future__ import annotations

import json

import pytest

from companion.cli.commands.support.case_file import CaseFileResult
from companion.cli.commands.support.support import SupportResult
from companion.demo.server import DemoStore
from companion.domain.support.opening_hours import OpenState
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


@pytest.fixture
def everything(cli: Cli, other: DemoStore) -> Cli:
    """Orders of two stores, a purchase whose maker the directory has a number of, and one it knows nothing of."""
    cli.add(FAMILY)
    cli.url = other.url
    password = next(each.order_password for each in other.accounts if each.order_number == ANNUAL)
    assert cli("orders", "add", ANNUAL, "--password-stdin", stdin=f"{password}\n").code == 0
    cli.url = None
    assert cli("purchases", "new", "--product", "Affinity Photo", "--order", "AF-1", "--expires", "never").code == 0
    assert cli("purchases", "new", "--product", "Nobody Paint", "--order", "NP-1").code == 0
    return cli


EVERY_NAME = {"Larkfield Software", "Marsh", "Serif", "Nobody Paint"}


def test_every_store_and_purchase_has_its_line(everything: Cli, other: DemoStore) -> None:
    found = everything("support", "--json").shown(SupportResult)
    by_name = {line.name: line for line in found.lines}
    assert set(by_name) == EVERY_NAME
    assert (by_name["Marsh"].store, by_name["Marsh"].order_number) == (other.url, None)
    assert by_name["Marsh"].phone is not None
    assert by_name["Nobody Paint"].phone is None
    assert found.about == found.lines[0]


def test_a_store_that_is_stopped_hides_no_line(everything: Cli, other: DemoStore) -> None:
    other.close()
    assert {line.name for line in everything("support", "--json").shown(SupportResult).lines} == EVERY_NAME


def test_which_it_is_about_can_be_said(everything: Cli) -> None:
    marsh = everything("support", "marsh", "--maker", "Acme", "--json").shown(SupportResult)
    assert (marsh.about.name, marsh.about.order_number, marsh.phone) == ("Marsh", ANNUAL, "+12125550199")
    family = everything("support", FAMILY, "--maker", "Acme", "--json").shown(SupportResult)
    assert (family.about.name, family.phone) == ("Larkfield Software", "+12125550164")
    failed = everything("support", "nobody at all", "--json").error(1, "order-unknown")
    assert "purchases list" in failed["hint"]


def test_where_something_failed_is_what_it_is_about(everything: Cli, other: DemoStore) -> None:
    password = next(each.order_password for each in other.accounts if each.order_number == ANNUAL)
    taken = everything("--store", other.url, "seats", ANNUAL, "take", "--password-stdin", "--json", stdin=password)
    taken.error(1, "seats-exhausted")
    assert everything("support", "--json").shown(SupportResult).about.name == "Marsh"


def test_a_number_of_the_directory_says_where_it_was_published(everything: Cli) -> None:
    found = everything("support", "Affinity Photo", "--json").shown(SupportResult)
    assert (found.phone, found.opening.state) == ("+441159142000", OpenState.UNKNOWN)
    assert "from the directory of makers, as published at https://affinity.serif.com/" in found.source
    assert found.source in everything("support", "Affinity Photo").out


def test_no_number_is_offered_out_of_an_email(everything: Cli) -> None:
    mail = (
        b"From: Paint <orders@paint.example>\nSubject: Your order 18\nContent-Type: text/plain\n\n"
        b"Thank you for your order.\nOrder number: 18\nProduct: Quick Paint\nLicence key: ABCD-EFGH-1234-5678\n"
        b"Questions? Call our support at +1 888 555 0123.\n"
    )
    path = everything.home.parent / "mail.eml"
    path.write_bytes(mail)
    everything("add", path, "--yes")
    told = everything("support", "--json").out + everything("support").out
    assert "Paint" in told
    assert "888" not in told
    refused = everything("support", "Nobody Paint", "--json").error(1, "no-number")
    assert "could be a scam" in refused["message"]


def test_purchases_alone_need_no_store(bare: Cli) -> None:
    bare.url = None
    bare("support", "--json").error(2, "no-store")
    assert bare("purchases", "new", "--product", "Affinity Photo").code == 0
    assert bare("support", "--json").shown(SupportResult).phone == "+441159142000"


def test_product_country_and_another_pc_can_be_said(cli: Cli) -> None:
    cli.add(FAMILY)
    about = ("support", "--product", "lantern-protect-monthly", "--another-pc", "--country", "us")
    monthly = cli(*about, "--json").shown(SupportResult)
    assert (monthly.phone, monthly.maker, monthly.country) == ("+16175550119", None, "US")
    assert "press 1 for charges and plans or 2 for cancelling" in cli(*about).out
    cli("support", "--country", "Germany", "--json").error(2, "usage")
