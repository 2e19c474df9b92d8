"""How long to wait: what a server asks for, in seconds or as a date, wherever this computer stands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode
from companion.domain.core.retry import LONGEST_RETRY_AFTER, count_failures, parse_retry_after, wait_before_retry
from tests.kits.processes import ROOT

NOW = 1_794_268_800.0
"""Tue, 10 Nov 2026 00:00:00 GMT."""
ONE_MINUTE_AHEAD = ("Tue, 10 Nov 2026 00:01:00 GMT", "Tuesday, 10-Nov-26 00:01:00 GMT", "Tue Nov 10 00:01:00 2026")
_SCRIPT = """
import sys
from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode
from companion.domain.core.retry import LONGEST_RETRY_AFTER, count_failures, parse_retry_after, wait_before_retry
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


def test_waits_grow_with_failures_and_end() -> None:
    error = failure(ErrorCode.NETWORK)
    waits = [
        wait_before_retry(error, failures, 0, most=6, longest=60, first=0.5, jitter=1.0) for failures in range(1, 8)
    ]
    assert waits == [0.5, 1, 2, 4, 8, 16, None]
    assert count_failures(5, 0) == 6
    assert count_failures(5, 1 << 20) == 1
    assert wait_before_retry(error, 1, 1 << 20, most=6, longest=60, first=0.5, jitter=1.0) == 0
    assert wait_before_retry(error, 1, 1 << 20, most=0, longest=60, first=0.5, jitter=1.0) is None
    assert wait_before_retry(failure(ErrorCode.CHANGED), 1, 0, most=6, longest=60, first=0.5, jitter=1.0) is None


@pytest.mark.parametrize(
    ("code", "tries"), [(ErrorCode.NETWORK, 6), (ErrorCode.TOO_SLOW, 3), (ErrorCode.CERTIFICATE, 1)]
)
def test_some_failures_are_tried_again_less_often(code: ErrorCode, tries: int) -> None:
    waits = [
        wait_before_retry(failure(code), failures, 0, most=6, longest=60, first=0.5, jitter=1.0)
        for failures in range(1, 9)
    ]
    assert [wait is not None for wait in waits] == [True] * tries + [False] * (8 - tries)
    assert wait_before_retry(failure(code), 1, 0, most=0, longest=60, first=0.5, jitter=1.0) is None
