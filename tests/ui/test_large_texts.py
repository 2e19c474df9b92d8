"""The window with the texts of a person who needs them large."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination


def _widths(program: WindowedProgram) -> tuple[int, ...]:
    page = program.window.current
    parts = (page.title.parentWidget(), program.window.notices, page._footer)
    return tuple(part.width() for part in parts if isinstance(part, QWidget) and part.isVisible())


@pytest.mark.slow
@pytest.mark.parametrize("place", [Destination("home"), Destination("file")], ids=lambda place: place.page)
def test_a_page_becomes_as_much_wider_as_its_texts(program: WindowedProgram, place: Destination, qtbot: QtBot) -> None:
    window = program.window
    window.resize(2400, 800)
    window.navigate_to(place)
    qtbot.waitUntil(lambda: _widths(program) != () and set(_widths(program)) == {760})
    program.appearance.magnify(200)
    qtbot.waitUntil(lambda: set(_widths(program)) == {1520})
    window.resize(1200, 800)
    qtbot.waitUntil(lambda: max(_widths(program)) < 1200 - 200)
    program.appearance.magnify(100)
    qtbot.waitUntil(lambda: set(_widths(program)) == {760})
