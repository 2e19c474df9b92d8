"""Whatever a store answers: a clear sentence in the terminal and the window, and good answers heal everything."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.serialization import encode
from companion.domain.store.unread import unread_sentences
from companion.services.app.resources import resource
from companion.services.container.store import build_services
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from tests.kits.cli import Cli
from tests.kits.spoiled import ACTING, Spoiled, Spoiler, every_nth, spoiled_documents, spoiled_fields
from tests.kits.store import StoreKit
from tests.kits.ui import texts_of

NUMBER = "LF-4821-0937"
ORDER = f"/v1/orders/{NUMBER}"
PROFILE = "/v1/profile"
PAGES = (Destination("home"), Destination("orders"), Destination("order", NUMBER), Destination("help"))
FULL = [pytest.param(12), pytest.param(400, marks=pytest.mark.slow)]


@pytest.fixture
def spoiler() -> Spoiler:
    return Spoiler()


@pytest.fixture
def store(tmp_path: Path, spoiler: Spoiler, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoStore]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2, around=spoiler.around
    ) as made:
        yield made


@pytest.fixture
def kit(store: DemoStore, tmp_path: Path) -> Iterator[StoreKit]:
    library, client = Library(tmp_path / "library.db"), StoreClient(store.url)
    made = StoreKit(store, library, Keychain(), client)
    made.orders.lookup.profile()
    made.orders.lookup.add(NUMBER, made.password(NUMBER))
    yield made
    client.close()
    library.close()


def answers(kit: StoreKit) -> list[Spoiled]:
    """Every spoiled answer about an order and the profile."""
    order = kit.orders.cache.known(NUMBER).order
    profile = kit.orders.cache.remembered_profile()
    assert order is not None
    found: list[Spoiled] = []
    for path, value in ((ORDER, order), (PROFILE, profile)):
        document = json.loads(encode(value))
        document.pop("unread", None)
        found += [*spoiled_documents(path, document), *spoiled_fields(path, document)]
    return found


def asked(kit: StoreKit, path: str) -> str:
    """What the client makes of an answer: the value as Python writes it, or the sentences of a failure."""
    try:
        if path == PROFILE:
            return str(kit.orders.lookup.profile())
        order = kit.orders.lookup.refresh(NUMBER).order
        return str(order) + "".join(unread_sentences(order.all_unread)) if order is not None else ""
    except CompanionError as error:
        return "" if error.code is ErrorCode.BUG else f"{error.title} {error.message} {error.hint}"


def test_there_are_hundreds_of_spoiled_answers(kit):
    found = answers(kit)
    assert len(found) > 1000
    assert len({(each.path, each.name) for each in found}) == len(found)


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_the_client_reads_them_or_says_why_not(kit, spoiler, count):
    lookup, cache = kit.orders.lookup, kit.orders.cache
    whole = cache.known(NUMBER).order
    for spoiled in every_nth(answers(kit), count):
        spoiler.now = spoiled
        said = asked(kit, spoiled.path)
        assert said, spoiled.name
        assert not any(sign in said for sign in ACTING), spoiled.name
        # What is remembered can always be read.
        assert cache.known(NUMBER).order is not None, spoiled.name
    spoiler.now = None
    lookup.profile()
    assert lookup.refresh(NUMBER).order == whole


@pytest.mark.parametrize("count", FULL)
def test_the_terminal_says_a_clear_sentence(kit, spoiler, store, tmp_path, capsys, monkeypatch, count):
    cli = Cli(tmp_path / "home", capsys, monkeypatch)
    cli.store, cli.url = store, store.url
    cli.add(NUMBER)
    for spoiled in every_nth(answers(kit), count):
        spoiler.now = spoiled
        for words in (("orders", "show", NUMBER), ("orders", "show", NUMBER, "--json"), ("licences",)):
            ran = cli.opened(NUMBER, *words) if words[0] == "orders" else cli(*words)
            said = ran.out + ran.err
            assert ran.code in (0, 1, 3), (spoiled.name, said)
            assert said.strip(), spoiled.name
            assert "mistake in the program" not in said, (spoiled.name, said[-500:])
            assert "Traceback" not in said, spoiled.name
            assert not any(sign in said for sign in ACTING), spoiled.name
    spoiler.now = None
    assert cli.opened(NUMBER, "orders", "show", NUMBER).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("count", FULL)
def test_the_window_shows_everything_else(
    kit: StoreKit, spoiler: Spoiler, store: DemoStore, tmp_path: Path, qapp: QApplication, qtbot: QtBot,
    caplog: pytest.LogCaptureFixture, count: int,
) -> None:  # fmt: skip
    spoiled_answers = every_nth(answers(kit), count)
    services = build_services(tmp_path / "home", store.url)
    program = WindowedProgram(qapp, services, theme=LIGHT)
    try:
        program.start(in_tray=False)
        qtbot.waitUntil(lambda: not program.runner.busy)
        owner = QObject()
        added: list[object] = []
        password = Secret(next(each.order_password for each in store.accounts if each.order_number == NUMBER))
        program.app_state.add_order(owner, NUMBER, password, added.append, added.append)
        qtbot.waitUntil(lambda: bool(added) and not program.runner.busy)
        for spoiled in spoiled_answers:
            spoiler.now = spoiled
            asked = spoiler.asked
            program.app_state.refresh()
            qtbot.waitUntil(lambda: not program.runner.busy)
            assert spoiler.asked > asked, spoiled.name
            for there in (
                Destination("home"),
                Destination("orders"),
                Destination("order", NUMBER),
                Destination("help"),
            ):
                program.window.navigate_to(there)
                qtbot.waitUntil(lambda: not program.runner.busy)
                shown = texts_of(program.window)
                assert shown, spoiled.name
                assert not any(sign in text for text in shown for sign in ACTING), spoiled.name
                assert not any("mistake in the program" in text for text in shown), spoiled.name
            failed = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
            assert failed == [], spoiled.name
            assert len(program.app_state.snapshot.orders) == 1
        spoiler.now = None
        program.app_state.refresh()
        qtbot.waitUntil(lambda: not program.runner.busy)
        assert program.app_state.snapshot.troubles == ()
        program.window.navigate_to(Destination("home"))
        shown = texts_of(program.window)
        assert "Lantern Protect" in shown
        assert "The answer could not be read" not in shown, "a failure that is over is not told any more"
    finally:
        program.close()
        program.window.deleteLater()
        services.close()
