"""The tray's menu, tooltip and state, and the page behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import icalendar
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QMenu, QTimeEdit, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.container.store import Services
from companion.services.downloads.queue import QueueItem
from companion.ui.app.application import WindowedProgram
from companion.ui.app.tray import Tray
from companion.ui.navigation import Destination
from companion.ui.notifications.balloon import cut
from companion.ui.state.download_state import DownloadState
from companion.ui.widgets.switch import Switch
from tests.kits.calls import count_calls
from tests.kits.ui import Gate, button, texts_of

Add = Callable[[Account], None]


def about(store: DemoStore, words: str) -> Account:
    return next(account for account in store.accounts if words in account.about)


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def settled(program: WindowedProgram, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not program.runner.busy)


def test_the_menu_names_the_next_dates_and_the_tooltip_the_nearest(
    program: WindowedProgram, store: DemoStore, add: Add
) -> None:
    assert list(actions(program.tray.menu)) == [
        "Open Companion", "No dates ahead", "Mute reminders", "Quit Companion",
    ]  # fmt: skip
    assert program.tray.icon.toolTip() == "Companion"
    assert program.tray.state == "companion"
    add(about(store, "Renews in 6 days"))
    found = list(actions(program.tray.menu))
    assert found[1:3] == ["Last day to cancel Lantern Protect in 5 days", "Lantern Protect renews in 6 days"]
    assert program.tray.icon.toolTip() == "Companion\nLast day to cancel Lantern Protect in 5 days"
    assert program.tray.state == "companion-attention"


def test_the_menu_leads_to_the_window_and_to_the_reminders(
    program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot
) -> None:
    add(about(store, "Renews in 6 days"))
    program.window.hide()
    actions(program.tray.menu)["Lantern Protect renews in 6 days"].trigger()
    assert program.window.isVisible()
    assert program.window.current is program.window.page("reminders")
    actions(program.tray.menu)["Open Companion"].trigger()
    assert program.window.current is program.window.page("home")
    settled(program, qtbot)


def test_muting_from_the_menu_is_kept_and_shown(program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("reminders"))
    actions(program.tray.menu)["Mute reminders"].trigger()
    qtbot.waitUntil(lambda: services.reminders.settings().muted)
    qtbot.waitUntil(lambda: "muted" in program.tray.icon.toolTip())
    assert actions(program.tray.menu)["Mute reminders"].isChecked()
    qtbot.waitUntil(lambda: "Show them again" in texts_of(program.window.current))
    button(program.window.current, "Show them again").click()
    qtbot.waitUntil(lambda: not services.reminders.settings().muted)
    qtbot.waitUntil(lambda: not actions(program.tray.menu)["Mute reminders"].isChecked())


def test_downloads_are_paused_and_go_on_from_the_menu(
    program: WindowedProgram, store: DemoStore, services: Services, gate: Gate, add: Add, qtbot: QtBot
) -> None:
    account = about(store, "closes in 9 days")
    add(account)
    download = services.orders.lookup.order(account.order_number).downloads[0]
    gate.shut()
    key = program.app_state.downloads.add(account.order_number, download)
    qtbot.waitUntil(lambda: "Pause 1 download" in actions(program.tray.menu))
    actions(program.tray.menu)["Pause 1 download"].trigger()
    qtbot.waitUntil(lambda: "Resume 1 download" in actions(program.tray.menu))
    gate.open()
    actions(program.tray.menu)["Resume 1 download"].trigger()
    transfers = program.app_state.downloads
    qtbot.waitUntil(lambda: transfers.items[key].entry.state.value == "done")
    qtbot.waitUntil(lambda: not any("download" in text for text in list(actions(program.tray.menu))[2:-1]))


class _Kept:
    """A queue of downloads that are done."""

    def __init__(self, many: int) -> None:
        keys = (DownloadKey(f"LF-{number}", "installer") for number in range(many))
        entries = (QueueEntry(key=key, name="Setup", folder="/there", state=TransferState.DONE) for key in keys)
        self._items = tuple(QueueItem(entry=entry) for entry in entries)

    def open_queue(self, _changed: object) -> Any:
        return self

    def items(self) -> tuple[QueueItem, ...]:
        return self._items

    def close(self) -> None:
        pass


def test_many_downloads_are_counted_once_for_all_that_is_told_of_them(program: WindowedProgram, qtbot: QtBot) -> None:
    many, told = 200, list[DownloadKey]()
    transfers = DownloadState(lambda: _Kept(many), program.runner)
    transfers.changed.connect(told.append)
    tray = Tray(program.app_state, program.book, transfers)
    with count_calls("_transfers_now") as calls:
        transfers.open()
        qtbot.waitUntil(lambda: len(told) == many)
        settled(program, qtbot)
    assert 1 <= calls["_transfers_now"] <= 20
    assert tray.state == "companion"


def test_quit_ends_everything_once(program: WindowedProgram, qapp: QApplication) -> None:
    program.quit()
    program.quit()
    assert not program.window.isVisible()
    assert not program.tray.icon.isVisible()
    assert program.window.ending


def test_a_log_off_closes_the_window_although_a_tray_would_keep_it(
    program: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    program.window.has_tray = lambda: True
    program.leaving()
    qtbot.waitUntil(lambda: services.library.setting("windowGeometry") is not None)
    assert program.window.close(), "a window that refuses to close would stop the log-off"


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("short", 63, "short"),
        ("one two three four", 12, "one two…"),
        ("𝒳" * 40, 63, "𝒳" * 31 + "…"),
    ],
)
def test_texts_are_cut_between_words_and_never_within_a_sign(text: str, most: int, expected: str) -> None:
    assert cut(text, most) == expected
    assert len(cut(text, most).encode("utf-16-le")) // 2 <= most


# The page


def test_the_page_puts_off_silences_and_takes_it_back(
    program: WindowedProgram, store: DemoStore, services: Services, add: Add, qtbot: QtBot
) -> None:
    add(about(store, "Renews in 6 days"))
    page = program.window.page("reminders")
    program.window.navigate_to(Destination("reminders"))
    qtbot.waitUntil(lambda: any("renews in 6 days" in text for text in texts_of(page)))
    later = button(page, "Later").menu()  # type: ignore[attr-defined]
    assert list(actions(later)) == ["In an hour", "Tomorrow morning", "In 3 days"]
    actions(later)["In 3 days"].trigger()
    qtbot.waitUntil(lambda: "Nothing needs a decision" in texts_of(page))
    qtbot.waitUntil(lambda: any(text.startswith("Put off until") for text in texts_of(page)))
    button(page, "Remind me again").click()
    qtbot.waitUntil(lambda: "Nothing needs a decision" not in texts_of(page))
    button(page, "Don't remind me of this").click()
    qtbot.waitUntil(lambda: "You will not be reminded of this again" in texts_of(page))
    button(page, "Remind me again").click()
    qtbot.waitUntil(lambda: "Nothing needs a decision" not in texts_of(page))
    assert len(services.reminders.inbox()) == 1


def test_all_dates_are_saved_for_a_calendar(
    program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot, tmp_path: Path
) -> None:
    add(about(store, "Renews in 6 days"))
    form = program.app_state.format
    done: list[object] = []
    path = tmp_path / "dates.ics"
    program.app_state.reminders.export(program.window, path, form.date, form.money, done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))
    events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert done == [len(events)] == [2]


def test_the_settings_are_kept_and_every_control_has_a_name(
    program: WindowedProgram, services: Services, store: DemoStore, add: Add, qtbot: QtBot
) -> None:
    add(about(store, "Renews in 6 days"))
    page = program.window.page("reminders")
    program.window.navigate_to(Destination("reminders", item="settings"))
    settled(program, qtbot)
    for control in (*page.findChildren(QAbstractButton), *page.findChildren(QComboBox), *page.findChildren(QTimeEdit)):
        assert control.accessibleName() or getattr(control, "text", str)(), control

    def box(name: str) -> QComboBox:
        return next(each for each in page.findChildren(QComboBox) if each.accessibleName().startswith(name))

    never = box("Renewal charges").findText("Never")
    box("Renewal charges").activated.emit(never)
    qtbot.waitUntil(lambda: services.reminders.settings().renewal == ())
    settled(program, qtbot)
    assert box("Renewal charges").currentText() == "Never"
    _switch(page, "Quiet hours").click()
    qtbot.waitUntil(lambda: services.reminders.settings().quiet is None)
    settled(program, qtbot)
    _switch(page, "Quiet hours").click()
    qtbot.waitUntil(lambda: services.reminders.settings().quiet is not None)
    settled(program, qtbot)
    ends = next(each for each in page.findChildren(QTimeEdit) if each.accessibleName() == "Quiet hours end")
    ends.setTime(ends.time().addSecs(1800))
    ends.editingFinished.emit()
    qtbot.waitUntil(lambda: services.reminders.settings().quiet.ends == dt.time(8, 30))
    program.window.navigate_to(Destination("reminders"))
    # Never means never, on the page too; what was shown before, unless it was a quiet hour, stays in the list below.
    qtbot.waitUntil(lambda: "Nothing needs a decision" in texts_of(page))
    services.reminders.keep_settings(ReminderSettings())


def test_starting_at_sign_in_is_shown_as_the_system_says(
    program: WindowedProgram, services: Services, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    page = program.window.page("reminders")
    program.window.navigate_to(Destination("reminders", item="settings"))
    settled(program, qtbot)
    switch = _switch(page, "Start when I sign in")
    assert not switch.isChecked()
    switch.click()
    qtbot.waitUntil(switch.isChecked)
    (entry,) = (tmp_path / "config" / "autostart").iterdir()
    words = entry.read_text()
    assert str(services.folders.state) in words
    assert "--tray" in words
    # The person switches it off in the desktop's own settings, and then asks for it here: the truth is shown.
    entry.write_text(words + "Hidden=true\n")
    program.window.navigate_to(Destination("reminders", item="settings"))
    settled(program, qtbot)
    switch = _switch(page, "Start when I sign in")
    assert not switch.isChecked()
    switch.click()
    qtbot.waitUntil(lambda: any("keeps it switched off" in text for text in texts_of(page)))
    assert not switch.isChecked()


def _switch(page: QWidget, name: str) -> Switch:
    return next(each for each in page.findChildren(Switch) if each.accessibleName() == name and each.isVisibleTo(page))
