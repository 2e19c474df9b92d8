"""Purchases of any shop on the command line: from e-mails, from a key, by hand; shown, changed and removed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from companion.cli.commands.purchases.add import AddResult
from companion.cli.commands.purchases.list import ListPurchasesResult
from companion.cli.commands.purchases.remove import RemovePurchaseResult
from companion.cli.commands.purchases.restore import RestoreResult
from companion.cli.commands.purchases.shown import ShownPurchase
from companion.domain.mail.inputs import InputKind
from companion.domain.purchases.values import AutoRenewal, ExpiryKind
from companion.services.app.time_zone import LocalZone
from companion.services.storage.kept_removals import KEPT_FOR
from tests.kits.cli import Cli, Ran

CANARY = "CANR-7Q2X-KEY9-ZZ41"
MAIL = f"""From: Werkbank <shop@werkbank.example>
To: pat@mail.example
Subject: Your order
Date: Tue, 05 May 2026 10:00:00 +0000
Content-Type: text/plain; charset=utf-8

Order number: WB-4821
Product: Werkbank Foto 12
License key: {CANARY}
Valid until: 2028-01-08
Total: 59.95 EUR
"""


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "order.eml"
    path.write_text(MAIL)
    return path


def test_a_mail_becomes_a_purchase_and_its_key_is_printed_nowhere(bare: Cli, mail: Path) -> None:
    added = bare("add", mail, "--yes", "--json")
    found = added.shown(AddResult)
    assert added.code == 0
    assert (len(found.added), found.found[0].kind) == (1, InputKind.EMAIL)
    for ran in (
        added,
        bare("purchases", "list"),
        bare("purchases", "show", found.added[0]),
        bare("add", mail, "--yes"),
    ):
        assert CANARY not in ran.out + ran.err
    for file in bare.home.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file
    (shown,) = bare("purchases", "list", "--json").shown(ListPurchasesResult).purchases
    assert (shown.order_number, shown.products[0].name, shown.products[0].has_key) == (
        "WB-4821",
        "Werkbank Foto 12",
        True,
    )
    assert (shown.products[0].expires.at, shown.price and shown.price.plain()) == ("2028-01-08", "59.95 EUR")
    assert {fact.source.name for fact in shown.facts} == {"shop@werkbank.example"}


def test_the_same_mail_twice_is_one_purchase(bare: Cli, mail: Path) -> None:
    first = bare("add", mail, "--yes", "--json").shown(AddResult)
    again = bare("add", mail, "--yes", "--json").shown(AddResult)
    assert (again.added, again.updated) == ((), first.added)


def test_a_dry_run_adds_nothing(bare: Cli, mail: Path) -> None:
    ran = bare("add", mail, "--dry-run", "--json")
    found = ran.shown(AddResult)
    assert (ran.code, found.added, found.updated) == (0, (), ())
    assert found.found[0].purchase is not None
    assert found.found[0].purchase.order_number == "WB-4821"
    assert bare("purchases", "list", "--json").json == {"purchases": []}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ABCDE-12345-FGHIJ-67890-KLMNO", InputKind.KEY),
        ("d131dd02c5e6eec4693d9a0698aff95c\n", InputKind.KEY),
        ("#10018", InputKind.ORDER_NUMBER),
        ("https://shop.example/setup-12.exe", InputKind.LINK),
        ("https://shop.example/?download_file=1&order=wc_order_x&key=k", InputKind.LINK),
        ("https://shop.example", InputKind.STORE_ADDRESS),
        ("shop.example", InputKind.STORE_ADDRESS),
        ("Hello, how are you?", InputKind.UNKNOWN),
        ("", InputKind.UNKNOWN),
    ],
)
def test_what_is_pasted_is_recognised(bare: Cli, text: str, kind: InputKind) -> None:
    ran = bare("add", "-", "--dry-run", "--json", stdin=text)
    assert ran.shown(AddResult).found[0].kind is kind
    usable = kind not in (InputKind.UNKNOWN, InputKind.STORE_ADDRESS)
    assert ran.code == (0 if usable else 1)


def typed_by_hand(bare: Cli) -> Ran:
    return bare(
        *("purchases", "new", "--product", "Quill Editor", "--expires", "2028-01-08", "--key-stdin", "--json"),
        stdin=CANARY,
    )


def test_by_hand_three_fields_are_enough(bare: Cli) -> None:
    ran = typed_by_hand(bare)
    made = ran.shown(ShownPurchase)
    assert CANARY not in ran.out + ran.err
    assert (made.products[0].name, made.products[0].has_key, made.auto_renew) == (
        "Quill Editor",
        True,
        AutoRenewal.UNKNOWN,
    )
    changed = bare("purchases", "edit", made.id[:6], "expires=never", "autoRenew=off", "--json").shown(ShownPurchase)
    assert (changed.products[0].expires.kind, changed.auto_renew) == (ExpiryKind.NEVER, AutoRenewal.OFF)
    assert bare("purchases", "remove", made.id, "--yes").code == 0
    bare("purchases", "show", made.id, "--json").error(1, "no-purchase")


def test_a_removed_purchase_is_put_back_without_its_key(bare: Cli) -> None:
    made = typed_by_hand(bare).shown(ShownPurchase)
    bare("purchases", "edit", made.id, "note=for mother's laptop")
    removed = bare("purchases", "remove", made.id, "--yes", "--json").shown(RemovePurchaseResult)
    assert removed.undo == f"companion purchases restore {made.id[:6]}"
    listed = bare("purchases", "restore", "--json").shown(RestoreResult)
    assert (listed.restored, [(each.id, each.name) for each in listed.removed]) == (None, [(made.id, "Quill Editor")])
    assert listed.removed[0].until - listed.removed[0].removed_at == KEPT_FOR
    again = bare(*removed.undo.split()[1:], "--json").shown(RestoreResult)
    assert again.removed == ()
    assert again.restored is not None
    assert again.restored.note == "for mother's laptop"
    assert "not on this computer; the e-mail or the shop has it" in bare("purchases", "show", made.id).out
    bare("purchases", "restore", made.id, "--json").error(1, "no-purchase")
    assert "Nothing can be put back" in bare("purchases", "restore").out


def test_what_is_removed_for_good_cannot_be_put_back(bare: Cli) -> None:
    made = [
        bare("purchases", "new", "--product", name, "--json").shown(ShownPurchase).id for name in ("Quill", "Ink Tool")
    ]
    for id_ in made:
        bare("purchases", "remove", id_, "--yes")
    bare("purchases", "restore", made[0])
    gone = bare("purchases", "remove", made[0], "--yes", "--for-good", "--json").shown(RemovePurchaseResult)
    assert gone.undo is None
    assert [each.id for each in bare("purchases", "restore", "--json").shown(RestoreResult).removed] == [made[1]]


def test_nothing_is_removed_without_agreement(bare: Cli) -> None:
    made = bare("purchases", "new", "--product", "Quill Editor", "--json").shown(ShownPurchase)
    bare("purchases", "remove", made.id, "--json").error(1, "not-confirmed")
    assert bare("purchases", "show", made.id).code == 0


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        (("purchases", "new"), 2, "usage"),
        (("purchases", "new", "--product", "X", "--expires", "08.01.2027"), 2, "bad-value"),
        (("purchases", "new", "--product", "X", "--price", "59,95 EUR"), 2, "bad-value"),
        (("purchases", "edit", "x", "price"), 2, "usage"),
        (("purchases", "edit", "x", "colour=red"), 2, "usage"),
        (("purchases", "edit", "x", "key=ABC"), 2, "usage"),
        (("purchases", "show", "nothing"), 1, "no-purchase"),
        (("add", "/nowhere/order.eml"), 2, "file-not-readable"),
        (("stores", "remove", "nothing"), 1, "no-such-store"),
        (("stores", "add", "http://shop.example"), 2, "bad-store-url"),
    ],
)
def test_what_is_typed_wrong_is_told(bare: Cli, words: tuple[str, ...], code: int, name: str) -> None:
    bare(*words, "--json").error(code, name)


def test_a_store_that_is_added_replaces_no_other(bare: Cli, cli: Cli) -> None:
    url, bare.url = str(cli.url), None
    assert bare("stores", "add", url, "--json").json["kind"] == "storeApi"
    assert bare("stores", "add", "http://127.0.0.1:9", "--json").json["kind"] == "unknown"
    found = bare("stores", "list", "--json").json["stores"]
    assert [store["address"] for store in found] == [url, "http://127.0.0.1:9"]
    assert found[0]["name"]
    assert bare("stores", "remove", "127.0.0.1:9").code == 0
    assert len(bare("stores", "list", "--json").json["stores"]) == 1
    bare.url = url


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="TZ is how POSIX systems are told their zone")
def test_days_are_those_of_the_persons_zone_as_in_the_window(bare: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    bare("purchases", "new", "--product", "Werkbank Foto 12", "--expires", "2028-01-08T23:30:00Z")
    (found,) = bare("purchases", "list", "--json").shown(ListPurchasesResult).purchases
    for zone, day in (("Pacific/Auckland", "9 January 2028"), ("America/New_York", "8 January 2028")):
        with monkeypatch.context() as travel:
            travel.setenv("TZ", zone)
            LocalZone().reread()
            assert f"until {day}" in bare("purchases", "list").out
            assert f"until {day}" in bare("purchases", "show", found.id).out
    LocalZone().reread()
