"""Settings of downloads: where they go, how fast, and how many at once."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QWidget

from companion.domain.core.errors import CompanionError
from companion.services.downloads.preferences import DownloadPreferences
from companion.ui.pages.reminders.settings import setting
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below
from companion.ui.widgets.basic import Card, clear, column, exact, label, line
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.notice import Notice

_LIMITS = (None, 250_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
_AT_ONCE = (1, 2, 3, 4)


def downloads(desk: Desk) -> QWidget:
    """Returns the view of the settings of downloads."""
    return below(_folder(desk), PaceCard(desk), _metered())


def _folder(desk: Desk) -> Card:
    card = Card(spacing=8)
    place = exact("The folder of downloads")
    place.setText(str(desk.state.folders.downloads))
    words = "Each order has a folder of its own in there. For a single download you can choose another when it begins."
    card.add(label("Folder", "heading"), place, label(words, "muted"))
    return card


def _metered() -> Card:
    card = Card(spacing=8)
    words = (
        "Before a download Companion tells you that the connection is marked as metered, where the system says so. "
        "It does not stop a download that you began."
    )
    card.add(label("Metered connections", "heading"), label(words))
    return card


class PaceCard(Card):
    """How fast each download may be, and how many run at once."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=12)
        self._desk = desk
        self._settings = column(spacing=12)
        self._news = column(spacing=8)
        self.add(label("Speed", "heading"), self._settings, self._news)
        desk.state.download_preferences(self, self._show)

    def _show(self, chosen: DownloadPreferences) -> None:
        self._chosen = chosen
        form, theme = self._desk.app_state.format, self._desk.app_state.theme
        limits = list(_LIMITS) if chosen.limit_rate in _LIMITS else [*_LIMITS, chosen.limit_rate]
        words = ["As fast as it goes" if each is None else f"At most {form.rate(each)}" for each in limits]
        limit = Choice(theme, "Speed of each download", words, limits.index(chosen.limit_rate))
        limit.activated.connect(lambda place: self._keep(limit_rate=limits[place]))
        at_once = Choice(theme, "Downloads at once", [str(each) for each in _AT_ONCE], _AT_ONCE.index(chosen.at_once))
        at_once.activated.connect(lambda place: self._keep(at_once=_AT_ONCE[place]))
        clear(self._settings)
        for part in (
            setting("Speed of each download", "Leaves room for other programs. From the next download on.", limit),
            line(),
            setting("Downloads at once", "Of each store; the others wait. From the next start on.", at_once),
        ):
            self._settings.addWidget(part)

    def _keep(self, **changes: object) -> None:
        self._chosen = msgspec.structs.replace(self._chosen, **changes)
        clear(self._news)
        self._desk.state.keep_download_preferences(self, self._chosen, self._failed)

    def _failed(self, error: CompanionError) -> None:
        self._news.addWidget(Notice.of_error(error, closable=False))
