"""General settings: starting with the PC, how the window looks, what closing the window does, and quitting."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from companion.ui.frame.keys import LARGER, QUIT, SMALLER, USUAL_SIZE, in_words
from companion.ui.look.theme import DARK, LIGHT
from companion.ui.look.zoom import PERCENTS
from companion.ui.pages.reminders.settings import StartCard, setting
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below
from companion.ui.state.settings.window_settings import CLOSING, ENDS, STAYS
from companion.ui.widgets.basic import Card, button, label, line, row
from companion.ui.widgets.choice import Choice

_CLOSINGS = {STAYS: "Stays beside the clock and reminds you", ENDS: "Ends, and reminds you no more"}
_THEMES = {"": "As the system", LIGHT.name: "Light", DARK.name: "Dark"}


def general(desk: Desk) -> QWidget:
    """Returns the view of the general settings."""
    return below(StartCard(desk.app_state, desk.autostart), _looks(desk), _closing(desk), _quitting(desk))


def _looks(desk: Desk) -> Card:
    words, names, theme = list(_THEMES.values()), list(_THEMES), desk.app_state.theme
    colours = Choice(theme, "Colours", words, names.index(desk.look.theme if desk.look.theme in names else ""))
    colours.activated.connect(lambda place: desk.look.choose_theme(names[place]))
    sizes = Choice(theme, "Size of texts", [f"{percent} %" for percent in PERCENTS], PERCENTS.index(desk.look.percent))
    sizes.activated.connect(lambda place: desk.look.choose_percent(PERCENTS[place]))
    about = f"Of what the system asks for. Also {in_words(LARGER)}, {in_words(SMALLER)} and {in_words(USUAL_SIZE)}."
    card = Card(spacing=12)
    card.add(
        label("How it looks", "heading"),
        setting("Colours", "High contrast is always the system's own.", colours),
        line(),
        setting("Size of texts", about, sizes),
    )
    return card


def _closing(desk: Desk) -> Card:
    words, values = list(_CLOSINGS.values()), list(_CLOSINGS)
    present = values.index(desk.window.value(CLOSING) or STAYS)
    choice = Choice(desk.app_state.theme, "When the window is closed, Companion", words, present)
    choice.activated.connect(lambda place: desk.window.remember(CLOSING, values[place]))
    card = Card(spacing=12)
    about = "Where the desktop has no place for the icon, closing always ends it."
    card.add(label("When the window is closed", "heading"), setting("Companion", about, choice))
    return card


def _quitting(desk: Desk) -> Card:
    card = Card(spacing=12)
    card.add(
        label("Quit", "heading"),
        label("Downloads pause and continue at the next start. Until then nothing reminds you.", "muted"),
        row(button("Quit Companion", desk.quit, tip=in_words(QUIT)), label(in_words(QUIT), "muted"), None),
    )
    return card
