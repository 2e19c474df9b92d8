"""The right to download: its end, its state to the second, and the window that matters most."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.text import plain_date
from companion.domain.entitlements.download_access import (
    WindowState,
    closes_at,
    state_at,
    state_of,
    window_of,
    window_sentence,
)
from companion.domain.store.orders import Extension, ExtensionStatus
from tests.kits.build import NOW, Build, day

A_SECOND = dt.timedelta(seconds=1)
NEW_YORK = ZoneInfo("America/New_York")  # seven in the morning there
MIDNIGHT = dt.datetime(2027, 3, 11, tzinfo=NEW_YORK)
GRANTED, REFUSED, REQUESTED = ExtensionStatus.GRANTED, ExtensionStatus.REFUSED, ExtensionStatus.REQUESTED


def extension(status, until=None):
    return Extension(status=status, statement="", available_until=until)


@pytest.mark.parametrize(
    ("until", "asked", "expected"),
    [
        (None, None, None),
        (None, extension(GRANTED, day(1)), None),
        (day(1), None, day(1)),
        (day(1), extension(GRANTED, day(9)), day(9)),
        (day(9), extension(GRANTED, day(1)), day(9)),
        (day(1), extension(GRANTED), day(1)),
        (day(1), extension(REFUSED, day(9)), day(1)),
        (day(1), extension(REQUESTED, day(9)), day(1)),
    ],
)
def test_until_when_it_can_be_downloaded(until, asked, expected):
    assert closes_at(Build.download(available_until=until, extension=asked)) == expected


@pytest.mark.parametrize(
    ("begins", "until", "expected"),
    [
        (day(-1), None, WindowState.OPEN),
        (NOW, None, WindowState.OPEN),
        (NOW + A_SECOND, None, WindowState.NOT_YET),
        (NOW + A_SECOND, MIDNIGHT - A_SECOND, WindowState.NOT_YET),
        (day(-1), NOW - A_SECOND, WindowState.CLOSED),
        (day(-1), NOW, WindowState.CLOSED),
        (day(1), NOW, WindowState.CLOSED),
        (day(-1), NOW + A_SECOND, WindowState.CLOSES_TODAY),
        (day(-1), MIDNIGHT - A_SECOND, WindowState.CLOSES_TODAY),
        (day(-1), MIDNIGHT, WindowState.OPEN),
    ],
)
def test_the_state_changes_to_the_second_and_today_is_the_persons(begins, until, expected):
    found = Build.download(available_from=begins, available_until=until)
    assert state_of(found, NOW, NEW_YORK) is expected
    assert state_at(found, NOW) is (WindowState.OPEN if expected is WindowState.CLOSES_TODAY else expected)


def download(name, until, begins=-20, asked=None):
    return Build.download(
        artifact_id=name,
        available_from=day(begins),
        available_until=day(until) if until is not None else None,
        extension=asked,
    )


OPEN, TODAY, ALWAYS = download("open", 9), download("today", 0.2), download("always", None)
SOON, LATER = download("soon", 30, begins=2), download("later", 30, begins=5)
CLOSED, LONG_CLOSED = download("closed", -2, asked=extension(REQUESTED)), download("long", -8)


@pytest.mark.parametrize(
    ("downloads", "state", "days", "changes_at", "asked"),
    [
        ((), WindowState.NONE, None, None, None),
        ((ALWAYS,), WindowState.OPEN, None, None, None),
        ((ALWAYS, OPEN), WindowState.OPEN, 9, day(9), None),
        ((OPEN, download("other", 12)), WindowState.OPEN, 9, day(9), None),
        ((OPEN, TODAY, CLOSED), WindowState.CLOSES_TODAY, 0, day(0.2), None),
        ((SOON, ALWAYS, CLOSED), WindowState.OPEN, None, None, None),
        ((LATER, SOON, CLOSED), WindowState.NOT_YET, 2, day(2), None),
        ((LONG_CLOSED, CLOSED), WindowState.CLOSED, 2, day(-2), REQUESTED),
        ((LONG_CLOSED,), WindowState.CLOSED, 8, day(-8), None),
    ],
)
def test_the_window_that_matters_most(downloads, state, days, changes_at, asked):
    for listed in (downloads, downloads[::-1]):
        window = window_of(listed, NOW, dt.UTC)
        assert (window.state, window.days, window.changes_at, window.asked) == (state, days, changes_at, asked)
        assert window.artifacts == listed
        assert window.is_open is (state in (WindowState.OPEN, WindowState.CLOSES_TODAY))


@pytest.mark.parametrize(
    ("downloads", "sentence"),
    [
        ((), "There is nothing to download for this licence."),
        ((ALWAYS,), "You can download it at any time."),
        ((SOON,), "You can download it from 12 March 2027."),
        ((TODAY,), "The download window closes today (10 March 2027). Download it now; the file stays yours."),
        ((OPEN,), "You can download it until 19 March 2027: 9 days left. The file stays yours."),
        ((download("one", 1),), "You can download it until 11 March 2027: 1 day left. The file stays yours."),
        ((download("now", -0.1),), "The download window closed today (10 March 2027)."),
        ((LONG_CLOSED,), "The download window closed 8 days ago, on 2 March 2027."),
        (
            (CLOSED,),
            "The download window closed 2 days ago, on 8 March 2027. You have asked the store to open it again.",
        ),
        (
            (download("refused", -2, asked=extension(REFUSED)),),
            "The download window closed 2 days ago, on 8 March 2027. The store did not open it again.",
        ),
    ],
)
def test_the_window_in_words(downloads, sentence):
    assert window_sentence(window_of(downloads, NOW, dt.UTC), plain_date(dt.UTC)) == sentence


def test_the_words_of_the_json_output_stay():
    assert [each.value for each in WindowState] == ["none", "notYet", "open", "closesToday", "closed"]
