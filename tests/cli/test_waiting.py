"""A store that accepts and never answers: a command shows what is known after a short while, and says so."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.conftest import SYSTEM
from tests.kits.cli import ANNUAL, FAMILY, Cli
from tests.kits.silence import Silence
from tests.kits.waiting import until

PRODUCT = "Lantern Protect"


@pytest.fixture
def silence() -> Iterator[Silence]:
    made = Silence()
    yield made
    made.over.set()


@pytest.fixture
def cli(bare: Cli, silence: Silence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Commands that know an order with its invoice; they wait for a third of a second."""
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "store", profile=profile, system=SYSTEM, size=40_000, password_cost=2, around=silence.around
    ) as store:
        bare.store, bare.url = store, store.url
        bare.add(FAMILY)
        for words in (("invoice", FAMILY), ("orders", "show", FAMILY)):
            assert bare.opened(FAMILY, *words).code == 0
        monkeypatch.setenv("COMPANION_WAIT", "0.3")
        yield bare
        silence.over.set()


SHOWING: list[tuple[tuple[str, ...], str]] = [
    (("orders", "show", FAMILY), PRODUCT),
    (("orders", "open", FAMILY, "--no-browser"), "http"),
    (("money", FAMILY), "59.81"),
    (("invoice", FAMILY), "59.81"),
    (("returns", FAMILY), "return"),
    (("seats", FAMILY), PRODUCT),
    (("shipping", FAMILY), "post"),
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["silent", "dripping"])
@pytest.mark.parametrize(("words", "shown"), SHOWING, ids=lambda each: each[0] if isinstance(each, tuple) else "")
def test_what_is_known_is_shown_with_its_time(
    cli: Cli, silence: Silence, kind: str, words: tuple[str, ...], shown: str
) -> None:
    silence.kind = kind
    ran = cli.opened(FAMILY, *words)
    assert shown in ran.out, ran
    assert "has not answered yet" in ran.out
    assert "Checked with the store" in ran.out or words[1] == "open"
    told: dict[str, Any] = cli.opened(FAMILY, *words, "--json").json
    assert told["trouble"]["code"] == "not-answered-yet"
    assert told["readAt"]
    assert ran.code == (0 if words[1] == "open" else 3)


@pytest.mark.parametrize("kind", ["silent", "dripping"])
def test_licences_are_shown_while_the_store_is_silent(cli: Cli, silence: Silence, kind: str) -> None:
    silence.kind = kind
    ran = cli("licences")
    assert PRODUCT in ran.out
    assert "Checked with the store" in ran.out
    assert ran.code in (1, 3)
    assert silence.asked == ["GET /v1/profile"], "a store that is silent is asked nothing more"


def test_a_store_that_falls_silent_after_its_log_in_is_left_as_well(cli: Cli, silence: Silence) -> None:
    silence.kind, silence.paths = "silent", ("/v1/orders",)
    ran = cli.opened(FAMILY, "orders", "show", FAMILY)
    assert ran.code == 3
    assert PRODUCT in ran.out
    assert silence.asked == [f"GET /v1/orders/{FAMILY}"]


def test_a_pdf_that_cannot_be_had_does_not_hide_the_invoice(cli: Cli, silence: Silence, tmp_path: Path) -> None:
    silence.kind = "silent"
    ran = cli.opened(FAMILY, "invoice", FAMILY, "--pdf", tmp_path / "x.pdf")
    assert ran.code == 3
    assert "59.81" in ran.out
    assert "PDF could not be saved" in ran.out
    assert not (tmp_path / "x.pdf").exists()


class Hearing(io.StringIO):
    """A stream of errors on which the store's silence ends as soon as the person is told of it."""

    def __init__(self, silence: Silence) -> None:
        super().__init__()
        self._silence = silence

    def write(self, text: str) -> int:
        if "Waiting" in text:
            self._silence.kind = None
            self._silence.over.set()
        return super().write(text)


@pytest.mark.parametrize(
    "words",
    [
        ("auto-renew", FAMILY, "off", "--yes"),
        ("returns", FAMILY, "request", "--yes"),
        ("seats", FAMILY, "take"),
        ("extend", FAMILY),
        ("orders", "add", ANNUAL),
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_changes_something_says_once_that_it_waits_and_goes_on(
    cli: Cli, silence: Silence, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    silence.kind, heard = "silent", Hearing(silence)
    monkeypatch.setattr(sys, "stderr", heard)
    ran = cli.opened(ANNUAL if ANNUAL in words else FAMILY, *words)
    assert heard.getvalue().count("has not answered yet. Waiting") == 1
    assert ran.code in (0, 1), (ran, heard.getvalue())
    assert "not answered yet" not in ran.out


def test_how_long_is_waited_can_be_said(cli: Cli, silence: Silence) -> None:
    silence.kind = "silent"
    assert cli("--wait", "0", "licences").code == 2
    assert "Checked with the store" in cli("--wait", "1", "licences").out


def test_the_connection_is_given_up(cli: Cli, silence: Silence) -> None:
    """What drips into a connection that was closed fails at the server."""
    silence.kind = "dripping"
    assert "Checked with the store" in cli("licences").out
    until(lambda: silence.given_up == 1)
