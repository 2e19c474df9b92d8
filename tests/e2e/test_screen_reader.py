"""The window as a screen reader in another process has it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from tests.kits.desktop import Desktop, desktop, program_on
from tests.kits.dragging import Dragging, stand_left
from tests.kits.keyring import forget
from tests.kits.linux import script
from tests.kits.screen_reader import Part, ScreenReader, reader
from tests.kits.waiting import repeating, until

__all__ = ["desktop", "reader"]
pytestmark = pytest.mark.desktop


@pytest.fixture
def program(desktop: Desktop, reader: ScreenReader, demo_store: DemoStore) -> Iterator[subprocess.Popen[bytes]]:
    with program_on(desktop, "--store", demo_store.url) as made:
        yield made


def _find(reader: ScreenReader, role: str, name: str) -> Part:
    found: list[Part] = []

    def there() -> bool:
        found[:] = [part for part in reader.parts() if (part.role, part.name) == (role, name)]
        return bool(found)

    until(there)
    return found[0]


def _open(reader: ScreenReader, role: str, name: str, title: str) -> None:
    """Press what leads to a page, until its title is shown."""

    def press() -> None:
        with contextlib.suppress(LookupError):  # It may be made anew at that moment.
            if part := reader.find(role, name):
                reader.press(part)

    _find(reader, role, name)
    repeating(press, lambda: reader.find("heading", title), every=8)


FAMILY, UNWANTED, LETTER = "LF-5930-2216", "LF-3126-9058", "LF-7720-3348"


@pytest.fixture
def filled(desktop: Desktop, reader: ScreenReader, demo_store: DemoStore) -> Iterator[subprocess.Popen[bytes]]:
    """The program with three orders, which were added by commands."""
    for account in demo_store.accounts:
        if account.order_number in (FAMILY, UNWANTED, LETTER):
            _add(desktop, demo_store, account.order_number)
    with program_on(desktop, "--store", demo_store.url) as made:
        yield made


def _add(desktop: Desktop, store: DemoStore, number: str) -> None:
    """Add an order by the command."""
    at = [sys.executable, "-m", "companion", "--home", str(desktop.folder / "home"), "--store", store.url]
    password = next(each.order_password for each in store.accounts if each.order_number == number).encode()
    adding = [*at, "orders", "add", number, "--password-stdin"]
    subprocess.run(adding, env=desktop.environment, input=password, capture_output=True, check=True, timeout=60)


def _dialogs() -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yields what is pressed until a dialog opens, what is pressed last, and what only the dialog has."""
    family, unwanted, letter = (("Orders", f"Open order {number}") for number in (FAMILY, UNWANTED, LETTER))
    yield family, "Auto-renewal of Lantern Protect Family", "Switch off"
    yield family, "Free the seat of Dell XPS 13, front room", "Free the seat"
    yield family, "Invoices…", "Save as PDF…"
    yield family, "Request a return…", "Request the return"
    yield family, "Remove this order…", "Remove it"
    yield letter, "Read the letter…", "I accept this letter"
    yield unwanted, "Give the renewal back…", "Give it back"
    yield ("Help",), "Case file…", "Send to support"
    yield ("Settings", "Data"), "Show what would be removed…", "Keep everything"
    yield ("Settings", "About and licences"), "Read the licence texts…", "The text of the licence"


@pytest.mark.slow
def test_every_dialog_is_told_and_esc_leaves_it_with_nothing_done(
    filled: subprocess.Popen[bytes], desktop: Desktop, reader: ScreenReader
) -> None:
    for way, opener, only_there in _dialogs():
        for words, then in pairwise((*way, opener)):
            _named(reader, words)
            # A list may take in something new between being read and being pressed.
            repeating(partial(_press, reader, words), partial(_is_there, reader, then), every=8)
        _opens_and_leaves(desktop, reader, opener, only_there)
    assert filled.poll() is None


def _opens_and_leaves(desktop: Desktop, reader: ScreenReader, opener: str, only_there: str) -> None:
    """Open a dialog by the keyboard, look at what is told of it, and leave it by Esc: the keyboard is back then."""
    _named(reader, opener)
    # The page is made anew meanwhile, when the order has been read.
    repeating(partial(_press_by_key, desktop, reader, opener), partial(_is_there, reader, only_there), every=8)
    assert reader.poorly_told() == [], opener
    until(partial(_keyboard_has_left, reader, opener))
    _leave_by_esc(desktop, reader, only_there)
    until(partial(_has_keyboard, reader, opener))


def _leave_by_esc(desktop: Desktop, reader: ScreenReader, name: str) -> None:
    """Press Esc until nothing of this name is shown any more."""
    repeating(partial(desktop.tool, "key", "--clearmodifiers", "Escape"), partial(_is_gone, reader, name), every=8)


@pytest.fixture
def lacking(desktop: Desktop, reader: ScreenReader, demo_store: DemoStore) -> Iterator[subprocess.Popen[bytes]]:
    """The program with an order whose password is in the keychain no more."""
    _add(desktop, demo_store, FAMILY)
    assert forget(desktop.environment) == 1
    with program_on(desktop, "--store", demo_store.url) as made:
        yield made


@pytest.mark.slow
def test_the_dialog_for_a_missing_password_is_told_and_left_by_esc(
    lacking: subprocess.Popen[bytes], desktop: Desktop, reader: ScreenReader
) -> None:
    field = f"Order password of {FAMILY}"
    _opens_and_leaves(desktop, reader, "Enter the password…", field)
    repeating(partial(_press_by_key, desktop, reader, "Enter the password…"), partial(_is_there, reader, field), 8)
    until(partial(_has_keyboard, reader, field))

    def type_it() -> None:
        for words in (("key", "--clearmodifiers", "ctrl+a"), ("type", "--clearmodifiers", "wrong"), ("key", "Return")):
            desktop.tool(*words)

    # The page behind the dialog has the first of them.
    repeating(type_it, lambda: len([part for part in reader.parts() if part.name == "Copy details"]) == 2, every=8)
    assert reader.poorly_told() == []
    until(partial(_has_keyboard, reader, field))
    _leave_by_esc(desktop, reader, field)
    until(partial(_has_keyboard, reader, "Enter the password…"))
    assert lacking.poll() is None


@pytest.mark.slow
def test_the_first_start_is_told(desktop: Desktop, reader: ScreenReader) -> None:
    with program_on(desktop) as program:
        _find(reader, "heading", "Welcome to Companion")
        assert reader.poorly_told() == []
        until(partial(_has_keyboard, reader, "Paste or type what you have"))
        for words, answer in (
            ("Look at what was pasted or typed", "Nothing was pasted or typed yet"),
            ("Add the store", "Nothing was typed yet"),
        ):
            repeating(partial(_press_by_key, desktop, reader, words), partial(_is_there, reader, answer), every=8)
            assert reader.poorly_told() == [], words
        assert program.poll() is None


@pytest.mark.slow
def test_the_wizard_of_a_dropped_file_is_told_and_left_by_esc(
    desktop: Desktop, reader: ScreenReader, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    setup = script(tmp_path / "harbour.run", f'#!/bin/sh\n# Makeself\nlabel="Harbour Suite"\ntouch "{ran}"\n')
    with program_on(desktop) as program, contextlib.ExitStack() as others:
        _find(reader, "heading", "Welcome to Companion")
        stand_left(desktop)
        Dragging(desktop, reader, others).drags("Drop it to install it", "files", setup)
        _find(reader, "heading", "Harbour Suite")
        until(partial(_has_keyboard, reader, "Continue"))
        assert reader.poorly_told() == []
        repeating(partial(_press_by_key, desktop, reader, "Continue"), partial(_is_there, reader, "Install now"), 8)
        _named(reader, "Install now")
        assert reader.poorly_told() == []
        _leave_by_esc(desktop, reader, "Install a file")
        assert not ran.exists()
        assert program.poll() is None


def _press(reader: ScreenReader, name: str) -> None:
    """Press what has this name, if it is there; what is replaced at that moment cannot be."""
    with contextlib.suppress(LookupError):
        for part in _usable(reader, name)[:1]:
            reader.press(part)


def _press_by_key(desktop: Desktop, reader: ScreenReader, name: str) -> None:
    """Go to a control with the Tab key, and press it with the space bar."""
    for _ in range(80):
        if _has_keyboard(reader, name):
            desktop.tool("key", "--clearmodifiers", "space")
            return
        desktop.tool("key", "--clearmodifiers", "Tab")


def _has_keyboard(reader: ScreenReader, name: str) -> bool:
    now = reader.focused()
    return now is not None and now.name == name


def _keyboard_has_left(reader: ScreenReader, name: str) -> bool:
    return not _has_keyboard(reader, name)


def _is_there(reader: ScreenReader, name: str) -> bool:
    return any(part.name == name for part in reader.parts())


def _is_gone(reader: ScreenReader, name: str) -> bool:
    return not _is_there(reader, name)


def _named(reader: ScreenReader, name: str) -> Part:
    """What can be operated and has this name, as soon as it can."""
    found: list[Part] = []

    def there() -> bool:
        found[:] = _usable(reader, name)
        return bool(found)

    until(there)
    return found[0]


def _usable(reader: ScreenReader, name: str) -> list[Part]:
    roles = ("push button", "check box", "page tab")
    found = [each for each in reader.parts() if each.name == name and each.role in roles]
    return found if found and "enabled" in found[0].states else []


PAGES = {
    "Home": "Your software",
    "Orders": "Orders",
    "Downloads": "Downloads",
    "Reminders": "Reminders",
    "Help": "Help",
    "Settings": "Settings",
}
"""What stands in the navigation, and the title of the page it leads to."""


SUBJECTS = (
    "General", "Reminders", "Stores", "Downloads", "Security", "Data", "Updates", "Shortcuts", "About and licences",
)  # fmt: skip


@pytest.mark.slow
def test_every_control_of_every_page_has_a_name_a_role_and_its_states(
    program: subprocess.Popen[bytes], reader: ScreenReader
) -> None:
    for entry, title in PAGES.items():
        _open(reader, "page tab", entry, title)
        assert reader.poorly_told() == [], entry
    for subject in (
        "General",
        "Reminders",
        "Stores",
        "Downloads",
        "Security",
        "Data",
        "Shortcuts",
        "About and licences",
    ):
        _open(reader, "push button", subject, subject)
        assert reader.poorly_told() == [], subject
        _open(reader, "push button", "All settings", "Settings")
    assert program.poll() is None


def test_a_setting_is_told_with_its_state_and_what_it_means(
    program: subprocess.Popen[bytes], reader: ScreenReader
) -> None:
    assert program.poll() is None
    _open(reader, "page tab", "Settings", "Settings")
    assert "selected" in _find(reader, "page tab", "Settings").states
    assert "selected" not in _find(reader, "page tab", "Home").states
    _open(reader, "push button", "General", "General")
    switch = _find(reader, "check box", "Start when I sign in")
    assert "checkable" in switch.states
    assert "checked" not in switch.states
    assert "cannot remind you" in switch.description
    assert program.poll() is None
    assert reader.poorly_told() == []


@pytest.mark.slow
def test_a_choice_is_told_with_what_it_is_about_and_without_its_closed_list(
    program: subprocess.Popen[bytes], reader: ScreenReader
) -> None:
    _open(reader, "page tab", "Settings", "Settings")
    _open(reader, "push button", "Reminders", "Reminders")
    until(lambda: any(part.role == "combo box" for part in reader.parts()))
    parts = reader.parts()
    about = [reader.labels(part) for part in parts if part.role == "combo box"]
    assert ["Last day to return"] in about
    assert all(about)
    assert [part for part in parts if part.role in ("list", "list item")] == []
    assert len([part for part in parts if "focused" in part.states]) <= 1
    assert program.poll() is None
