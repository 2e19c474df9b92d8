"""A password that is missing is typed where it is missing, and a locked keychain is unlocked from its notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.domain.core.serialization import encode
from companion.services.container.store import Services, build_services
from companion.services.store.keychain.keychain import Credentials, Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.dialogs.password import PasswordDialog
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from tests.kits.keychain import LockedBackend
from tests.kits.ui import button, texts_of

NOTICE = "credentials-needed"


@pytest.fixture
def backend() -> LockedBackend:
    made = LockedBackend()
    made.locked = False
    return made


@pytest.fixture
def accounts(store: DemoStore) -> tuple[Account, Account]:
    return store.accounts[0], store.accounts[1]


@pytest.fixture
def start(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, store: DemoStore, backend: LockedBackend,
    accounts: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], WindowedProgram]]:  # fmt: skip
    """Starts the program with two orders that an earlier start has added."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    earlier = build_services(tmp_path / "home", store.url, keychain=Keychain(backend=backend))
    earlier.orders.lookup.profile()
    for account in accounts:
        earlier.orders.lookup.add(account.order_number, Secret(account.order_password))
    earlier.close()
    opened: list[tuple[WindowedProgram, Services]] = []

    def work() -> WindowedProgram:
        services = build_services(tmp_path / "home", store.url, keychain=Keychain(backend=backend))
        made = WindowedProgram(qapp, services, theme=LIGHT)
        opened.append((made, services))
        with qtbot.waitSignal(made.app_state.changed):
            made.start(in_tray=False)
        qtbot.waitUntil(lambda: not made.runner.busy)
        return made

    yield work
    for program, services in opened:
        program.close()
        program.window.deleteLater()
        services.close()


def dialog(program: WindowedProgram) -> PasswordDialog:
    (found,) = [each for each in program.window.findChildren(PasswordDialog) if each.isVisible()]
    return found


def type_and_open(shown: PasswordDialog, password: str) -> None:
    (field,) = shown.findChildren(QLineEdit)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert field.accessibleName().startswith("Order password of LF-")
    field.setText(password)
    button(shown, "Open the order").click()


def test_the_notice_leads_to_one_dialog_after_the_other(
    start: Callable[[], WindowedProgram], backend: LockedBackend, accounts: tuple[Account, Account], qtbot: QtBot
) -> None:
    backend.entries.clear()
    program = start()
    assert set(program.app_state.missing) == {account.order_number for account in accounts}
    assert program.window.notices.shows(NOTICE)
    button(program.window.notices, "Enter the password…").click()
    by_number = {account.order_number: account for account in accounts}
    first = dialog(program)
    number = program.app_state.missing[0]
    assert any(number in text for text in texts_of(first)), "the number is filled in"
    type_and_open(first, "wrong")
    qtbot.waitUntil(lambda: any("do not" in text for text in texts_of(first)))
    assert first.isVisible()
    type_and_open(first, by_number[number].order_password)
    qtbot.waitUntil(lambda: number not in program.app_state.missing)
    (other,) = program.app_state.missing
    type_and_open(dialog(program), by_number[other].order_password)
    qtbot.waitUntil(lambda: not program.window.notices.shows(NOTICE))
    qtbot.waitUntil(lambda: not program.runner.busy)
    kept = [entry for entry in backend.entries.values() if "orderPassword" in entry]
    assert sorted(kept) == sorted(
        encode(Credentials(order_password=Secret(account.order_password))).decode() for account in accounts
    )


def test_the_orders_own_page_offers_it_too(
    start: Callable[[], WindowedProgram], backend: LockedBackend, accounts: tuple[Account, Account], qtbot: QtBot
) -> None:
    backend.entries.clear()
    program = start()
    account = accounts[1]
    program.window.navigate_to(Destination("order", account.order_number))
    qtbot.waitUntil(lambda: not program.runner.busy)
    page = program.window.current
    assert "The password of this order is missing" in texts_of(page)
    button(page, "Enter the password…").click()
    shown = dialog(program)
    assert any(account.order_number in text for text in texts_of(shown))
    type_and_open(shown, account.order_password)
    qtbot.waitUntil(lambda: "The password of this order is missing" not in texts_of(page))
    qtbot.waitUntil(lambda: not program.runner.busy)


def test_enter_in_the_field_opens_the_order(
    start: Callable[[], WindowedProgram], backend: LockedBackend, accounts: tuple[Account, Account], qtbot: QtBot
) -> None:
    account = accounts[0]
    backend.entries.clear()
    program = start()
    program.window.navigate_to(Destination("order", account.order_number))
    qtbot.waitUntil(lambda: not program.runner.busy, timeout=20_000)
    button(program.window.current, "Enter the password…").click()
    shown = dialog(program)
    (field,) = shown.findChildren(QLineEdit)
    for typed, comes_of_it in (
        ("wrong", lambda: any("do not" in text for text in texts_of(shown))),
        (account.order_password, lambda: account.order_number not in program.app_state.missing),
    ):
        field.setText(typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(comes_of_it, timeout=20_000)
    qtbot.waitUntil(lambda: not program.runner.busy, timeout=20_000)
    dialog(program).reject()  # It asks for the next one.


def test_a_locked_keychain_is_asked_once_and_unlocked_from_the_notice(
    start: Callable[[], WindowedProgram], backend: LockedBackend, qtbot: QtBot
) -> None:
    backend.locked = True
    program = start()
    assert backend.prompts == 1
    program.app_state.refresh()
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert backend.prompts == 1, "not again until the person wants it"
    backend.unlocks = True
    button(program.window.notices, "Unlock the keychain").click()
    qtbot.waitUntil(lambda: not program.window.notices.shows(NOTICE))
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert (backend.prompts, program.app_state.missing) == (2, ())


def test_where_it_is_kept_is_looked_up_before_it_is_promised(
    start: Callable[[], WindowedProgram], program: WindowedProgram, backend: LockedBackend, qtbot: QtBot
) -> None:
    program.window.navigate_to(Destination("add"))
    page = program.window.page("add")
    qtbot.waitUntil(lambda: any("This computer has no keychain." in text for text in texts_of(page)))
    assert not any("go into" in text for text in texts_of(page))
    backend.locked = True
    other = start()
    prompts = backend.prompts
    other.window.navigate_to(Destination("add"))
    page = other.window.page("add")
    qtbot.waitUntil(lambda: any("It is locked" in text or "is locked." in text for text in texts_of(page)))
    assert backend.prompts == prompts, "looking asks for nothing"
