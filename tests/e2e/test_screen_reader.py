"""The window as a screen reader in another process has it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from companion.demo.server import DemoStore
from tests.kits.desktop import Desktop, desktop, program_on
from tests.kits.screen_reader import Part, ScreenReader, reader
from tests.kits.waiting import until

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
        reader.press(_find(reader, "page tab", entry))
        _find(reader, "heading", title)
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
        reader.press(_find(reader, "push button", subject))
        _find(reader, "heading", subject)
        assert reader.poorly_told() == [], subject
        reader.press(_find(reader, "push button", "All settings"))
        _find(reader, "heading", "Settings")
    assert program.poll() is None


def test_a_setting_is_told_with_its_state_and_what_it_means(
    program: subprocess.Popen[bytes], reader: ScreenReader
) -> None:
    assert program.poll() is None
    reader.press(_find(reader, "page tab", "Settings"))
    _find(reader, "heading", "Settings")
    assert "selected" in _find(reader, "page tab", "Settings").states
    assert "selected" not in _find(reader, "page tab", "Home").states
    reader.press(_find(reader, "push button", "General"))
    _find(reader, "heading", "General")
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
    reader.press(_find(reader, "page tab", "Settings"))
    _find(reader, "heading", "Settings")
    reader.press(_find(reader, "push button", "Reminders"))
    _find(reader, "heading", "Reminders")
    until(lambda: any(part.role == "combo box" for part in reader.parts()))
    parts = reader.parts()
    about = [reader.labels(part) for part in parts if part.role == "combo box"]
    assert ["Last day to return"] in about
    assert all(about)
    assert [part for part in parts if part.role in ("list", "list item")] == []
    assert len([part for part in parts if "focused" in part.states]) <= 1
    assert program.poll() is None
