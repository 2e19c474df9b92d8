"""What the words of reminders promise."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.reminders.text import no_date_sentence
from tests.kits.build import NOW


@pytest.mark.parametrize(
    ("read", "complete", "promised"),
    [
        ([NOW], True, True),
        ([NOW, NOW - dt.timedelta(hours=23)], True, True),
        ([], True, False),
        ([], False, False),
        ([None], True, False),
        ([NOW, None], True, False),
        ([NOW - dt.timedelta(days=3)], True, False),
        ([NOW], False, False),
    ],
)
def test_that_nothing_will_be_charged_is_said_only_of_what_was_just_read(
    read: list[dt.datetime | None], complete: bool, promised: bool
) -> None:
    said = no_date_sentence(read, NOW, lambda _: "today", complete=complete)
    assert ("nothing will be charged" in said) is promised
