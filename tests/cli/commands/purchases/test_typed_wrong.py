"""What ``companion add`` and ``companion purchases`` say to what cannot be used: plainly, with what to do next."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from companion.cli.commands.purchases.add import AddResult
from tests.kits.cli import Cli
from tests.mails.score import GENUINE

KEY = "7Q2X-KEY9-ZZ41-ABCD-8811"
MAIL = str(GENUINE / "edd-receipt-with-keys.eml")


def test_a_folder_is_called_a_folder(bare: Cli, tmp_path: Path) -> None:
    failure = bare("add", tmp_path, "--json").error(2, "file-not-readable")
    assert "is a folder" in failure["message"]
    assert "the e-mails in it" in failure["hint"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX systems have pipes with a name")
def test_what_is_no_file_is_not_waited_for(bare: Cli, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "is not a file" in bare("add", pipe, "--json").error(2, "file-not-readable")["message"]


def test_a_file_that_is_not_there_is_looked_for_by_its_name(bare: Cli, tmp_path: Path) -> None:
    failure = bare("add", tmp_path / "order.eml", "--json").error(2, "file-not-readable")
    assert failure["message"] == "There is no file order.eml."


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_called_that(bare: Cli, tmp_path: Path) -> None:
    path = tmp_path / "order.eml"
    path.write_bytes(b"From: a@b.example\n")
    path.chmod(0)
    assert "may not be read" in bare("add", path, "--json").error(2, "file-not-readable")["message"]


@pytest.mark.parametrize("typed", [KEY, "https://shop.example/?download_file=1&key=CANARY", "https://shop.example"])
def test_a_text_instead_of_a_file_is_told_where_it_belongs_and_not_repeated(bare: Cli, typed: str) -> None:
    ran = bare("add", typed, "--json")
    assert "companion add -" in ran.error(2, "usage")["hint"]
    assert typed not in ran.out + ran.err
    assert not [path for path in bare.home.rglob("*") if path.is_file() and typed.encode() in path.read_bytes()]


def test_an_empty_input_is_called_empty(bare: Cli, tmp_path: Path) -> None:
    empty = tmp_path / "empty.eml"
    for content in (b"", b" \r\n\n"):
        empty.write_bytes(content)
        (found,) = bare("add", empty, "--json").shown(AddResult).found
        assert found.reason == "It is empty."
    ran = bare("add", "-", stdin="")
    assert (ran.code, ran.out.count("recognised")) == (1, 0)
    assert "companion purchases new" in ran.out


def test_nothing_is_said_to_be_in_the_keychain_that_is_not(bare: Cli) -> None:
    dry = bare("add", MAIL, "--dry-run")
    assert "Key           found" in dry.err
    assert "in the keychain" not in dry.out + dry.err
    # The tests have no keychain, as some PCs have none.
    assert "There is no keychain" in bare("add", MAIL).err
    by_hand = bare("purchases", "new", "--product", "X", "--key-stdin", stdin=f"{KEY}\n")
    assert "There is no keychain" in by_hand.err
    (found, _) = bare("purchases", "list", "--json").json["purchases"]
    shown = bare("purchases", "show", found["id"]).out
    assert "Key           not on this computer; the e-mail or the shop has it" in shown
    assert "in the keychain" not in shown


def test_an_email_that_is_added_again_is_said_to_be_known(bare: Cli) -> None:
    bare("add", MAIL)
    assert "1 purchase that was known already" in bare("add", MAIL).out


def test_what_is_still_to_answer_is_answered_with_a_command(bare: Cli) -> None:
    ran = bare("add", "-", stdin=f"{KEY}\n")
    (found,) = bare("purchases", "list", "--json").json["purchases"]
    assert f"companion purchases edit {found['id'][:6]} product=NAME" in ran.out
    assert bare("purchases", "edit", found["id"][:6], "product=Harbour Suite").code == 0
    (named,) = bare("purchases", "list", "--json").json["purchases"]
    assert [(product["name"], product["hasKey"]) for product in named["products"]] == [("Harbour Suite", True)]


def test_a_stores_address_leads_to_adding_the_store(bare: Cli) -> None:
    assert "companion stores add https://shop.example" in bare("add", "-", stdin="https://shop.example\n").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--expires", "31.02.2027"), "not a date"),
        (("--expires", "2027-02-31"), "there is no such day"),
        (("--expires", "tomorrow"), "not a date"),
        (("--bought", "2027-13-01"), "there is no such day"),
        (("--bought", "2027-01-08T25:00:00Z"), "not a date"),
        (("--auto-renew", "maybe"), "not one of: on, off, failed, unknown"),
        (("--price", "12,50 €"), "like 59.95 USD"),
        (("--seats", "many"), "not a whole number"),
        (("--seats", "-3"), "out of range"),
    ],
)
def test_a_value_that_cannot_be_used_is_explained_in_plain_words(bare: Cli, words: tuple[str, str], said: str) -> None:
    failure = bare("purchases", "new", "--product", "X", *words, "--json").error(2, "bad-value")
    assert said in failure["message"]
    assert not {"isoformat", "AutoRenewal", "int()", "literal", "ISO"} & set(failure["message"].split())
    assert bare("purchases", "list", "--json").json["purchases"] == []


def test_other_fields_are_explained_in_plain_words_too(bare: Cli) -> None:
    bought = bare("purchases", "new", "--product", "X", "--json").json["id"]
    for change, said in (
        ("renewalTerm=1 year", "not a length of time"),
        ("downloadSize=big", "not a whole number"),
        ("state=fine", "not one of: active"),
    ):
        failure = bare("purchases", "edit", bought, change, "--json").error(2, "bad-value")
        assert said in failure["message"], failure
    twice = bare("purchases", "edit", bought, "product=A", "product=B", "--json").error(2, "usage")
    assert "twice" in twice["message"]


def test_a_key_among_the_words_is_refused_with_the_way_it_is_given(bare: Cli) -> None:
    bought = bare("purchases", "new", "--product", "X", "--json").json["id"]
    for words in (("edit", bought, f"key={KEY}"), ("new", "--product", "Y", "--key", KEY), ("new", f"--key={KEY}")):
        ran = bare("purchases", *words, "--json")
        assert ("key=-" if "edit" in words else "--key-stdin") in ran.error(2, "usage")["hint"]
        assert KEY not in ran.out + ran.err
    empty = bare("purchases", "new", "--product", "Y", "--key-stdin", "--json", stdin="\n").error(2, "secret-needed")
    assert "--key-stdin" in empty["hint"]
    assert "password" not in empty["hint"]


def test_the_key_of_a_known_purchase_is_taken_from_standard_input(bare: Cli) -> None:
    bought = bare("purchases", "new", "--product", "X", "--json").json["id"]
    ran = bare("purchases", "edit", bought, "key=-", "expires=never", "--json", stdin=f"{KEY}\n")
    assert [(each["hasKey"], each["expires"]["kind"]) for each in ran.json["products"]] == [(True, "never")]
    assert KEY not in ran.out + ran.err
    bare("purchases", "edit", bought, "product[Second]=Second")
    unclear = bare("purchases", "edit", bought, "key=-", "--json", stdin=f"{KEY}\n").error(2, "usage")
    assert "]=-" in unclear["hint"]
    second = bare("purchases", "edit", bought, "key[Second]=-", "--json", stdin=f"{KEY}\n").json["products"]
    assert [each["hasKey"] for each in second] == [True, True]
