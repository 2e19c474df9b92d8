"""The small pieces of sentences: sizes, moments, lists, numbers of things."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.text import counted, days_away, joined, moment_in_words, size_in_words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (640 * 10**6, "640 MB"),
        (12_345_000_000, "12.3 GB"),
        (2 * 10**12, "2.0 TB"),
    ],
)
def test_sizes_in_words(count: int, words: str) -> None:
    assert size_in_words(count) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2027-03-05T07:12:00Z", "08:12"),
        ("2027-03-04T22:59:00Z", "yesterday, 23:59"),
        ("2027-03-04T23:00:00Z", "00:00"),
        ("2027-03-03T07:12:00Z", "3 March, 08:12"),
        ("2026-12-31T23:30:00Z", "1 January, 00:30"),
        ("2026-12-31T22:30:00Z", "31 December 2026, 23:30"),
    ],
)
def test_a_moment_is_told_by_the_persons_own_day(moment: str, words: str) -> None:
    now = dt.datetime(2027, 3, 5, 12, 0, tzinfo=dt.UTC)
    assert moment_in_words(dt.datetime.fromisoformat(moment), now, ZoneInfo("Europe/Berlin")) == words


def test_numbers_and_lists() -> None:
    assert [counted(number, "day") for number in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert [joined(["a", "b", "c"][:length]) for length in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert joined(["a", "b"], "or") == "a or b"
    told = ["5 days ago", "yesterday", "today", "tomorrow", "in 2 days"]
    assert [days_away(days) for days in (-5, -1, 0, 1, 2)] == told
