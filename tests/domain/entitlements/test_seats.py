"""Seats: how many are used, whether this PC has one, and which one may be freed."""

import datetime as dt

import pytest

from companion.domain.core.text import plain_date
from companion.domain.entitlements.seats import (
    ThisPC,
    freeing_sentence,
    longest_unseen,
    seat_line,
    seat_sentence,
    seat_use,
    seat_words,
)
from tests.kits.build import Build, day

DATE = plain_date(dt.UTC)


def seats(count):
    return tuple(Build.seat(id=f"pc-{number}") for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("used", "total", "here", "expected", "free"),
    [
        (0, 1, "pc-9", ThisPC.NOT_YET, 1),
        (2, 3, "pc-9", ThisPC.NOT_YET, 1),
        (2, 3, None, ThisPC.NOT_YET, 1),
        (3, 3, "pc-9", ThisPC.NO_SEAT_LEFT, 0),
        (3, 3, None, ThisPC.NO_SEAT_LEFT, 0),
        (4, 3, "pc-9", ThisPC.NO_SEAT_LEFT, 0),
        (3, 3, "pc-3", ThisPC.USES_IT, 0),
        (4, 3, "pc-1", ThisPC.USES_IT, 0),
        (1, 3, "pc-1", ThisPC.USES_IT, 2),
    ],
)
def test_how_the_seats_are_used(used, total, here, expected, free):
    use = seat_use(Build.licence(seats=seats(used), seats_total=total), here)
    assert (use.used, use.total, use.this_pc, use.free, use.seats) == (used, total, expected, free, seats(used))


OLD = Build.seat(id="old", taken_at=day(-30), last_seen_at=day(-20))
NEVER_SEEN = Build.seat(id="never", taken_at=day(-25))
RECENT = Build.seat(id="recent", taken_at=day(-90), last_seen_at=day(-1))


@pytest.mark.parametrize(
    ("listed", "here", "expected"),
    [
        ((), None, None),
        ((OLD,), "old", None),
        ((OLD, RECENT), None, OLD),
        ((RECENT, OLD), "old", RECENT),
        ((OLD, NEVER_SEEN, RECENT), None, NEVER_SEEN),
        ((OLD, NEVER_SEEN, RECENT), "never", OLD),
    ],
)
def test_the_seat_that_was_seen_longest_ago_is_offered_and_never_the_own_one(listed, here, expected):
    assert longest_unseen(seat_use(Build.licence(seats=listed), here), here) == expected


@pytest.mark.parametrize(
    ("used", "total", "here", "words", "sentence"),
    [
        (1, 1, "pc-1", "1 of 1 used; this PC: yes", "1 of 1 seat is used. This PC uses one of them."),
        (2, 3, None, "2 of 3 used; this PC: not yet", "2 of 3 seats are used. This PC does not use one yet."),
        (
            2,
            2,
            "pc-9",
            "2 of 2 used; this PC: no seat left",
            "2 of 2 seats are used. To use this PC, free the seat of a PC you no longer have.",
        ),
    ],
)
def test_seats_in_words(used, total, here, words, sentence):
    use = seat_use(Build.licence(seats=seats(used), seats_total=total), here)
    assert (seat_words(use), seat_sentence(use)) == (words, sentence)


def test_one_seat_is_told_with_what_helps_to_recognise_its_pc():
    assert seat_line(OLD, DATE, None) == "Kitchen PC, since 8 February 2027, last seen on 18 February 2027"
    assert seat_line(NEVER_SEEN, DATE, "never") == "Kitchen PC (this PC), since 13 February 2027"


def test_what_freeing_a_seat_does_is_said_before():
    after = "Once the seat is free, the product stops working on Kitchen PC and you can use it on another PC."
    assert freeing_sentence(OLD, DATE) == (
        f"Kitchen PC took this seat on 8 February 2027 and was last seen on 18 February 2027. {after}"
    )
    assert freeing_sentence(NEVER_SEEN, DATE) == (
        f"Kitchen PC took this seat on 13 February 2027 and has not been seen since. {after}"
    )
