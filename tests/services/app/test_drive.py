"""Work at a drive that may never answer."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from companion.domain.core.errors import Cancelled
from companion.services.app.cancellation import Cancellation
from companion.services.app.drive import Signs, at_drive

LONG = 600.0


def test_what_the_work_returns_or_raises_is_handed_on():
    assert at_drive(lambda signs: signs(), Cancellation()) is None
    assert at_drive(lambda _: threading.current_thread().daemon, Cancellation())
    with pytest.raises(FileNotFoundError):
        at_drive(lambda _: Path("/gone/for/ever").stat(), Cancellation())


@pytest.mark.parametrize("ending", ["silent", "cancelled"])
def test_work_that_does_not_end_is_left_and_what_it_returns_later_is_put_away(ending):
    begun, go_on, put_away, stopped = (threading.Event() for _ in range(4))
    cancellation = Cancellation()

    def work(signs: Signs) -> str:
        begun.set()
        if ending == "cancelled":
            cancellation.cancel()
        go_on.wait(LONG)
        try:
            signs()
        except Cancelled:
            stopped.set()
        return "late"

    with pytest.raises(TimeoutError if ending == "silent" else Cancelled):
        at_drive(
            work,
            cancellation,
            seconds=0.05 if ending == "silent" else LONG,
            too_late=lambda found: put_away.set() if found == "late" else None,
        )
    assert begun.wait(LONG)
    assert not put_away.is_set()
    go_on.set()
    assert put_away.wait(LONG)
    assert stopped.is_set(), "work that is not waited for is told so at its next sign"


def test_each_sign_gives_the_drive_its_time_anew():
    signs = Signs(5)
    first = signs.until
    signs(then=100)
    assert signs.until >= first + 100
    signs()
    assert first <= signs.until < first + 100


def test_nothing_is_begun_once_it_is_cancelled():
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        at_drive(lambda _: pytest.fail("it was begun"), cancellation)
