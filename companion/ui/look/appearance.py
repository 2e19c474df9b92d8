"""How the whole application looks: by the system's theme and text size, and changed with them while it runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from companion.ui.look.system_look import SystemLook
from companion.ui.look.theme import DARK, LIGHT, Theme, Themed, apply_theme, contrast_theme
from companion.ui.look.zoom import USUAL, text_scale

_NAMED = {theme.name: theme for theme in (LIGHT, DARK)}


class Appearance(QObject):
    """Sets the look of the application; `theme` is the one in use.

    The theme is the system's unless one is `fixed`, or the person chose one with `choose`.
    """

    changed = Signal()

    def __init__(
        self, application: QApplication, system: SystemLook, style_sheet: Path, *, fixed: Theme | None = None
    ) -> None:
        super().__init__()
        self._application, self._system, self._style_sheet = application, system, style_sheet
        self._fixed = fixed
        self._chosen = ""
        self._percent = USUAL
        self.theme, self._scale = self._wanted(), self._wanted_scale()
        apply_theme(application, self.theme, style_sheet, self._scale)
        system.changed.connect(self.look)

    @property
    def percent(self) -> int:
        """How large texts are, in percent of what the system asks for."""
        return self._percent

    def choose(self, name: str) -> None:
        """Use the theme of this name; with an empty one, that of the system."""
        self._chosen = name
        self.look()

    def magnify(self, percent: int) -> None:
        """Show texts at this percentage of the system's size."""
        self._percent = percent
        self.look()

    def look(self) -> None:
        """Look at the system again, and change the look if that makes a difference."""
        theme, scale = self._wanted(), self._wanted_scale()
        if (theme, scale) == (self.theme, self._scale):
            return
        self.theme, self._scale = theme, scale
        apply_theme(self._application, theme, self._style_sheet, scale)
        for widget in self._application.allWidgets():
            if isinstance(widget, Themed):
                widget.set_theme(theme)
        self.changed.emit()

    def _wanted(self) -> Theme:
        if self._fixed is not None:
            return self._fixed
        if self._system.high_contrast():
            # A person who needs the system's own colours needs them here too, whatever was chosen before.
            return contrast_theme(self._system.palette())
        dark = DARK if self._system.is_dark() else LIGHT
        return _NAMED.get(self._chosen, dark)

    def _wanted_scale(self) -> float:
        return text_scale(self._system.text_points(), self._percent)

    def close(self) -> None:
        """Stay as it is from now on."""
        self._system.close()
