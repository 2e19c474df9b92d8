"""``companion orders add``."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from companion.cli.commands.orders.add import AddOrderResult
from companion.cli.commands.orders.list import ListOrdersResult
from tests.kits.cli import ANNUAL, FAMILY, Cli


def mail(path: Path, body: str) -> Path:
    message = EmailMessage()
    message["Subject"] = "Your order"
    message["From"] = "orders@larkfield.example"
    message.set_content(body)
    path.write_bytes(message.as_bytes())
    return path


def test_an_order_is_found_by_its_confirmation_e_mail(cli: Cli, tmp_path: Path) -> None:
    text = f"Thank you.\nOrder number: {FAMILY}\nOrder password: {cli.password(FAMILY)}\n"
    ran = cli("orders", "add", "--mail", mail(tmp_path / "order.eml", text), "--json")
    assert ran.shown(AddOrderResult).order_numbers == (FAMILY,)
    assert cli.password(FAMILY) not in ran.out + ran.err


def test_a_mail_without_the_password_asks_for_it(cli: Cli, tmp_path: Path) -> None:
    path = mail(tmp_path / "order.eml", f"Order number: {ANNUAL}\n")
    cli("orders", "add", "--mail", path, "--json").error(2, "secret-needed")
    assert cli.opened(ANNUAL, "orders", "add", "--mail", path, "--json").shown(AddOrderResult).order_numbers == (
        ANNUAL,
    )


def test_a_mail_that_does_not_help_says_so(cli: Cli, tmp_path: Path) -> None:
    path = mail(tmp_path / "other.eml", "Lunch at noon?")
    cli("orders", "add", "--mail", path, "--json").error(1, "mail-without-order")
    cli("orders", "add", "--mail", tmp_path / "nothing.eml", "--json").error(1, "file-not-readable")
    cli("orders", "add", FAMILY, "--mail", path, "--json").error(2, "usage")


def test_a_mail_of_another_shop_never_counts_as_a_failed_attempt(cli: Cli, tmp_path: Path) -> None:
    path = mail(tmp_path / "other.eml", f"Order number: AB-99120\nOrder password: {cli.password(FAMILY)}\n")
    for _ in range(12):
        failure = cli("orders", "add", "--mail", path, "--json").error(1, "mail-without-order")
        assert "another shop" in failure["message"]
    assert cli.timeline() == []
    assert cli.opened(FAMILY, "orders", "add", FAMILY, "--json").shown(AddOrderResult).order_numbers == (FAMILY,)


def test_an_order_is_found_by_e_mail_and_card(cli: Cli) -> None:
    assert cli.store is not None
    account = cli.store.accounts[-1]
    ran = cli("orders", "add", "--email", account.email, "--card-digits", account.card_last_digits, "--json")
    assert set(ran.shown(AddOrderResult).order_numbers) == {"LF-1893-4407", "LF-5847-7721"}
    asked = cli("orders", "add", "--email", account.email, "--password-stdin", "--json", stdin=account.card_last_digits)
    assert asked.shown(AddOrderResult).order_numbers == ran.shown(AddOrderResult).order_numbers


def test_typed_numbers_are_tidied(cli: Cli) -> None:
    ran = cli.opened(FAMILY, "orders", "add", " #LF–5930–2216 ", "--json")
    assert ran.shown(AddOrderResult).order_numbers == (FAMILY,)


def test_wrong_credentials(cli: Cli) -> None:
    wrong = cli("orders", "add", FAMILY, "--password-stdin", "--json", stdin="not-the-password\n")
    failure = wrong.error(1, "credentials-wrong")
    assert "case sensitive" in failure["hint"]
    cli("orders", "add", "LF-0000-0000", "--password-stdin", "--json", stdin="x\n").error(1, "credentials-wrong")
    assert cli("orders", "list", "--json").shown(ListOrdersResult).orders == ()
    assert "not-the-password" not in wrong.out + wrong.err


def test_too_many_wrong_passwords_are_explained_with_a_time(cli: Cli) -> None:
    for _ in range(20):
        ran = cli("orders", "add", FAMILY, "--password-stdin", "--json", stdin="wrong\n")
        if ran.json["error"]["code"] == "too-many-attempts":
            break
    failure = ran.error(1, "too-many-attempts")
    assert failure["retryAfter"] > 0
    until = re.search(r"locked log-ins for this order until (.+ \d\d:\d\d), to protect it", failure["message"])
    assert until, failure["message"]
    assert "Support for this PC: +1" in failure["hint"], "after the second failure the number comes by itself"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["orders", "add"], "usage"),
        (["orders", "add", FAMILY, "--email", "a@b.example"], "usage"),
        (["orders", "add", FAMILY, "--card-digits", "1234"], "usage"),
        (["orders", "add", "ben@mail.example", "--password-stdin"], "bad-order-number"),
        (["orders", "add", "--email", "nobody", "--card-digits", "12345"], "bad-email"),
        (["orders", "add", "--email", "a@b.example", "--card-digits", "4111111111111111"], "bad-card-digits"),
        (["orders", "add", FAMILY, "--password-stdin"], "secret-needed"),
        (["orders", "add", FAMILY], "secret-needed"),
        (["orders", "reset-password"], "usage"),
        (["orders"], "usage"),
    ],
)
def test_input_that_cannot_be_right(cli: Cli, words: list[str], code: str) -> None:
    failure = cli(*words, "--json").error(2, code)
    assert "4111111111111111" not in str(failure)
