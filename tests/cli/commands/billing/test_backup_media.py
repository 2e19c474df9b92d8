"""``companion backup-media``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from companion.cli.commands.billing.backup_media import BackupMediaResult
from companion.cli.commands.support.case_file import CaseFileResult
from companion.demo.server import DemoStore
from companion.domain.core.money import Money
from companion.services.app.resources import resource
from tests.kits.cli import BOXED, BRITISH, FAMILY, Cli, Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


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


def raised_price(first: int) -> Callable[[WSGIApplication], WSGIApplication]:
    """A store that names `first` pence at the first question, and the price it really asks from then on."""
    asked: list[str] = []

    def around(application: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            asked.append(path)
            if not path.endswith("/quote") or asked.count(path) > 1:
                return application(environ, start_response)
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"total": {"amount": first, "currency": "GBP"}}).encode()]

        return answer

    return around


def without_quotes(application: WSGIApplication) -> WSGIApplication:
    """A store of the time before prices were named beforehand."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith("/quote"):
            environ = {**environ, "PATH_INFO": "/v1/nothing"}
        return application(environ, start_response)

    return answer


@pytest.fixture
def opened(bare: Cli, tmp_path: Path) -> Iterator[Callable[[Callable[[WSGIApplication], WSGIApplication]], Cli]]:
    """Opens a store behind what the test puts before it."""
    with contextlib.ExitStack() as stack:

        def work(around: Callable[[WSGIApplication], WSGIApplication]) -> Cli:
            profile = resource("profiles/larkfield.json").read_bytes()
            made = DemoStore(
                tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2, around=around
            )
            bare.store = stack.enter_context(made)
            bare.url = made.url
            bare.add(BRITISH)
            return bare

        yield work


def test_the_price_that_is_agreed_to_is_the_price_that_is_charged(cli: Cli) -> None:
    """The list names 9.95 USD without tax; this order pays in pounds, with tax."""
    cli.add(BRITISH)
    told = cli.opened(BRITISH, "backup-media", BRITISH, "--json").shown(BackupMediaResult)
    assert told.offer is not None
    assert told.offer.final == Money(amount=1194, currency="GBP")
    ran = cli.opened(BRITISH, "backup-media", BRITISH, "add", "--yes")
    assert ran.code == 0
    assert "11.94 GBP with tax" in ran.out + ran.err
    assert "charged to the card of this order" in ran.out + ran.err
    order = cli.opened(BRITISH, "orders", "show", BRITISH, "--json").json["order"]
    assert order["charges"][-1]["amount"] == {"amount": 1194, "currency": "GBP"}


def test_a_price_that_has_risen_is_shown_and_asked_anew(
    opened: Callable[[Callable[[WSGIApplication], WSGIApplication]], Cli],
) -> None:
    cli = opened(raised_price(1082))
    words = ("backup-media", BRITISH, "add", "--password-stdin")
    ran = cli(*words, stdin=f"{cli.password(BRITISH)}\ny\ny\n", terminal=True)
    said = ran.out + ran.err
    assert ran.code == 0
    first, second = said.index("Buy for 10.82 GBP?"), said.index("Buy for 11.94 GBP?")
    assert first < said.index("The price has changed") < second
    assert said.index("It is 11.94 GBP now") < second


def test_a_price_that_has_risen_is_not_agreed_to_by_yes(
    opened: Callable[[Callable[[WSGIApplication], WSGIApplication]], Cli],
) -> None:
    cli = opened(raised_price(1082))
    failed = cli.opened(BRITISH, "backup-media", BRITISH, "add", "--yes", "--json").error(1, "price-changed")
    assert "11.94 GBP" in failed["message"]
    shown = cli.opened(BRITISH, "backup-media", BRITISH, "--json").shown(BackupMediaResult)
    assert shown.offer is not None, "nothing was bought"


def test_a_store_that_names_no_price_beforehand_promises_none(
    opened: Callable[[Callable[[WSGIApplication], WSGIApplication]], Cli],
) -> None:
    cli = opened(without_quotes)
    shown = cli.opened(BRITISH, "backup-media", BRITISH, "--json").shown(BackupMediaResult)
    assert shown.offer is not None
    assert shown.offer.final is None
    ran = cli.opened(BRITISH, "backup-media", BRITISH, "add", "--yes")
    assert ran.code == 0
    assert "plus tax" in ran.out + ran.err
    assert "names the final price, with tax, only after you agreed" in ran.out + ran.err


@pytest.mark.parametrize("lost", [2, 100])
def test_a_return_asked_again_after_a_lost_answer_is_one_return(bare: Cli, wire: Wire, lost: int) -> None:
    """With the store back it is sent again at once; else it is not known yet, and the next time tells."""
    bare.add(FAMILY)
    wire.drops = lost
    first = bare.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json")
    if lost == 2:
        assert first.shown(BackupMediaResult).added
    else:
        first.error(3, "not-known-yet")
    wire.drops = 0
    bare.opened(FAMILY, "backup-media", FAMILY, "add", "--yes", "--json").error(1, "not-eligible")
    order = bare.opened(FAMILY, "orders", "show", FAMILY, "--json").json["order"]
    assert [item["kind"] for item in order["lineItems"]].count("backupMedium") == 1, "it is on the order, once"
    wire.drops = lost
    sent = ("case-file", FAMILY, "--send", "It stops.", "--yes", "--json")
    failed = bare.opened(FAMILY, *sent)
    if lost == 2:
        assert failed.code == 0
    else:
        failed.error(3, "not-known-yet")
        wire.drops = 0
        failed = bare.opened(FAMILY, *sent)
    case = failed.shown(CaseFileResult).case
    assert case is not None
    assert case.case_number == "LK-700001"
