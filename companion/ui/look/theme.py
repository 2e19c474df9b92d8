"""Colours and style: one light and one dark theme, chosen by the system's own."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication


@dataclasses.dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme; text on its ground reaches a contrast of 4.5:1 (WCAG 2.2, 1.4.3).

    `line_strong` outlines what can be operated, with 3:1 on every ground (1.4.11); `line` only parts one from another.
    """

    name: str
    window: str
    surface: str
    raised: str
    line: str
    line_strong: str
    text: str
    muted: str
    accent: str
    accent_strong: str
    on_accent: str
    ok: str
    ok_ground: str
    attention: str
    attention_ground: str
    over: str
    over_ground: str
    info_ground: str


LIGHT = Theme(
    name="light",
    window="#f4f6f8", surface="#ffffff", raised="#eef1f4", line="#d9dfe5", line_strong="#75818d",
    text="#17212b", muted="#55616d", accent="#0b6b78", accent_strong="#084f59", on_accent="#ffffff",
    ok="#1a6b3f", ok_ground="#e5f4ea",
    attention="#8a4b00", attention_ground="#fdf1dc", over="#a1262d", over_ground="#fcebeb", info_ground="#e4f1f4",
)  # fmt: skip

DARK = Theme(
    name="dark", window="#14191f", surface="#1c232b", raised="#262f39", line="#37424e", line_strong="#7d8b99",
    text="#e9edf1", muted="#a3aeb9", accent="#58c4d0", accent_strong="#8adbe4", on_accent="#06262b",
    ok="#7fd6a1", ok_ground="#173325",
    attention="#f3c069", attention_ground="#3a2c12", over="#ff9a9a", over_ground="#431f21", info_ground="#17333a",
)  # fmt: skip


def system_theme(application: QApplication) -> Theme:
    """The theme that fits the desktop's own."""
    scheme = application.styleHints().colorScheme()
    if scheme is Qt.ColorScheme.Unknown:
        dark = application.palette().color(QPalette.ColorRole.Window).lightness() < 128
        return DARK if dark else LIGHT
    return DARK if scheme is Qt.ColorScheme.Dark else LIGHT


def apply_theme(application: QApplication, theme: Theme, style_sheet: Path) -> None:
    """Dress the whole application: the palette for what Qt draws itself, the style sheet for the rest."""
    application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    text = style_sheet.read_text(encoding="utf-8")
    colours = {field.name: getattr(theme, field.name) for field in dataclasses.fields(theme)}
    application.setStyleSheet(re.sub(r"@(\w+)", lambda match: colours[match[1]], text))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.surface),
        (roles.AlternateBase, theme.raised),
        (roles.Text, theme.text),
        (roles.PlaceholderText, theme.muted),
        (roles.Button, theme.surface),
        (roles.ButtonText, theme.text),
        (roles.BrightText, theme.over),
        (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.on_accent),
        (roles.Link, theme.accent),
        (roles.LinkVisited, theme.accent),
        (roles.ToolTipBase, theme.raised),
        (roles.ToolTipText, theme.text),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return palette
