"""Colours and style: a light theme, a dark one, and one of the system's own colours for high contrast."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget


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


_READABLE = 4.5


class Themed:
    """Part of a widget that draws itself in the colours of the theme."""

    _theme: Theme

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        if isinstance(self, QWidget):
            self.update()


def contrast_theme(palette: QPalette) -> Theme:
    """Returns the theme of a system that is set to high contrast: its own few colours, and outlines everywhere."""
    roles = QPalette.ColorRole
    ground, text = palette.color(roles.Window).name(), palette.color(roles.WindowText).name()
    accent, on_accent = palette.color(roles.Highlight).name(), palette.color(roles.HighlightedText).name()
    if contrast(accent, ground) < _READABLE or contrast(accent, on_accent) < _READABLE:
        accent, on_accent = text, ground
    return Theme(
        name="contrast",
        window=ground, surface=ground, raised=ground, line=text, line_strong=text,
        text=text, muted=text, accent=accent, accent_strong=accent, on_accent=on_accent,
        ok=text, ok_ground=ground,
        attention=text, attention_ground=ground, over=text, over_ground=ground, info_ground=ground,
    )  # fmt: skip


def contrast(one: str, other: str) -> float:
    """Returns the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(name: str) -> float:
    colour = QColor(name)
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    parts = [part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4) for part in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def apply_theme(application: QApplication, theme: Theme, style_sheet: Path, scale: float = 1.0) -> None:
    """Set the look of the whole application: the palette for what Qt draws itself, the style sheet for the rest.

    `scale` multiplies the sizes of texts.
    """
    # Once a style sheet is set, the style reports no name. Fusion was set before the first one.
    if not application.styleSheet() and application.style().objectName() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    colours = {field.name: getattr(theme, field.name) for field in dataclasses.fields(theme)}
    text = style_sheet.read_text(encoding="utf-8")
    text = re.sub(r"@(pt|px)\(([\d.]+)\)", lambda match: _scaled(float(match[2]), match[1], scale), text)
    sheet = re.sub(r"@(\w+)", lambda match: colours[match[1]], text)
    if application.styleSheet() != sheet:  # Setting one, even the same, draws every widget anew.
        application.setStyleSheet(sheet)


def _scaled(size: float, unit: str, scale: float) -> str:
    """Texts become smaller too; what is pressed does not."""
    return f"{size * scale:.2f}pt" if unit == "pt" else f"{round(size * max(1.0, scale))}px"


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
