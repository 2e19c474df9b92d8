"""One request or two, one failure or a row of them, and until when a log-in is locked."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.text import plain_moment
from companion.domain.store.idempotency import PRESSED_TWICE, UNANSWERED_FOR, IdempotentRequest, is_repetition
from companion.domain.store.lockout import unlock_time, with_unlock_time
from companion.domain.support.failure_streak import Attempt, failed_in_a_row, is_failure

NOW = dt.datetime(2027, 3, 10, 23, 59, 30, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
spans = st.timedeltas(dt.timedelta(0), dt.timedelta(days=3))


def test_midnight_between_two_presses_changes_nothing() -> None:
    request = IdempotentRequest(key="k", asked_at=NOW)
    assert is_repetition(request, NOW + dt.timedelta(minutes=2))


@settings(max_examples=60, deadline=None)
@given(since_asked=spans, since_answered=spans)
def test_a_wish_is_the_same_while_unanswered_or_just_pressed(
    since_asked: dt.timedelta, since_answered: dt.timedelta
) -> None:
    lost = IdempotentRequest(key="k", asked_at=NOW - since_asked)
    assert is_repetition(lost, NOW) is (since_asked < UNANSWERED_FOR)
    done = IdempotentRequest(key="k", asked_at=NOW - since_asked, answered_at=NOW - since_answered)
    assert is_repetition(done, NOW) is (since_answered < PRESSED_TWICE)


def test_a_clock_set_back_does_not_make_a_second_wish() -> None:
    assert is_repetition(IdempotentRequest(key="k", asked_at=NOW + dt.timedelta(hours=3)), NOW)


def tries(*outcomes: str) -> list[Attempt]:
    """Attempts, the newest first; ``x`` failed, ``.`` worked, capitals are about something else."""
    return [
        Attempt(NOW - index * SECOND, "this" if sign in "x." else "other", sign in "xX")
        for index, sign in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("story", "count"), [("", 0), ("x", 1), ("xx", 2), ("x.x", 1), (".xx", 0), ("xXx", 2), ("XX", 0), ("xOx", 2)]
)
def test_failures_in_a_row_are_counted_for_each_thing(story: str, count: int) -> None:
    assert failed_in_a_row(tries(*story), "this", NOW) == count


def test_what_failed_yesterday_is_another_story() -> None:
    old = Attempt(NOW - dt.timedelta(hours=13), "this", True)
    assert failed_in_a_row([Attempt(NOW, "this", True), old], "this", NOW) == 1


def test_a_slip_of_the_pen_or_a_change_of_mind_is_no_failure() -> None:
    def error(code: ErrorCode, kind: ErrorKind = ErrorKind.NO) -> CompanionError:
        return CompanionError(code, "Title", "Message.", "Hint.", kind=kind)

    assert is_failure(error(ErrorCode.SEATS_EXHAUSTED))
    assert is_failure(error(ErrorCode.TOO_MANY_ATTEMPTS))
    assert is_failure(error(ErrorCode.CREDENTIALS_WRONG)), "what was typed may be right"
    assert not is_failure(error(ErrorCode.ORDER_UNKNOWN))
    assert is_failure(error(ErrorCode.STORE_UNREACHABLE, ErrorKind.UNREACHABLE))
    assert not is_failure(error(ErrorCode.BAD_EMAIL, ErrorKind.USAGE))
    assert not is_failure(error(ErrorCode.NOT_CONFIRMED))
    assert not is_failure(error(ErrorCode.MAIL_WITHOUT_ORDER))


def test_failures_at_another_store_are_another_story() -> None:
    here, there = "https://one.example", "https://two.example"
    attempts = [Attempt(NOW - index * SECOND, "this", True, store) for index, store in enumerate((here, there, here))]
    assert failed_in_a_row(attempts, "this", NOW, here) == 2
    assert failed_in_a_row(attempts, "this", NOW, there) == 1
    worked = [Attempt(NOW + SECOND, "this", False, there), *attempts]
    assert failed_in_a_row(worked, "this", NOW, here) == 2, "what works at one store ends no row of another"


def locked(seconds: float | None, code: ErrorCode = ErrorCode.TOO_MANY_ATTEMPTS) -> CompanionError:
    error = CompanionError(code, "Too many attempts", "Locked.", "Wait.", retryable=True, retry_after=seconds)
    error.attempts = 3
    return error


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Pacific/Kiritimati", "Thursday 11 March 2027, 14:15"),
        ("Europe/Berlin", "Thursday 11 March 2027, 01:15"),
        ("America/Los_Angeles", "Wednesday 10 March 2027, 16:15"),
        ("Asia/Kathmandu", "Thursday 11 March 2027, 06:00"),
    ],
)
def test_a_lock_ends_at_a_time_of_the_persons_own_day(zone: str, told: str) -> None:
    error = with_unlock_time(locked(900), NOW, plain_moment(ZoneInfo(zone)))
    assert f"until {told}," in error.message
    assert (error.code, error.retry_after, error.attempts) == ("too-many-attempts", 900, 3)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 86400))
def test_the_time_told_is_never_too_early_and_at_most_a_minute_late(seconds: float) -> None:
    until = unlock_time(locked(seconds), NOW)
    assert until is not None
    assert dt.timedelta(0) <= until - (NOW + dt.timedelta(seconds=seconds)) < dt.timedelta(minutes=1)
    assert (until.second, until.microsecond) == (0, 0)


def test_what_is_no_lock_or_has_no_end_is_told_as_it_is() -> None:
    for error in (locked(None), locked(900, ErrorCode.STORE_ERROR)):
        assert with_unlock_time(error, NOW, plain_moment(dt.UTC)) is error
