"""Waiting that can be cancelled: for a condition, or until the time is over."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import Cancelled
from companion.services.app.cancellation import Cancellation


def test_a_condition_is_waited_for_until_it_holds() -> None:
    answers = iter((False, False, True))
    assert Cancellation().wait_until(lambda: next(answers), 3600.0)
    assert next(answers, None) is None


def test_a_condition_that_holds_is_not_waited_for_and_one_without_time_is_asked_once() -> None:
    answers = iter((False, True))
    assert not Cancellation().wait_until(lambda: next(answers), 0.0)
    assert next(answers), "it was asked once"
    cancelled = Cancellation()
    cancelled.cancel()
    assert cancelled.wait_until(lambda: True, 0.0)


def test_waiting_for_a_condition_ends_when_the_work_is_asked_to_stop() -> None:
    cancellation = Cancellation()

    def never() -> bool:
        cancellation.cancel()
        return False

    with pytest.raises(Cancelled):
        cancellation.wait_until(never, 3600.0)
