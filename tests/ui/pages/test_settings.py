"""The Settings page: what it shows is what the system says, and what it changes has an effect."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.services.app.cancellation import Cancellation
from companion.services.container.store import Services, build_services
from companion.services.downloads.preferences import DownloadPreferences, read_preferences
from companion.ui.app.application import WindowedProgram
from companion.ui.dialogs.licences import LicencesDialog
from companion.ui.look.theme import LIGHT
from companion.ui.look.zoom import PERCENTS
from companion.ui.navigation import Destination
from companion.ui.pages.settings.data import RemoveDialog
from companion.ui.state.settings.settings_state import remove_everything
from companion.ui.state.settings.window_settings import CLOSING, ENDS, TEXT_SIZE, THEME
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.question import Question
from tests.kits.ui import button, texts_of

_SUBJECTS = (
    "General", "Reminders", "Stores", "Downloads", "Security", "Data", "Updates", "Shortcuts", "About and licences",
)  # fmt: skip


def _open(program: WindowedProgram, subject: str, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("settings", item=subject))
    qtbot.waitUntil(lambda: not program.runner.busy)


def test_the_overview_leads_to_every_subject_and_back(program: WindowedProgram, qtbot: QtBot) -> None:
    _open(program, "", qtbot)
    page = program.window.current
    assert [text for text in texts_of(page) if text in _SUBJECTS] == list(_SUBJECTS)
    for subject in _SUBJECTS:
        texts_of(page)
        button(page, subject).click()
        qtbot.waitUntil(lambda: not program.runner.busy)
        assert page.title.text() == subject
        assert QApplication.focusWidget() in (page.title, None)
        button(page, "All settings").click()
        assert page.title.text() == "Settings"


def test_closing_the_window_ends_the_program_where_that_was_chosen(program: WindowedProgram, qtbot: QtBot) -> None:
    window = program.window
    window.has_tray = lambda: True
    event = QCloseEvent()
    window.closeEvent(event)
    assert not event.isAccepted(), "it stays in the tray unless something else was chosen"
    window.show()
    _open(program, "general", qtbot)
    _choose(program, "When the window is closed, Companion", 1)
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert program.settings.value(CLOSING) == ENDS
    window.closed_for_good.disconnect()
    with qtbot.waitSignal(window.closed_for_good):
        window.closeEvent(QCloseEvent())


def _choose(program: WindowedProgram, name: str, place: int) -> None:
    # What was taken off the page may not be deleted yet.
    shown = (each for each in program.window.current.findChildren(Choice) if each.isVisible())
    made = next(each for each in shown if each.accessibleName() == name)
    made.setCurrentIndex(place)
    made.activated.emit(place)


def test_the_size_of_texts_is_chosen_and_kept(
    program: WindowedProgram, services: Services, qapp: QApplication, qtbot: QtBot
) -> None:
    _open(program, "general", qtbot)
    before = program.window.current.title.fontInfo().pointSizeF()
    _choose(program, "Size of texts", PERCENTS.index(150))
    after = program.window.current.title.fontInfo().pointSizeF()
    assert after == pytest.approx(before * 1.5, rel=0.05)
    qtbot.waitUntil(lambda: services.library.setting(TEXT_SIZE) == "150")
    again = WindowedProgram(qapp, services, theme=LIGHT)
    again.start(in_tray=True)
    qtbot.waitUntil(lambda: again.appearance.percent == 150)
    qtbot.waitUntil(lambda: not again.runner.busy)
    again.appearance.magnify(100)
    again.close()
    again.window.deleteLater()


def test_the_speed_of_downloads_is_chosen_and_kept(program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
    _open(program, "downloads", qtbot)
    page = program.window.current
    assert any("marked as metered" in text for text in texts_of(page))
    _choose(program, "Speed of each download", 2)
    _choose(program, "Downloads at once", 1)
    wanted = DownloadPreferences(limit_rate=500_000, at_once=2)
    qtbot.waitUntil(lambda: read_preferences(services.library) == wanted)
    assert services.order_downloads._queue_options().limit_rate == 500_000
    _open(program, "downloads", qtbot)
    # What was taken off the page may not be deleted yet.
    qtbot.waitUntil(
        lambda: [made.currentIndex() for made in page.findChildren(Choice) if made.isVisible()] == [2, 1],
    )


def test_colours_are_chosen_and_kept(program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
    _open(program, "general", qtbot)
    _choose(program, "Colours", 2)
    qtbot.waitUntil(lambda: services.library.setting(THEME) == "dark")


def test_a_store_is_removed_after_a_question(program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
    services.owned.stores.add("http://127.0.0.1:9", _never())
    _open(program, "stores", qtbot)
    page = program.window.current
    assert any("127.0.0.1:9" in text for text in texts_of(page))
    button(page, "Remove…").click()
    question = program.window.findChild(Question)
    assert question is not None
    assert question.keep.isDefault()
    question.agree.click()
    qtbot.waitUntil(lambda: not services.owned.stores.all())
    qtbot.waitUntil(lambda: "You added none yet." in texts_of(page))


def test_a_store_in_use_that_is_not_on_the_list_is_named_with_the_reason(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    _open(program, "stores", qtbot)
    page = program.window.current
    qtbot.waitUntil(lambda: store.url in texts_of(page))
    assert {"In use without being on this list", "Larkfield Software"} <= set(texts_of(page))
    assert any("first started with this store" in text for text in texts_of(page))
    assert "None was added yet." not in texts_of(page)
    add(store.accounts[0])
    _open(program, "stores", qtbot)
    qtbot.waitUntil(lambda: any("Remove them on the page Orders first" in text for text in texts_of(page)))


def test_security_says_what_the_keychain_says(program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
    _open(program, "security", qtbot)
    said = " ".join(texts_of(program.window.current))
    state = services.keychain.state()
    assert (state.place or "in memory only") in said
    assert "30 seconds" in said


def test_about_names_versions_and_licences(program: WindowedProgram, qtbot: QtBot) -> None:
    _open(program, "about", qtbot)
    said = " ".join(texts_of(program.window.current))
    for wanted in ("GNU Lesser General Public License", "PySide6", "requests", "Apache", "Python"):
        assert wanted in said


def test_shortcuts_lists_every_key(program: WindowedProgram, qtbot: QtBot) -> None:
    _open(program, "shortcuts", qtbot)
    said = texts_of(program.window.current)
    assert {"Ctrl+1", "Ctrl+Q", "F1", "F5", "Alt+Left"} <= set(said)


def test_a_copy_of_the_library_is_made_when_asked(program: WindowedProgram, services: Services, qtbot: QtBot) -> None:
    services.library.remember_setting("something", "worth keeping")
    _open(program, "data", qtbot)
    page = program.window.current
    button(page, "Make a copy now").click()
    qtbot.waitUntil(lambda: any(text.startswith("Made on: ") for text in texts_of(page)))
    assert list((services.folders.state / "copies").iterdir())


def test_removing_everything_lists_first_and_keeps_downloads(
    program: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    file = services.folders.downloads / "LF-1" / "setup.exe"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"bought")
    _open(program, "data", qtbot)
    button(program.window.current, "Show what would be removed…").click()
    qtbot.waitUntil(lambda: program.window.findChild(RemoveDialog) is not None)
    dialog = program.window.findChild(RemoveDialog)
    assert dialog is not None
    assert dialog.keep.isDefault()
    lines = " ".join(texts_of(dialog))
    assert "library" in lines
    assert "finished download" in lines
    assert services.folders.library.exists(), "listing removes nothing"
    dialog.agree.click()
    assert program.removes is False


def test_what_could_not_be_listed_is_listed_when_asked_again(
    program: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    _open(program, "data", qtbot)
    with contextlib.closing(sqlite3.connect(services.folders.library)) as other:
        other.execute("ALTER TABLE purchases RENAME TO away")
        with qtbot.waitSignal(program.runner.unhandled):
            button(program.window.current, "Show what would be removed…").click()
        other.execute("ALTER TABLE away RENAME TO purchases")
    qtbot.waitUntil(lambda: not program.runner.busy)
    button(program.window.current, "Show what would be removed…").click()
    qtbot.waitUntil(lambda: program.window.findChild(RemoveDialog) is not None)


def test_what_is_removed_after_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    services = build_services(tmp_path / "home", "http://127.0.0.1:9")
    with contextlib.closing(services):
        file = services.folders.downloads / "setup.exe"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"bought")
        removal = remove_everything(services, finished=False)
        assert removal.failed == ()
        assert not services.folders.library.exists()
        assert file.exists()


def _never() -> Cancellation:
    return Cancellation()


def test_about_has_the_licence_texts_to_read(program: WindowedProgram, qtbot: QtBot) -> None:
    _open(program, "about", qtbot)
    button(program.window.current, "Read the licence texts…").click()
    qtbot.waitUntil(lambda: program.window.findChild(LicencesDialog) is not None)
    dialog = program.window.findChild(LicencesDialog)
    assert dialog is not None
    assert "Apache License" in dialog.text.toPlainText()
    names = [dialog.choice.itemText(place) for place in range(dialog.choice.count())]
    assert names[:2] == ["Companion", "Qt"]
    dialog.choice.activated.emit(1)
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in dialog.text.toPlainText()
    dialog.choice.activated.emit(names.index("requests"))
    assert "Apache License" in dialog.text.toPlainText()
    dialog.reject()
