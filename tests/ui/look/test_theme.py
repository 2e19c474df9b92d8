"""Colours that can be read, and a Qt that does not lose references."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from companion.services.app.resources import resource
from companion.ui.look.theme import DARK, LIGHT, Theme, apply_theme, contrast, contrast_theme


def _palette(ground: str, text: str, accent: str, on_accent: str) -> QPalette:
    """Colours as a system with high contrast gives them."""
    made, roles = QPalette(), QPalette.ColorRole
    colours = {roles.Window: ground, roles.WindowText: text, roles.Highlight: accent, roles.HighlightedText: on_accent}
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    return made


AQUATIC = contrast_theme(_palette("#202020", "#ffffff", "#8ee3f0", "#263b50"))
DESERT = contrast_theme(_palette("#fffaef", "#3d3d3d", "#903909", "#fff5e3"))
ODD = contrast_theme(_palette("#000000", "#ffff00", "#101010", "#ffffff"))
ALL = [LIGHT, DARK, AQUATIC, DESERT, ODD]


@pytest.mark.parametrize("theme", ALL)
def test_every_text_can_be_read_on_its_ground(theme: Theme) -> None:
    pairs = [
        (theme.text, theme.window), (theme.text, theme.surface), (theme.muted, theme.window),
        (theme.muted, theme.surface), (theme.muted, theme.raised), (theme.accent, theme.surface),
        (theme.on_accent, theme.accent), (theme.ok, theme.ok_ground), (theme.ok, theme.surface),
        (theme.attention, theme.attention_ground), (theme.attention, theme.surface),
        (theme.over, theme.over_ground), (theme.over, theme.surface), (theme.text, theme.over_ground),
        (theme.text, theme.attention_ground), (theme.text, theme.info_ground), (theme.accent_strong, theme.info_ground),
    ]  # fmt: skip
    poor = [(text, ground, round(contrast(text, ground), 2)) for text, ground in pairs if contrast(text, ground) < 4.5]
    assert not poor


@pytest.mark.parametrize("theme", ALL)
def test_the_style_sheet_is_understood(theme: Theme, qapp: QApplication, capfd: pytest.CaptureFixture[str]) -> None:
    # So that it is read now, also where another test has set it. Without any, Qt would forget which of the widgets that
    # other tests left behind it has to be told the end of, and look at them after that.
    qapp.setStyleSheet("* {}")
    apply_theme(qapp, theme, resource("style/companion.qss"))
    QLabel("x").ensurePolished()
    assert "parse" not in capfd.readouterr().err.lower()
    assert "@" not in qapp.styleSheet().replace("@name", "")


def test_qt_keeps_its_references(qapp: QApplication) -> None:
    """One release of PySide6 lost a reference to None at each call and ended the program after a while."""
    made = QLabel()
    before = sys.getrefcount(None)
    for number in range(10_000):
        made.setText(str(number % 7))
    assert sys.getrefcount(None) > before - 5_000


@pytest.mark.parametrize("theme", ALL)
def test_what_can_be_operated_has_an_outline_that_is_seen(theme: Theme) -> None:
    """WCAG 2.2, 1.4.11: fields, buttons, scroll bars, progress bars and the ring of what has the focus."""
    grounds = (theme.window, theme.surface, theme.raised, theme.info_ground)
    outlines = (theme.line_strong, theme.accent)
    pairs = [(line, ground) for line in outlines for ground in grounds]
    assert [(*pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 3] == []


def test_the_style_sheet_uses_that_outline() -> None:
    sheet = resource("style/companion.qss").read_text(encoding="utf-8")
    for rule in ("QPushButton {", "QSpinBox {", "QProgressBar {", "QScrollBar::handle:vertical {"):
        body = sheet[sheet.index(rule) : sheet.index("}", sheet.index(rule))]
        assert "@line_strong" in body, rule


def test_high_contrast_is_in_the_systems_own_colours() -> None:
    assert (AQUATIC.window, AQUATIC.text, AQUATIC.accent) == ("#202020", "#ffffff", "#8ee3f0")
    assert AQUATIC.line == AQUATIC.line_strong == AQUATIC.text
    assert (ODD.accent, ODD.on_accent) == ("#ffff00", "#000000"), "what cannot be seen marks nothing"


def test_contrast_is_measured_as_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
