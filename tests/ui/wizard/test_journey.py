"""What a person does in the window, against a real store."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.pc.closing import Relaunch
from companion.domain.transfers.models import TransferState
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.dialogs.auto_renewal import SwitchDialog, ask_to_switch
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from companion.ui.pages.add import AddPage
from companion.ui.widgets.question import Question
from companion.ui.wizard.choose import ChooseStep
from companion.ui.wizard.page import InstallPage
from tests.kits.ui import texts_of

Add = Callable[[Account], None]


def test_the_first_run_page_adds_an_order(
    program: WindowedProgram, store: DemoStore, services: Services, qtbot: QtBot
) -> None:
    page = program.window.current
    assert isinstance(page, AddPage)
    account = store.accounts[0]
    fields = {field.accessibleName(): field for field in page.findChildren(QLineEdit)}
    qtbot.keyClicks(fields["Order number"], f"  {account.order_number.lower()} ")
    qtbot.keyClicks(fields["Order password"], account.order_password)
    qtbot.keyClick(fields["Order password"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.window.current is program.window.page("home"))
    qtbot.waitUntil(lambda: any("Lantern Protect" in text for text in texts_of(program.window.page("home"))))
    assert [known.number for known in services.orders.cache.remembered()] == [account.order_number]
    assert fields["Order password"].text() == ""
    qtbot.waitUntil(lambda: any("Lantern Protect was added" in text for text in texts_of(program.window)))


def test_a_wrong_password_says_what_to_check_and_keeps_what_was_typed(
    program: WindowedProgram, store: DemoStore, services: Services, qtbot: QtBot
) -> None:
    page = program.window.current
    assert isinstance(page, AddPage)
    fields = {field.accessibleName(): field for field in page.findChildren(QLineEdit)}
    fields["Order number"].setText(store.accounts[0].order_number)
    fields["Order password"].setText("WRONG-canary-5512")
    _button(page, "Add the order").click()
    qtbot.waitUntil(lambda: any("did not recognise" in text for text in texts_of(page)))
    assert any("case sensitive" in text for text in texts_of(page))
    assert fields["Order number"].text() == store.accounts[0].order_number
    assert services.orders.cache.remembered() == ()
    assert not any("canary-5512" in text for text in texts_of(page))


@pytest.mark.parametrize("typed", ["", "   ", "-"])
def test_an_empty_field_is_marked_and_gets_the_focus(program: WindowedProgram, typed: str, qtbot: QtBot) -> None:
    page = program.window.current
    fields = {field.accessibleName(): field for field in page.findChildren(QLineEdit)}
    fields["Order number"].setText(typed)
    _button(page, "Add the order").click()
    assert fields["Order number"].property("invalid") == "true"


@pytest.mark.slow
def test_every_page_renders_every_customer(program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot) -> None:
    for account in store.accounts:
        add(account)
    assert program.window.page("home").findChildren(QLabel)
    for account in store.accounts:
        program.window.navigate_to(Destination("order", account.order_number))
        assert any(account.order_number in text for text in texts_of(program.window.current))
        qtbot.waitUntil(lambda: not program.runner.busy)
    for page in ("orders", "downloads", "reminders", "help", "home"):
        program.window.navigate_to(Destination(page))
        qtbot.waitUntil(lambda: not program.runner.busy)
        _every_control_has_a_name(program.window)
        assert not [text for text in texts_of(program.window.current) if "None" in text or "Secret(" in text]


def _every_control_has_a_name(window: QWidget) -> None:
    nameless = [
        control
        for control in (*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit))
        if control.isVisibleTo(window) and not (control.accessibleName() or getattr(control, "text", str)())
        and not control.objectName().startswith("qt_")
    ]  # fmt: skip
    assert not nameless


def test_auto_renewal_is_switched_only_after_confirmation_and_shows_the_receipt(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    account = account_about(store, "Renews in 6 days")
    add(account)
    card = program.app_state.snapshot.cards[0]
    dialog = ask_to_switch(program.window, program.app_state, card.order_number, card.licence_id, False)
    assert any("stays active until" in text for text in texts_of(dialog))
    dialog.reject()
    assert services.orders.lookup.order(account.order_number).subscriptions[0].auto_renew
    dialog = ask_to_switch(program.window, program.app_state, card.order_number, card.licence_id, False)
    _button(dialog, "Switch off").click()
    qtbot.waitUntil(lambda: any("as receipt" in text for text in texts_of(dialog)))
    assert not services.orders.lookup.order(account.order_number).subscriptions[0].auto_renew
    assert len(services.orders.cache.receipts(account.order_number)) == 1
    home = program.window.page("home")
    qtbot.waitUntil(lambda: "nothing will be charged" in " ".join(texts_of(home)))
    dialog.close()


def test_a_conflict_is_explained_and_the_new_state_shown(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    account = account_about(store, "Renews in 6 days")
    add(account)
    card = program.app_state.snapshot.cards[0]
    dialog = SwitchDialog(program.window, program.app_state, card.order_number, card.licence_id, False)
    plan = services.orders.lookup.order(account.order_number).subscriptions[0]
    changed, _ = services.orders.actions.switch_auto_renew(account.order_number, plan, False)
    services.orders.actions.switch_auto_renew(account.order_number, changed.subscriptions[0], True)
    _button(dialog, "Switch off").click()
    qtbot.waitUntil(lambda: any("changed in the meantime" in text for text in texts_of(dialog)))
    dialog.close()


def test_without_the_store_everything_stays_readable(
    program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot
) -> None:
    add(store.accounts[0])
    store.close()
    program.app_state.refresh()
    qtbot.waitUntil(lambda: bool(program.app_state.snapshot.troubles))
    qtbot.waitUntil(lambda: any("cannot be reached" in text for text in texts_of(program.window)))
    qtbot.waitUntil(lambda: any("Lantern Protect" in text for text in texts_of(program.window.page("home"))))


def test_removing_an_order_asks_first(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot, qapp: QApplication
) -> None:
    account = store.accounts[0]
    add(account)
    program.window.navigate_to(Destination("order", account.order_number))
    qtbot.waitUntil(lambda: not program.runner.busy)
    qtbot.waitUntil(lambda: "Remove this order…" in texts_of(program.window.current))
    _button(program.window.current, "Remove this order…").click()
    question = _question(qapp)
    assert question.keep.isDefault()
    assert question.keep.text() == "Keep it"
    _button(question, "Remove it").click()
    qtbot.waitUntil(lambda: services.orders.cache.remembered() == ())


def test_a_removed_order_takes_its_downloads_off_the_list(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    account = store.accounts[0]
    add(account)
    downloads = program.app_state.downloads
    key = downloads.add(account.order_number, services.orders.cache.read()[0].downloads[0])
    qtbot.waitUntil(lambda: key in downloads.items and bool(services.library.queue(store.url)))
    program.app_state.remove_order(
        downloads, account.order_number, lambda _: None, lambda error: pytest.fail(str(error))
    )
    qtbot.waitUntil(lambda: key not in downloads.items)
    downloads.pause_all()
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert services.library.queue(store.url) == ()


@pytest.mark.skipif(sys.platform != "linux", reason="starts a blocking program made for Linux")
def test_the_wizard_goes_from_choosing_to_a_working_installation(
    program: WindowedProgram,
    store: DemoStore,
    services: Services,
    add: Add,
    qtbot: QtBot,
    qapp: QApplication,
    tmp_path: Path,
) -> None:
    account, page = _open_wizard(program, store, services, add)
    qtbot.waitUntil(lambda: _step(page).onward.isEnabled())
    assert isinstance(_step(page), ChooseStep)
    _step(page).go_on()
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 1 and _step(page).onward.isEnabled())
    _step(page).go_on()
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 3)
    assert any("It is exactly what the store" in text for text in texts_of(page))
    end_blocker = _start_apart(tmp_path, "companionblock")
    try:
        _step(page).go_on()
        qtbot.waitUntil(lambda: any("One thing stands in the way" in text for text in texts_of(page)))
        assert not _step(page).onward.isEnabled()
        qtbot.waitUntil(lambda: "Close Microsoft Outlook" in texts_of(page))
        _button(page, "Close Microsoft Outlook").click()
        _button(_question(qapp), "Close it").click()
        qtbot.waitUntil(lambda: _step(page).onward.isEnabled())
    finally:
        end_blocker()
    qtbot.waitUntil(lambda: _step(page).onward.isEnabled())
    marker = tmp_path / "opened-again"
    again = Relaunch(name="Test Mail", arguments=("/usr/bin/touch", str(marker)))
    services.recovery.relauncher.remember([again])
    _step(page).go_on()
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 5)
    assert any("is installed" in text for text in texts_of(page))
    qtbot.waitUntil(lambda: any("This PC uses one of them" in text for text in texts_of(page)))
    qtbot.waitUntil(lambda: "Open Test Mail again" in texts_of(page))
    _button(page, "Open Test Mail again").click()
    qtbot.waitUntil(marker.exists)
    assert "Open Test Mail again" not in texts_of(page)
    seats = services.orders.lookup.order(account.order_number).licences[0].seats
    assert services.this_pc.seat_id in {seat.id for seat in seats}


def _start_apart(folder: Path, name: str) -> Callable[[], None]:
    """Start a program that is not a child of the tests, because the app never minds its own tree; returns its end."""
    program = folder / name
    shutil.copy("/bin/sleep", program)
    started = subprocess.run(
        ["sh", "-c", f'setsid "{program}" 600 >/dev/null 2>&1 & echo $!'], capture_output=True, text=True, check=True
    )
    pid = int(started.stdout)

    def end() -> None:
        subprocess.run(["kill", str(pid)], check=False)

    return end


def account_about(store: DemoStore, words: str) -> Account:
    """The demo customer whose description contains `words`."""
    return next(account for account in store.accounts if words in account.about)


def _open_wizard(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add
) -> tuple[Account, InstallPage]:
    """Add an order whose download is open, and go to its installation."""
    account = account_about(store, "closes in 9 days")
    add(account)
    order = services.orders.lookup.order(account.order_number)
    program.window.navigate_to(Destination("install", account.order_number, order.downloads[0].artifact_id))
    page = program.window.current
    assert isinstance(page, InstallPage)
    return account, page


def _step(page: InstallPage) -> Any:
    return page._steps[page._stack.currentIndex()]


def _button(parent: QWidget, text: str) -> QAbstractButton:
    return next(
        found for found in parent.findChildren(QAbstractButton) if found.text() == text and found.isVisibleTo(parent)
    )


def _question(qapp: QApplication) -> Question:
    return next(found for found in qapp.topLevelWidgets() if isinstance(found, Question) and found.isVisible())


def test_a_paused_download_is_offered_again_after_the_next_start(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot, qapp: QApplication
) -> None:
    account = account_about(store, "closes in 9 days")
    add(account)
    download = services.orders.lookup.order(account.order_number).downloads[0]
    entry = services.order_downloads.queue_entry(account.order_number, download)
    program.app_state.downloads.close()
    kept = msgspec.structs.replace(entry, state=TransferState.PAUSED)
    services.library.change_queue(store.url, (), (kept,))
    again = WindowedProgram(qapp, services, theme=LIGHT)
    try:
        again.start(in_tray=False)
        qtbot.waitUntil(lambda: any("not finished" in text for text in texts_of(again.window)))
        again.window.navigate_to(Destination("downloads"))
        qtbot.waitUntil(lambda: "Cancel…" in texts_of(again.window.current))
        _button(again.window.current, "Cancel…").click()
        assert any("is deleted" in text for text in texts_of(_question(qapp)))
        _button(_question(qapp), "Keep it").click()
        assert list(again.app_state.downloads.items), "nothing is thrown away unasked"
        _button(again.window, "Resume").click()
        qtbot.waitUntil(
            lambda: again.app_state.snapshot.file(account.order_number, download.artifact_id) is not None,
        )
        assert again.window.current is again.window.page("downloads")
    finally:
        again.app_state.downloads.close()
        again.runner.shut_down()
        again.window.hide()
        again.tray.hide()


def _is_ready_at(page: InstallPage, index: int) -> bool:
    return bool(page._stack.currentIndex() == index and _step(page).onward.isEnabled())


def _has_failed(page: InstallPage, times: int) -> bool:
    return page._job is not None and page._job.failures == times


def test_after_the_second_failure_the_wizard_brings_the_number(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    _, page = _open_wizard(program, store, services, add)
    for index in (0, 1):
        qtbot.waitUntil(partial(_is_ready_at, page, index))
        _step(page).go_on()
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 3)
    fetched: Any = page._job.fetched
    with fetched.transferred.path.open("r+b") as file:
        file.write(b"\0something between changed it")
    _step(page).go_on()
    for time in (1, 2):
        qtbot.waitUntil(lambda: _step(page).onward.isEnabled())
        _step(page).go_on()
        qtbot.waitUntil(lambda: any("damaged or changed" in text for text in texts_of(page)))
        qtbot.waitUntil(partial(_has_failed, page, time))
        assert any("+1 212 555" in text for text in texts_of(page)) is (time == 2)
    _button(page, "Repair").click()
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 3)
    assert any("It is exactly what the store" in text for text in texts_of(page))
    assert fetched.transferred.path.stat().st_size == fetched.grant.size
