"""What the person chose of how the window looks, kept between starts."""

from __future__ import annotations

from companion.ui.look.appearance import Appearance
from companion.ui.look.zoom import USUAL, percent_of, stepped
from companion.ui.state.settings.window_settings import TEXT_SIZE, THEME, WindowSettings


class LookChoices:
    """The theme and the size of texts."""

    def __init__(self, appearance: Appearance, settings: WindowSettings) -> None:
        self._appearance, self._settings = appearance, settings

    def load(self) -> None:
        """Use what was chosen at an earlier time."""
        self._appearance.choose(self.theme)
        self._appearance.magnify(percent_of(self._settings.value(TEXT_SIZE)))

    @property
    def theme(self) -> str:
        """The name of the theme that was chosen; empty for that of the system."""
        return self._settings.value(THEME) or ""

    @property
    def percent(self) -> int:
        """The size of texts, in percent of what the system asks for."""
        return self._appearance.percent

    def choose_theme(self, name: str) -> None:
        """Use the theme of this name, now and from the next start on."""
        self._settings.remember(THEME, name)
        self._appearance.choose(name)

    def choose_percent(self, percent: int) -> None:
        """Show texts in this size, now and from the next start on."""
        self._settings.remember(TEXT_SIZE, str(percent))
        self._appearance.magnify(percent)

    def magnify(self, steps: int) -> None:
        """Show texts larger by so many steps, or smaller; with 0 as the system asks for."""
        self.choose_percent(stepped(self.percent, steps) if steps else USUAL)
