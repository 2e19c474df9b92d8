"""What a look at a store in the background asks for, and when the store is left alone."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.store.look_plan import LookPlan, after_look, ends_look, is_due

NOW = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def test_a_look_that_succeeds_ends_what_failed_before() -> None:
    before = LookPlan(NOW - DAY, NOW - HOUR, 3, NOW + HOUR, ("A", "B"))
    assert after_look(before, (), NOW, opened=frozenset({"A"})) == LookPlan(NOW, refused=("B",))
    assert after_look(before, (), NOW, whole=False).last == NOW - DAY


def test_a_look_that_fails_is_counted_and_the_longest_wait_kept() -> None:
    errors = [failure(ErrorCode.STORE_ERROR, retry_after=60), failure(ErrorCode.TOO_MANY_ATTEMPTS, retry_after=7200)]
    plan = after_look(LookPlan(NOW - DAY, None), errors, NOW)
    assert plan == LookPlan(NOW - DAY, NOW, 1, NOW + 2 * HOUR)
    assert plan.waits(NOW + HOUR)
    assert not plan.waits(NOW + 2 * HOUR)
    assert not plan.waits(NOW - 3 * DAY), "the clock was wrong when it was written"
    assert after_look(plan, errors, NOW + HOUR).failures == 2


def test_an_error_of_one_order_ends_no_look() -> None:
    refused = failure(ErrorCode.CREDENTIALS_WRONG)
    assert not ends_look(refused)
    assert not ends_look(failure(ErrorCode.CREDENTIALS_WRONG))
    plan = after_look(LookPlan(), [refused], NOW, refused=frozenset({"A"}))
    assert plan == LookPlan(NOW, refused=("A",))


@pytest.mark.parametrize("code", [ErrorCode.STORE_ERROR, ErrorCode.NETWORK, ErrorCode.TOO_SLOW, ErrorCode.PORTAL])
def test_an_error_of_the_store_ends_the_look(code: ErrorCode) -> None:
    assert ends_look(failure(code))


def test_what_was_never_read_is_due() -> None:
    assert is_due(None, None, NOW)
    assert is_due(None, NOW - HOUR, NOW)
