"""The list of keys, and what this program is: versions, licences, privacy."""

from __future__ import annotations

import platform

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QGridLayout, QWidget

from companion import __version__
from companion.services.app.libraries import LibraryFacts
from companion.services.app.licence_texts import LicenceText
from companion.ui.frame.keys import key_list
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below
from companion.ui.widgets.basic import Card, button, facts_grid, label, row

_PRIVACY = (
    "What you add stays on this PC: in the library, and secrets in the system's keychain.",
    "Companion talks to the stores that you added and to the downloads that you start, and once a day to its update "
    "server, where this build has one; to no one else.",
    "It counts nothing, sends no reports by itself and shows no advertising.",
)
_LGPL = (
    "Qt and Qt for Python are used under the GNU Lesser General Public License, version 3. Their source is at "
    "code.qt.io. You may replace them by builds of your own: quit Companion, put your files of the same version in the "
    "place of those in the folders PySide6 and shiboken6 of the program, and start it again."
)


def shortcuts(_desk: Desk) -> QWidget:
    """Returns the list of keys."""
    card = Card(spacing=10)
    card.add(label("Keys that work on every page", "heading"), facts_grid(key_list()))
    return below(card)


def about(desk: Desk) -> QWidget:
    """Returns the view about the program."""
    versions, privacy, licences = Card(spacing=8), Card(spacing=6), Card(spacing=8)
    versions.add(
        label("Versions", "heading"),
        facts_grid((("Companion", __version__), ("Qt", qVersion()), ("Python", platform.python_version()))),
    )
    privacy.add(label("Privacy", "heading"), *(label(sentence) for sentence in _PRIVACY))
    read = button("Read the licence texts…", lambda: desk.state.licence_texts(licences, show))

    def show(texts: tuple[LicenceText, ...]) -> None:
        from companion.ui.dialogs.licences import LicencesDialog

        LicencesDialog(licences.window(), desk.app_state.theme, texts).open()

    licences.add(
        label("Licences", "heading"),
        label("Companion is under the Apache License, Version 2.0."),
        label(_LGPL),
        row(read, None),
    )
    desk.state.libraries(licences, lambda found: licences.add(_table(found)))
    return below(versions, privacy, licences)


def _table(found: tuple[LibraryFacts, ...]) -> QGridLayout:
    return facts_grid((each.name, f"{each.version} · {each.licence}") for each in found)
