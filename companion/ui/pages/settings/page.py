"""Settings: an overview of the subjects, and each subject on a view of its own."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from companion.ui.navigation import Destination, Page
from companion.ui.pages.settings.about import about, shortcuts
from companion.ui.pages.settings.data import data
from companion.ui.pages.settings.desk import Desk, View
from companion.ui.pages.settings.downloads import downloads
from companion.ui.pages.settings.general import general
from companion.ui.pages.settings.reminding import reminding
from companion.ui.pages.settings.security import security
from companion.ui.pages.settings.stores import StoresCard
from companion.ui.pages.settings.updates import updates
from companion.ui.widgets.basic import Card, TitleLink, button, clear, column, label


class _Subject(NamedTuple):
    name: str
    title: str
    says: str
    view: View


_SUBJECTS = (
    _Subject("general", "General", "Start with the PC, stay beside the clock, quit", general),
    _Subject("reminders", "Reminders", "How early, quiet hours, pop-ups", reminding),
    _Subject("stores", "Stores", "The stores that Companion asks", StoresCard),
    _Subject("downloads", "Downloads", "The folder, how fast, how many at once", downloads),
    _Subject("security", "Security", "The keychain, unlocking it, the clipboard", security),
    _Subject("data", "Data", "What is kept where, copies, remove everything", data),
    _Subject("updates", "Updates", "New versions of Companion, and looking for them", updates),
    _Subject("shortcuts", "Shortcuts", "Everything that can be done by the keyboard", shortcuts),
    _Subject("about", "About and licences", "Versions, privacy, licences", about),
)
SUBJECTS = tuple(subject.name for subject in _SUBJECTS)
"""What the item of a `Destination` to the settings can be."""


class SettingsPage(Page):
    """The item of its destination names the subject; without one the overview is shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.app_state, "Settings")
        self._desk = desk
        self._subject = ""
        self._all = button("All settings", partial(self._open, ""))
        self.add_to_head(self._all)
        self._view = column(spacing=14)
        self.add(self._view)
        self.listen(desk.app_state.reminders.changed, self._changed)

    def arrive(self, destination: Destination) -> None:
        self._subject = destination.item
        self.show_values()
        self.scroll_to_top()

    def _open(self, subject: str) -> None:
        self.navigation_requested.emit(Destination("settings", item=subject))
        self.take_focus()

    def _changed(self) -> None:
        if self._subject == "reminders":
            self.show_values()

    def render_values(self) -> None:
        clear(self._view)
        found = next((subject for subject in _SUBJECTS if subject.name == self._subject), None)
        self._all.setVisible(found is not None)
        self.title.setText(found.title if found is not None else "Settings")
        if found is not None:
            self._view.addWidget(found.view(self._desk))
            return
        for subject in _SUBJECTS:
            self._view.addWidget(self._card(subject))

    def _card(self, subject: _Subject) -> Card:
        card = Card(spacing=2)
        card.setAccessibleName(subject.title)
        card.add(TitleLink(subject.title, partial(self._open, subject.name)), label(subject.says, "muted"))
        return card
