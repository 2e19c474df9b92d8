"""Each package that is built in has its licence beside it."""

from __future__ import annotations

from pathlib import Path

from tools.windows.licences import licence_files, locked

ROOT = Path(__file__).parents[3]


def test_every_package_of_the_program_brings_its_text() -> None:
    names = locked(ROOT / "requirements/run.txt")
    assert {"requests", "pyside6-essentials", "google-re2", "holidays"} <= set(names)
    found = licence_files(names)
    assert all(Path(source).is_file() for source, _ in found)
    with_text = {folder.removeprefix("licences/") for _, folder in found}
    # None of these is in the program on Linux, or it is of the build alone.
    of_windows = {name for name in names if name.startswith("winrt-")} | {"pywin32-ctypes", "tzdata"}
    assert set(names) - with_text <= of_windows | {"pluggy", "pyside6-essentials", "shiboken6"}


def test_one_that_is_not_installed_is_left_out() -> None:
    assert licence_files(["no-such-package-at-all"]) == []
