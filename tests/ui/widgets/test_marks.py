"""What colours tell is told by shapes too, and the ring of what has the focus is seen on every ground."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from companion.services.app.resources import resource
from companion.ui.look.theme import DARK, LIGHT, Theme, apply_theme
from companion.ui.widgets.basic import button, chip, label

_GREY = QImage.Format.Format_Grayscale8
SHEET = resource("style/companion.qss")


@pytest.fixture(params=[LIGHT, DARK], ids=lambda theme: theme.name)
def theme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Theme]:
    apply_theme(qapp, request.param, SHEET)
    yield request.param
    apply_theme(qapp, LIGHT, SHEET)


def _ground(qtbot: QtBot, *parts: QWidget) -> QWidget:
    ground = QWidget()
    below = QVBoxLayout(ground)
    for part in parts:
        below.addWidget(part)
    qtbot.addWidget(ground)
    ground.resize(400, 200)
    ground.show()
    return ground


def _colours(part: QWidget, right: int) -> set[str]:
    """The colours of a part's left side."""
    picture = part.grab().toImage()
    across, down = range(right), range(picture.height())
    return {picture.pixelColor(x, y).name() for x in across for y in down}


def test_a_text_with_a_tone_has_a_mark_before_it(theme: Theme, qtbot: QtBot) -> None:
    words = "Can be returned until Sunday, and some words more, so that it needs a second line."
    toned = {tone: label(words, tone=tone) for tone in ("ok", "attention", "over")}
    plain = label(words)
    ground = _ground(qtbot, plain, *toned.values())
    pictures = set()
    for tone, made in toned.items():
        assert getattr(theme, tone) in _colours(made, made.contentsRect().left() - 4), tone
        assert made.contentsRect().left() > made.fontMetrics().height()
        pictures.add(bytes(made.grab().copy(0, 0, 18, 40).toImage().convertToFormat(_GREY).bits()))
    assert len(pictures) == 3, "each tone has a shape of its own"
    assert plain.contentsRect().left() == 0
    assert chip("Active", "ok").contentsRect().left() == 0
    assert ground.isVisible()


def test_the_room_of_the_mark_grows_with_the_text(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, LIGHT, SHEET)
    made = label("Renews soon", tone="attention")
    ground = _ground(qtbot, made)
    before = made.contentsRect().left()
    apply_theme(qapp, LIGHT, SHEET, 2.0)
    qtbot.waitUntil(lambda: made.contentsRect().left() > before * 3 // 2)
    assert ground.isVisible()
    apply_theme(qapp, LIGHT, SHEET)


def test_the_ring_of_a_filled_button_lies_apart_from_it(theme: Theme, qtbot: QtBot) -> None:
    made = button("Download and install", lambda: None, "primary")
    ground = _ground(qtbot, made)
    with qtbot.waitActive(ground):
        ground.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    picture, middle = made.grab().toImage(), made.height() // 2
    across = [picture.pixelColor(QPoint(x, middle)) for x in range(6)]
    assert across[:2] == [QColor(theme.accent)] * 2
    assert across[2:4] == [QColor(theme.surface)] * 2
    assert across[4:] == [QColor(theme.accent)] * 2
