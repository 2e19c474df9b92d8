"""Which request is a repetition of an earlier one, to the second."""

import datetime as dt

import pytest

from companion.domain.store.idempotency import PRESSED_TWICE, UNANSWERED_FOR, IdempotentRequest, is_repetition
from tests.kits.build import NOW

A_SECOND = dt.timedelta(seconds=1)


def test_the_limits_are_what_stores_keep_and_what_a_double_press_takes():
    assert (dt.timedelta(hours=24), dt.timedelta(seconds=60)) == (UNANSWERED_FOR, PRESSED_TWICE)


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        (NOW, None, True),
        (NOW - UNANSWERED_FOR + A_SECOND, None, True),
        (NOW - UNANSWERED_FOR, None, False),
        (NOW - UNANSWERED_FOR - A_SECOND, None, False),
        (NOW - PRESSED_TWICE, NOW - PRESSED_TWICE + A_SECOND, True),
        (NOW - PRESSED_TWICE, NOW - PRESSED_TWICE, False),
        (NOW - UNANSWERED_FOR, NOW - A_SECOND, True),
        (NOW, NOW - PRESSED_TWICE - A_SECOND, False),
        (NOW + A_SECOND, None, True),
    ],
)
def test_what_repeats_an_earlier_request(asked, answered, expected):
    assert is_repetition(IdempotentRequest(key="k", asked_at=asked, answered_at=answered), NOW) is expected
