"""When stores are asked again."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.connectors.answers import Outcome
from companion.domain.connectors.check_plan import StoreCheck, first_check, is_due, nearest_date, next_check
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase, overview

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def end_of(month: int, day: int) -> dt.datetime:
    return dt.datetime(2027, month, day, 23, 59, 59, tzinfo=dt.UTC)


def wait(
    *outcomes: Outcome,
    failures: int = 0,
    nearest: dt.timedelta | None = None,
    retry: dt.timedelta | None = None,
    jitter: float = 0.5,
) -> dt.timedelta:
    before = StoreCheck(next_at=NOW, failures=failures)
    found = next_check(
        before,
        outcomes,
        now=NOW,
        nearest=NOW + nearest if nearest is not None else None,
        retry_at=NOW + retry if retry is not None else None,
        jitter=jitter,
    )
    return found.next_at - NOW


@pytest.mark.parametrize(
    ("nearest", "expected"),
    [(DAY, 8 * HOUR), (14 * DAY, 8 * HOUR), (15 * DAY, DAY), (60 * DAY, DAY), (61 * DAY, 3 * DAY), (None, 3 * DAY)],
)
def test_a_store_is_asked_more_often_where_a_date_is_near(nearest: dt.timedelta | None, expected: dt.timedelta) -> None:
    assert wait(Outcome.TOLD, nearest=nearest) == expected


def test_a_store_that_tells_nothing_is_asked_once_a_week() -> None:
    assert wait(Outcome.DOES_NOT_TELL, nearest=DAY) == 7 * DAY
    assert wait(Outcome.DOES_NOT_TELL, Outcome.TOLD, nearest=DAY) == 8 * HOUR


@pytest.mark.parametrize(("failures", "hours"), [(0, 8), (1, 16), (2, 24), (3, 24), (9, 24), (10_000, 24)])
def test_a_store_that_is_down_is_asked_less_and_less_up_to_once_a_day(failures: int, hours: int) -> None:
    assert wait(Outcome.COULD_NOT_ASK, failures=failures, nearest=DAY) == hours * HOUR


def test_one_answer_ends_the_backing_off() -> None:
    asked = [Outcome.COULD_NOT_ASK, Outcome.TOLD]
    found = next_check(StoreCheck(next_at=NOW, failures=9), asked, now=NOW, nearest=None, retry_at=None, jitter=0)
    assert found.failures == 0


@given(
    retry=st.timedeltas(dt.timedelta(0), 3 * DAY),
    jitter=st.floats(0, 1, exclude_max=True),
    failures=st.integers(0, 50),
    outcome=st.sampled_from(Outcome),
)
def test_what_the_store_asks_for_is_kept_up_to_a_day(
    retry: dt.timedelta, jitter: float, failures: int, outcome: Outcome
) -> None:
    waited = wait(outcome, failures=failures, retry=retry, jitter=jitter)
    assert min(retry, DAY) <= waited <= 11 * DAY


@given(jitter=st.floats(0, 1, exclude_max=True))
def test_every_wait_is_spread_over_its_own_length(jitter: float) -> None:
    assert wait(Outcome.COULD_NOT_ASK, jitter=jitter) == 8 * HOUR * (0.5 + jitter)
    assert dt.timedelta(0) <= first_check(NOW, jitter).next_at - NOW <= 8 * HOUR


def test_a_store_is_due_when_its_time_has_come_or_was_never_planned() -> None:
    assert is_due(None, NOW)
    assert is_due(StoreCheck(next_at=NOW), NOW)
    assert not is_due(StoreCheck(next_at=NOW + HOUR), NOW)
    # The clock was set back by a year.
    assert is_due(StoreCheck(next_at=NOW + 365 * DAY), NOW)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({Field.EXPIRES: "never"}, None),
        ({Field.EXPIRES: "2027-03-09"}, None),
        ({Field.EXPIRES: "2027-03-10"}, end_of(3, 10)),
        ({Field.EXPIRES: "2028-01-01", Field.RENEWS_ON: "2027-05-01"}, end_of(5, 1)),
        ({Field.RETURN_BY: "2027-03-12T10:00:00+00:00"}, dt.datetime(2027, 3, 12, 10, tzinfo=dt.UTC)),
        ({Field.CANCEL_BY: "2027-03-11", Field.RETURN_BY: "2027-03-12"}, end_of(3, 11)),
    ],
)
def test_the_nearest_date_ahead_counts(values: dict[Field, str], expected: dt.datetime | None) -> None:
    source = Source(kind=SourceKind.PERSON)
    about = {Field.EXPIRES: "product:x"}
    facts = tuple(
        Fact(field=field, value=value, source=source, said_at=NOW, about=about.get(field, ""))
        for field, value in values.items()
    )
    assert nearest_date([overview(Purchase(id="p", added_at=NOW, facts=facts))], NOW, dt.UTC) == expected
