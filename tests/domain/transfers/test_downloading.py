"""Decisions about downloads: answers to range requests, names, waits, shares, connections."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.error_words import failure
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.retry import count_failures, wait_before_retry
from companion.domain.transfers.blocks import Gap, gaps, layout_of, next_share
from companion.domain.transfers.connection_scaling import Climb, Phase, step
from companion.domain.transfers.filenames import LONGEST, filename_of_url, safe_filename
from companion.domain.transfers.models import Expected, Pieces
from companion.domain.transfers.responses import Asked, Known, Take, judge, parse_content_range, strong_etag

NUMBERS = st.integers(0, 10**6)


@settings(max_examples=200, deadline=None)
@given(start=NUMBERS, first=NUMBERS, last=NUMBERS, total=NUMBERS, size=st.none() | NUMBERS, length=st.none() | NUMBERS)
def test_a_partial_answer_is_taken_only_if_it_is_exactly_what_was_asked(
    start: int, first: int, last: int, total: int, size: int | None, length: int | None
) -> None:
    headers = {"content-range": (f"bytes {first}-{last}/{total}",), "etag": ('"a"',)}
    if length is not None:
        headers["content-length"] = (str(length),)
    verdict = judge(Asked(start=start, ranged=True), 206, headers, Known(size=size, etag='"a"'), 0)
    if isinstance(verdict, Take):
        assert (first, last + 1, verdict.skip) == (start, total, 0)
        assert size in (None, total)
        assert verdict.length == total - start
        assert length in (None, verdict.length)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("bytes 0-9/10", True),
        ("bytes 5-9/*", True),
        ("bytes */10", True),
        ("BYTES 0-0/1", True),
        ("bytes 9-5/10", False),
        ("bytes 0-10/10", False),
        ("bytes 0-9", False),
        ("bytes */*", False),
        ("items 0-9/10", False),
        ("bytes ٣-٩/10", False),
        ("bytes 0-99999999999999999999/*", False),
        ("", False),
    ],
)
def test_content_range(text: str, good: bool) -> None:
    assert (parse_content_range(text) is not None) == good


@pytest.mark.parametrize(("text", "good"), [('"a"', True), ('""', True), ('W/"a"', False), ("a", False), (None, False)])
def test_strong_etag(text: str | None, good: bool) -> None:
    assert (strong_etag(text) is not None) == good


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("Setup 2.1 (x64).exe", "Setup 2.1 (x64).exe"),
        ("Größe–日本.msi", "Größe–日本.msi"),
        ("../../x", "x"),
        ("..\\..\\x", "x"),
        ("C:\\Windows\\x.exe", "x.exe"),
        ("a:b", "a_b"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("COM1 .txt", "_COM1 .txt"),
        ("LPT9.a.b", "_LPT9.a.b"),
        ("console.txt", "console.txt"),
        ("x.exe. . ", "x.exe"),
        ("a\x00b\nc", "a_b_c"),
        ("fdp\u202eexe.pdf", "fdpexe.pdf"),
        ('<>"|?*', None),
        ("..", None),
        ("", None),
        ("a/", None),
        ("...", None),
    ],
)
def test_filenames(given_name: str, safe: str | None) -> None:
    if safe is None:
        with pytest.raises(CompanionError, match="no usable name"):
            safe_filename(given_name)
    else:
        assert safe_filename(given_name) == safe


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_safe_names_are_safe_and_stay_as_they_are(text: str) -> None:
    try:
        name = safe_filename(text)
    except CompanionError:
        return
    assert 0 < len(name.encode()) <= LONGEST
    assert not set(name) & set('<>:"/\\|?*\x00')
    assert not name.endswith((".", " "))
    assert safe_filename(name) == name


def test_name_of_a_url() -> None:
    assert filename_of_url("https://a.example/b/Setup%20x.exe?sig=1#f") == "Setup x.exe"
    assert filename_of_url("https://a.example/b/..%2F..%2Fx") == "x"
    with pytest.raises(CompanionError):
        filename_of_url("https://a.example/")


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


@given(states=st.binary(max_size=60).map(lambda raw: bytes(each % 3 for each in raw)))
def test_gaps_cover_what_is_missing(states: bytes) -> None:
    found = gaps(states, 0)
    covered = list(itertools.chain.from_iterable(range(gap.first, gap.stop) for gap in found))
    assert covered == [at for at, state in enumerate(states) if state == 0]


def test_a_lone_connection_is_never_broken_off() -> None:
    whole = next_share([Gap(first=0, stop=100)], [], 4)
    assert whole is not None
    assert whole.gap == Gap(first=0, stop=100)
    end = next_share([], [(1, Gap(first=10, stop=100))], 4)
    assert end is not None
    assert (end.gap, end.victim) == (Gap(first=96, stop=100), 1)
    assert next_share([], [(1, Gap(first=99, stop=100))], 4) is None


@pytest.mark.parametrize(("size", "length", "count"), [(10, 4, 2), (10, 4, 4), (10, 0, 3)])
def test_pieces_that_do_not_fit_the_size(size: int, length: int, count: int) -> None:
    with pytest.raises(CompanionError) as refused:
        layout_of(Expected(size=size, pieces=Pieces(length=length, sha256=("0" * 64,) * count)), size)
    assert refused.value.code == ErrorCode.EXPECTATION


def simulate(rate_of: dict[int, float], seconds: float, round_trip: float = 0.03) -> list[int]:
    """Connections over time on a line that gives so many bytes per second with so many connections."""
    climb, count, lanes = Climb(most=8), 0.0, []
    for tick in range(int(seconds / 0.05)):
        count += rate_of[climb.lanes] * 0.05
        climb = step(climb, 10 + tick * 0.05, int(count), round_trip)
        lanes.append(climb.lanes)
    return lanes


def test_connections_are_added_where_each_is_slow() -> None:
    assert simulate({1: 1e6, 4: 4e6, 8: 8e6}, 5)[-1] == 8


def test_connections_are_taken_back_where_the_line_is_full() -> None:
    lanes = simulate({1: 6e6, 4: 6e6, 8: 6e6}, 9)
    assert lanes[-1] == 1
    assert sum(each > 1 for each in lanes) * 0.05 < 1.5


def test_a_sagging_rate_brings_more_connections() -> None:
    climb = Climb(most=8, phase=Phase.RESTING, since=0.0, peak=9e6, rest_until=99)
    assert step(climb, 1.0, int(2e6), 0.03).lanes == 8
    assert step(climb, 1.0, int(9e6), 0.03).lanes == 1
