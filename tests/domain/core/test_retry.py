"""How long to wait: what a server asks for, in seconds or as a date, wherever this computer stands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from companion.domain.core.errors import ErrorCode
from companion.domain.core.retry import (
    LONGEST_RETRY_AFTER,
    PROGRESS,
    count_failures,
    parse_retry_after,
    wait_before_retry,
)
from companion.domain.core.words.error_words import failure
from tests.kits.processes import ROOT

NOW = 1_794_268_800.0
"""Tue, 10 Nov 2026 00:00:00 GMT."""
ONE_MINUTE_AHEAD = ("Tue, 10 Nov 2026 00:01:00 GMT", "Tuesday, 10-Nov-26 00:01:00 GMT", "Tue Nov 10 00:01:00 2026")
_SCRIPT = """
import sys
from companion.domain.core.retry import parse_retry_after
print(*(parse_retry_after(text, float(sys.argv[1])) for text in sys.argv[2:]))
"""


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def test_a_date_means_the_same_in_every_time_zone(zone: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(NOW), *ONE_MINUTE_AHEAD],
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["60.0"] * 3


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        (" 30 ", 30),
        ("86400", LONGEST_RETRY_AFTER),
        ("86401", LONGEST_RETRY_AFTER),
        ("9" * 40, LONGEST_RETRY_AFTER),
        ("9" * 9000, LONGEST_RETRY_AFTER),
        ("Tue, 10 Nov 2026 00:00:00 GMT", 0),
        ("Mon, 09 Nov 2026 23:59:00 GMT", 0),
        ("Thu, 12 Nov 2026 00:00:00 GMT", LONGEST_RETRY_AFTER),
        ("tue, 10 nov 2026 00:01:00 gmt", 60),
        ("Tue, 10 Nov 2026 00:01:00 GMT, Tue, 10 Nov 2026 00:02:00 GMT", 60),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Sun Nov  6 08:49:37 1994", 0),
    ],
)
def test_seconds_and_dates_are_taken_within_a_day(text: str, seconds: float) -> None:
    assert parse_retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "-5",
        "1e9",
        "1.5",
        "٣",
        "Tue, 10 Nov 2026",
        "Tue, 10 Foo 2026 00:01:00 GMT",
        "Tue, 32 Nov 2026 00:01:00 GMT",
        "Tue, 10 Nov 2026 24:01:00 GMT",
        "Tue, 10 Nov 2026 00:01:00 EST",
        "Tue, 10 Nov 0000 00:01:00 GMT",
    ],
)
def test_anything_else_says_nothing(text: str | None) -> None:
    assert parse_retry_after(text, NOW) is None


MIB = 1024 * 1024


def wait(
    code: ErrorCode = ErrorCode.NETWORK,
    failures: int = 1,
    progressed: int = 0,
    *,
    most: int = 6,
    longest: float = 60.0,
    first: float = 0.5,
    jitter: float = 1.0,
    retry_after: float | None = None,
) -> float | None:
    return wait_before_retry(
        failure(code, retry_after=retry_after),
        failures,
        progressed,
        most=most,
        longest=longest,
        first=first,
        jitter=jitter,
    )


def test_progress_makes_a_failure_the_first_one_again() -> None:
    assert (PROGRESS, LONGEST_RETRY_AFTER) == (MIB // 16, 24 * 60 * 60)
    assert [count_failures(5, progressed) for progressed in (0, PROGRESS - 1, PROGRESS, MIB)] == [6, 6, 1, 1]


def test_waits_double_with_each_failure_and_end_with_the_budget() -> None:
    assert [wait(failures=failures) for failures in range(1, 8)] == [0.5, 1, 2, 4, 8, 16, None]


def test_no_wait_is_longer_than_half_a_minute() -> None:
    waits = [wait(failures=failures, most=99) for failures in range(6, 30)]
    assert waits == [16, *[30.0] * 23]
    assert wait(failures=2000, most=2000) == 30.0, "however many failures there were"
    assert wait(failures=30, most=99, first=0.0001) == pytest.approx(6.5536), "the doubling ends"


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_half_of_a_wait_is_left_to_chance(jitter: float, share: float) -> None:
    assert wait(failures=3, jitter=jitter) == 2 * share
    assert wait(progressed=PROGRESS, jitter=jitter) == pytest.approx(0.1 * share)


@pytest.mark.parametrize(
    ("progressed", "seconds"), [(PROGRESS - 1, 0.5), (PROGRESS, 0.1), (MIB - 1, 0.1), (MIB, 0.0), (9 * MIB, 0.0)]
)
def test_a_connection_that_moved_something_is_made_again_soon(progressed: int, seconds: float) -> None:
    assert wait(progressed=progressed) == seconds


def test_progress_does_not_lengthen_the_budget() -> None:
    assert wait(progressed=MIB, failures=6) == 0.0
    assert wait(progressed=MIB, failures=7) is None
    assert wait(progressed=MIB, most=0) is None


def test_what_waiting_cannot_change_is_not_tried_again() -> None:
    assert wait(ErrorCode.CHANGED) is None
    assert wait(ErrorCode.CHANGED, retry_after=1.0) is None


@pytest.mark.parametrize(
    ("code", "most", "tries"),
    [
        (ErrorCode.NETWORK, 6, 6),
        (ErrorCode.NETWORK, 0, 0),
        (ErrorCode.TOO_SLOW, 6, 3),
        (ErrorCode.TOO_SLOW, 7, 3),
        (ErrorCode.TOO_SLOW, 1, 1),
        (ErrorCode.TOO_SLOW, 0, 0),
        (ErrorCode.CERTIFICATE, 6, 1),
        (ErrorCode.CERTIFICATE, 1, 1),
        (ErrorCode.CERTIFICATE, 0, 0),
    ],
)
def test_some_failures_are_tried_again_less_often(code: ErrorCode, most: int, tries: int) -> None:
    waits = [wait(code, failures, most=most) for failures in range(1, 9)]
    assert [each is not None for each in waits] == [True] * tries + [False] * (8 - tries)


@pytest.mark.parametrize(
    ("asked", "failures", "seconds"),
    [(0.0, 1, 0.0), (7.5, 1, 7.5), (60.0, 6, 60.0), (60.1, 1, None), (7.5, 7, None)],
)
def test_a_server_that_asks_to_wait_is_obeyed_within_limits(asked: float, failures: int, seconds: float | None) -> None:
    assert wait(ErrorCode.BUSY, failures, retry_after=asked) == seconds
