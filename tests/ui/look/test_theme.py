"""Colours that can be read, and a Qt that does not lose references."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel

from companion.services.app.resources import resource
from companion.ui.look.theme import DARK, LIGHT, Theme, apply_theme


def _luminance(name: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    colour = QColor(name)
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    parts = [part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4) for part in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_its_ground(theme: Theme) -> None:
    pairs = [
        (theme.text, theme.window), (theme.text, theme.surface), (theme.muted, theme.window),
        (theme.muted, theme.surface), (theme.muted, theme.raised), (theme.accent, theme.surface),
        (theme.on_accent, theme.accent), (theme.ok, theme.ok_ground), (theme.ok, theme.surface),
        (theme.attention, theme.attention_ground), (theme.attention, theme.surface),
        (theme.over, theme.over_ground), (theme.over, theme.surface), (theme.text, theme.over_ground),
        (theme.text, theme.attention_ground), (theme.text, theme.info_ground), (theme.accent_strong, theme.info_ground),
    ]  # fmt: skip
    poor = [
        (text, ground, round(_contrast(text, ground), 2)) for text, ground in pairs if _contrast(text, ground) < 4.5
    ]
    assert not poor


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_style_sheet_is_understood(theme: Theme, qapp: QApplication, capfd: pytest.CaptureFixture[str]) -> None:
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


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_what_can_be_operated_has_an_outline_that_is_seen(theme: Theme) -> None:
    """WCAG 2.2, 1.4.11: fields, buttons, scroll bars, progress bars and the ring of what has the focus."""
    grounds = (theme.window, theme.surface, theme.raised, theme.info_ground)
    outlines = (theme.line_strong, theme.accent)
    pairs = [(line, ground) for line in outlines for ground in grounds]
    assert [(*pair, round(_contrast(*pair), 2)) for pair in pairs if _contrast(*pair) < 3] == []


def test_the_style_sheet_uses_that_outline() -> None:
    sheet = resource("style/companion.qss").read_text(encoding="utf-8")
    for rule in ("QPushButton {", "QSpinBox {", "QProgressBar {", "QScrollBar::handle:vertical {"):
        body = sheet[sheet.index(rule) : sheet.index("}", sheet.index(rule))]
        assert "@line_strong" in body, rule
