"""The keys that work on every page; the window obeys them, tooltips and the list of shortcuts name them."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QKeySequence


class Section(NamedTuple):
    """An entry of the navigation: the page's name, its words, and the keys that lead there."""

    page: str
    words: str
    keys: str


SECTIONS = (
    Section("home", "Home", "Ctrl+1"),
    Section("orders", "Orders", "Ctrl+2"),
    Section("downloads", "Downloads", "Ctrl+3"),
    Section("reminders", "Reminders", "Ctrl+4"),
    Section("help", "Help", "Ctrl+5"),
)
SETTINGS = Section("settings", "Settings", "Ctrl+,")
"""Stands at the foot of the navigation."""

ADD, REFRESH, SEARCH, HELP = "Ctrl+N", "F5", "Ctrl+F", "F1"
BACK, FORWARD, CLOSE, SHORTCUTS, QUIT = "Alt+Left", "Alt+Right", "Esc", "?", "Ctrl+Q"
LARGER, LARGER_TOO, SMALLER, USUAL_SIZE = "Ctrl++", "Ctrl+=", "Ctrl+-", "Ctrl+0"

_WORDS = (
    *((section.keys, f"Go to {section.words}") for section in (*SECTIONS, SETTINGS)),
    (ADD, "Add what you bought"),
    (REFRESH, "Ask the stores for the newest state"),
    (SEARCH, "Search this page, or the help"),
    (HELP, "Help with this page"),
    (BACK, "Go back, also with the mouse's back button"),
    (FORWARD, "Go forward again"),
    (CLOSE, "Close the newest notice, or go back from a detail"),
    (SHORTCUTS, "Show this list"),
    ("PgUp", "Scroll the page up"),
    ("PgDown", "Scroll the page down"),
    ("Home", "Go to the page's beginning"),
    ("End", "Go to the page's end"),
    ("Tab", "Go to the next button or field"),
    (LARGER, "Show larger texts"),
    (SMALLER, "Show smaller texts"),
    (USUAL_SIZE, "Show texts in their usual size"),
    (QUIT, "Quit Companion"),
)


def words_of(page: str) -> str:
    """Returns what the navigation calls a page; nothing for one that has no entry."""
    return next((section.words for section in (*SECTIONS, SETTINGS) if section.page == page), "")


def in_words(keys: str) -> str:
    """Returns the keys as this system writes them: "Ctrl+N", on macOS "⌘N"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def key_list() -> tuple[tuple[str, str], ...]:
    """Returns every key of the window with what it does."""
    return tuple((in_words(keys), words) for keys, words in _WORDS)
