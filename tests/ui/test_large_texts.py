"""The window with the texts of a person who needs them large."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.pages.settings.page import SUBJECTS
from companion.ui.widgets.basic import spoken


def _widths(program: WindowedProgram) -> tuple[int, ...]:
    page = program.window.current
    parts = (page.title.parentWidget(), program.window.notices, page._footer)
    return tuple(part.width() for part in parts if isinstance(part, QWidget) and part.isVisible())


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


_LEAST = 32
"""How high and wide what is pressed has to be, in pixels of a screen that magnifies nothing."""
_KINDS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)


def _too_small(program: WindowedProgram, place: object) -> list[str]:
    found = [part for kind in _KINDS for part in program.window.findChildren(kind) if part.isVisible()]
    return [
        f"{place}: {type(part).__name__} {spoken(part) or part.objectName()} {part.width()}×{part.height()}"
        for part in dict.fromkeys(found)
        if (part.width() < _LEAST or part.height() < _LEAST) and not _is_part_of_a_field(part)
    ]


def _is_part_of_a_field(part: QWidget) -> bool:
    return isinstance(part.parentWidget(), QAbstractSpinBox | QComboBox | QLineEdit)


@pytest.mark.parametrize("percent", [100, 80, 200])
def test_what_is_pressed_is_large_enough_on_every_page(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], percent: int, qtbot: QtBot
) -> None:
    """32 pixels each way; WCAG 2.2 asks for 24 (2.5.8)."""
    for account in store.accounts:
        if account.order_number in (_FAMILY, _CLOSED, _UNWANTED):
            add(account)
    program.appearance.magnify(percent)
    window = program.window
    small = []
    for place in (*_PLACES, *(Destination("settings", item=subject) for subject in SUBJECTS)):
        window.navigate_to(place)
        qtbot.waitUntil(lambda: not program.runner.busy, timeout=10_000)
        QCoreApplication.sendPostedEvents()
        small += _too_small(program, place)
    assert not small, f"{percent}\n" + "\n".join(small)


_FAMILY, _CLOSED, _UNWANTED = "LF-5930-2216", "LF-5562-8803", "LF-3126-9058"
_PLACES = (
    *(Destination("order", number) for number in (_FAMILY, _CLOSED, _UNWANTED)),
    *(Destination(name) for name in ("home", "orders", "downloads", "reminders", "help", "settings", "add", "welcome")),
    *(Destination(name) for name in ("bought", "stores", "file")),
    Destination("bought", item="by-hand"),
    Destination("reminders", item="settings"),
    Destination("help", item="two-charges"),
    Destination("install", _FAMILY),
)
