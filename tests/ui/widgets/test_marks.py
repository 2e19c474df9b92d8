"""What colours tell is told by shapes too, and the ring of what has the focus is seen on every ground."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from companion.services.app.resources import resource
from companion.ui.look.theme import DARK, LIGHT, Theme, apply_theme
from companion.ui.widgets.basic import IconLabel, button, chip, label
from companion.ui.widgets.fields import TickBox
from companion.ui.widgets.switch import Switch

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


def _box_of(part: QCheckBox | QRadioButton) -> QSize:
    """How large the box or the circle is that is ticked."""
    option = QStyleOptionButton()
    part.initStyleOption(option)
    is_box = isinstance(part, QCheckBox)
    kind = QStyle.SubElement.SE_CheckBoxIndicator if is_box else QStyle.SubElement.SE_RadioButtonIndicator
    found: QSize = part.style().subElementRect(kind, option, part).size()
    return found


def _painted(part: QWidget, colour: str) -> int:
    """How many pixels of a part have this colour."""
    picture = part.grab().toImage()
    places = itertools.product(range(picture.width()), range(picture.height()))
    return sum(picture.pixelColor(x, y).name() == colour for x, y in places)


@pytest.mark.parametrize("is_on", [True, False])
def test_what_is_ticked_and_switched_grows_with_the_text(
    theme: Theme, qapp: QApplication, qtbot: QtBot, is_on: bool
) -> None:
    tick, choice, switch = TickBox("Later"), QRadioButton("Never"), Switch(theme, "Quiet hours", on=is_on)
    picture = IconLabel(theme, "lock", "accent")
    ground = _ground(qtbot, tick, choice, switch, picture)
    for part in (tick, choice):
        part.setChecked(is_on)
    colour = theme.accent if is_on else theme.muted

    def boxes() -> list[QSize]:
        return [_box_of(tick), _box_of(choice), switch.size(), picture.pixmap().deviceIndependentSize().toSize()]

    before, painted = boxes(), _painted(switch, colour)
    assert before[2].height() >= 32
    apply_theme(qapp, theme, SHEET, 2.0)
    qtbot.waitUntil(lambda: all(now.height() >= then.height() * 1.8 for now, then in zip(boxes(), before, strict=True)))
    assert switch.height() <= ground.height()
    assert _painted(switch, colour) > painted * 3
    apply_theme(qapp, theme, SHEET, 0.8)
    qtbot.waitUntil(lambda: boxes()[:2] == before[:2])
    assert switch.height() == before[2].height(), "what is pressed does not become smaller"


@pytest.mark.parametrize("percent", [80, 100, 110, 125, 150, 175, 200])
def test_ticking_moves_no_words(qapp: QApplication, qtbot: QtBot, percent: int) -> None:
    apply_theme(qapp, LIGHT, SHEET, percent / 100)
    parts = (TickBox("Later"), QRadioButton("Never"))
    ground = _ground(qtbot, *parts)
    for part in parts:
        before = _box_of(part)
        part.setChecked(True)
        assert _box_of(part) == before
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
