"""The system's theme and text size, followed while the program runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from companion.services.app.resources import resource
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.look.appearance import Appearance
from companion.ui.look.system_look import SystemLook
from companion.ui.look.theme import DARK, LIGHT
from companion.ui.widgets.basic import IconLabel
from companion.ui.widgets.switch import Switch

SHEET = resource("style/companion.qss")


class Desktop(SystemLook):
    """A desktop whose person changes its settings."""

    dark = contrast = False
    points = 9.0

    def is_dark(self) -> bool:
        return self.dark

    def high_contrast(self) -> bool:
        return self.contrast

    def palette(self) -> QPalette:
        made = QPalette()
        made.setColor(QPalette.ColorRole.Window, QColor("#202020"))
        made.setColor(QPalette.ColorRole.WindowText, QColor("#fffffe"))
        return made

    def text_points(self) -> float:
        return self.points


@pytest.fixture
def desktop(qapp: QApplication) -> Iterator[Desktop]:
    made = Desktop(qapp)
    yield made
    made.close()


@pytest.fixture
def font(qapp: QApplication) -> Iterator[QFont]:
    """The application's font; put back afterwards."""
    before = QFont(qapp.font())
    yield QFont(before)
    qapp.setFont(before)


def test_light_dark_and_contrast_come_as_the_system_changes(qapp: QApplication, desktop: Desktop, qtbot: QtBot) -> None:
    appearance = Appearance(qapp, desktop, SHEET)
    assert appearance.theme is LIGHT
    switch, mark = Switch(appearance.theme, "Quiet hours", on=True), IconLabel(appearance.theme, "lock", "accent")
    for widget in (switch, mark):
        qtbot.addWidget(widget)
    before = (switch.grab().toImage(), mark.pixmap().toImage())
    desktop.dark = True
    with qtbot.waitSignal(appearance.changed):
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert appearance.theme is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    assert DARK.surface in qapp.styleSheet()
    assert switch.grab().toImage() != before[0]
    assert mark.pixmap().toImage() != before[1]
    desktop.contrast = True
    with qtbot.waitSignal(appearance.changed):
        desktop.changed_by_system()
    assert (appearance.theme.window, appearance.theme.text) == ("#202020", "#fffffe")


def test_what_the_person_chose_holds_until_high_contrast_is_needed(qapp: QApplication, desktop: Desktop) -> None:
    appearance = Appearance(qapp, desktop, SHEET)
    appearance.choose("dark")
    assert appearance.theme is DARK
    desktop.contrast = True
    desktop.changed.emit()
    assert appearance.theme.name == "contrast"
    desktop.contrast = False
    appearance.choose("")
    assert appearance.theme is LIGHT
    appearance.choose("no-such-theme")
    assert appearance.theme is LIGHT


def test_texts_grow_with_the_systems_font(qapp: QApplication, font: QFont, qtbot: QtBot) -> None:
    font.setPointSizeF(9)
    qapp.setFont(font)
    appearance = Appearance(qapp, SystemLook(qapp), SHEET, fixed=LIGHT)
    text = QLabel("Lantern")
    qtbot.addWidget(text)
    text.ensurePolished()
    assert text.font().pointSizeF() == pytest.approx(10.5)
    font.setPointSizeF(13.5)
    with qtbot.waitSignal(appearance.changed):
        qapp.setFont(font)
    text.ensurePolished()
    assert text.font().pointSizeF() == pytest.approx(15.75)
    appearance.close()


def test_the_look_stays_where_nothing_changed(qapp: QApplication, desktop: Desktop) -> None:
    appearance = Appearance(qapp, desktop, SHEET)
    changes: list[None] = []
    appearance.changed.connect(lambda: changes.append(None))
    desktop.changed.emit()
    assert changes == []


def test_the_systems_colours_are_read_under_our_own(qapp: QApplication) -> None:
    system = SystemLook(qapp)
    Appearance(qapp, system, SHEET, fixed=DARK)
    assert system.palette().color(QPalette.ColorRole.Window).name() != DARK.window
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    assert not system.is_dark()
    assert not system.high_contrast()
    system.close()


def test_the_window_hears_when_the_desktop_gets_another_theme(
    qapp: QApplication, services: Services, qtbot: QtBot
) -> None:
    program = WindowedProgram(qapp, services)
    with qtbot.waitSignal(program.system_look.changed):
        QApplication.sendEvent(program.window, QEvent(QEvent.Type.ThemeChange))
    program.close()
    program.window.deleteLater()
