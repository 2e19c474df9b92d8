"""Lengths of time as people say them."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.time.durations import difference_in_words, time_left_in_words, wait_in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "a few minutes"),
        (0, "1 second"),
        (1.4, "1 second"),
        (30, "30 seconds"),
        (89, "89 seconds"),
        (90, "2 minutes"),
        (121, "3 minutes"),
        (5340, "89 minutes"),
        (5341, "2 hours"),
        (86400, "24 hours"),
    ],
)
def test_a_wait_is_never_told_too_short(seconds: float | None, words: str) -> None:
    assert wait_in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (12, "about 10 seconds"),
        (54, "about 55 seconds"),
        (55, "about 1 minute"),
        (180, "about 3 minutes"),
        (3599, "about 1 hour"),
        (5400, "about 1.5 hours"),
    ],
)
def test_a_time_that_is_left_is_told_roughly(seconds: float, words: str) -> None:
    assert time_left_in_words(seconds) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (11, "11 minutes"), (-11, "11 minutes"), (120, "2 hours"), (2879, "48 hours"), (2880, "2 days")],
)
def test_a_difference_has_its_fitting_unit(minutes: int, words: str) -> None:
    assert difference_in_words(dt.timedelta(minutes=minutes)) == words
