"""What is said of a library file that could not be used."""

from pathlib import Path

import pytest

from companion.domain.store.library_file import Saved, SetAside, UnusableReason, set_aside_text

FILE = Path("/home/anna/.local/share/Companion/library-newer-20270310.db")


@pytest.mark.parametrize("reason", UnusableReason)
@pytest.mark.parametrize("saved", [Saved(), Saved(others=3), Saved(1, 0, 3), Saved(2, 1)])
def test_every_case_names_the_file_and_what_to_do(reason: UnusableReason, saved: Saved) -> None:
    text = set_aside_text(SetAside(FILE, reason, saved))
    assert FILE.name in text.message
    assert str(FILE.parent) not in text.message, "the folder names the person"
    assert ("damaged" in text.title) is (reason is UnusableReason.DAMAGED)
    assert ("newer" in text.title) is ("install the newer version" in text.hint) is (reason is UnusableReason.NEWER)
    assert ("Add your orders once more" in text.hint) is (saved.orders == 0)


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
    assert set_aside_text(SetAside(FILE, UnusableReason.DAMAGED, saved)).message.endswith(told)


def test_rows_counts_all_of_them() -> None:
    assert Saved(3, 2, 1).rows == 6
