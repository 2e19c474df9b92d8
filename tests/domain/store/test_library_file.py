"""What is said of a library file that could not be used, or cannot be written to."""

import datetime as dt
from pathlib import Path

import pytest

from companion.domain.core.errors import ErrorCode
from companion.domain.store.library_file import (
    Saved,
    SetAside,
    UnsavedReason,
    UnusableReason,
    newer_library,
    set_aside_text,
    unsaved_error,
    unsaved_text,
)

NOW = dt.datetime(2027, 3, 10, 8, tzinfo=dt.UTC)
NAME = "library-damaged-20270310.db"
COPY = NOW - dt.timedelta(days=1)


def day(moment: dt.datetime) -> str:
    return f"{moment:%d.%m.%Y}"


NOTHING = Saved()


def aside(
    saved: Saved = NOTHING, reason: UnusableReason = UnusableReason.DAMAGED, copy: dt.datetime | None = None
) -> SetAside:
    return SetAside(reason=reason, happened_at=NOW, name=NAME, copy_made_at=copy, saved=saved)


@pytest.mark.parametrize("reason", UnusableReason)
@pytest.mark.parametrize("saved", [Saved(), Saved(others=3), Saved(1, 0, 3), Saved(2, 1)])
def test_every_case_names_the_file_and_what_to_do(reason: UnusableReason, saved: Saved) -> None:
    text = set_aside_text(aside(saved, reason), day)
    assert NAME in text.message
    assert ("damaged" in text.title) is (reason is UnusableReason.DAMAGED)
    assert ("Add your orders once more" in text.hint) is (saved.orders == 0)


@pytest.mark.parametrize("reason", UnusableReason)
def test_a_copy_is_named_with_its_date_and_what_may_be_missing(reason: UnusableReason) -> None:
    text = set_aside_text(aside(reason=reason, copy=COPY), day)
    assert "restored from the copy of 09.03.2027" in text.message
    assert "may be missing" in text.hint
    assert "Add your orders once more" not in text.hint
    text = set_aside_text(aside(Saved(2, 1), reason, COPY), day)
    kind = "newer" if reason is UnusableReason.NEWER else "damaged"
    assert text.message.endswith(f"2 orders and 1 receipt were taken over from the {kind} file.")


def test_a_file_of_which_nothing_was_left_is_not_said_to_be_kept() -> None:
    gone = SetAside(reason=UnusableReason.MISSING, happened_at=NOW)
    assert "kept" not in set_aside_text(gone, day).message


@pytest.mark.parametrize(
    ("saved", "told"),
    [
        (Saved(), "No orders and no receipts could be taken over."),
        (Saved(others=9), "No orders and no receipts could be taken over."),
        (Saved(1), "1 order was taken over."),
        (Saved(0, 1), "1 receipt was taken over."),
        (Saved(2), "2 orders were taken over."),
        (Saved(1, 1), "1 order and 1 receipt were taken over."),
        (Saved(3, 2, 9), "3 orders and 2 receipts were taken over."),
    ],
)
def test_what_was_saved_is_counted_in_words(saved: Saved, told: str) -> None:
    assert set_aside_text(aside(saved), day).message.endswith(told)


def test_rows_counts_all_of_them() -> None:
    assert Saved(3, 2, 1).rows == 6


def test_a_newer_library_names_the_version_that_is_needed() -> None:
    error = newer_library(Path("library.db"), "2.3.0", "1.0.0")
    assert error.code is ErrorCode.LIBRARY_NEWER
    assert error.hint == "Install Companion 2.3.0 or later; everything is there then."
    assert "1.0.0" in error.message
    assert "left as it is" in error.message
    unknown = newer_library(Path("library.db"), None, "1.0.0")
    assert unknown.hint == "Install a newer version of Companion; everything is there then."


@pytest.mark.parametrize("reason", UnsavedReason)
def test_what_cannot_be_saved_is_told_with_what_to_do(reason: UnsavedReason) -> None:
    text = unsaved_text(reason, Path("home", "anna"))
    assert str(Path("home", "anna")) in text.message
    assert "cannot be added" in text.message
    error = unsaved_error(reason, Path("home", "anna"))
    assert error.code is ErrorCode.LIBRARY_NOT_WRITABLE
    assert error.hint == text.hint
    assert ("Free some space" in text.hint) is (reason is UnsavedReason.DISK_FULL)
