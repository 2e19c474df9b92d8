"""The zone of the PC, and that it follows its owner."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from companion.services.app.time_zone import LocalZone

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="TZ is how POSIX systems are told their zone")


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    LocalZone().reread()


def test_it_reads_every_moment_as_the_named_zone_does(travel: pytest.MonkeyPatch) -> None:
    travel.setenv("TZ", "Europe/Berlin")
    zone, named = LocalZone(), ZoneInfo("Europe/Berlin")
    zone.reread()
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for hours in range(0, 24 * 365, 7):
        moment = begin + dt.timedelta(hours=hours)
        here, there = moment.astimezone(zone), moment.astimezone(named)
        assert (here.replace(tzinfo=None), here.fold, here.utcoffset(), here.tzname(), here.dst()) == (
            there.replace(tzinfo=None), there.fold, there.utcoffset(), there.tzname(), there.dst(),
        )  # fmt: skip
        assert here.astimezone(dt.UTC) == moment
    # The hour that comes twice, and the one that never comes.
    for day, hour in ((dt.date(2026, 10, 25), 2), (dt.date(2026, 3, 29), 2)):
        for fold in (0, 1):
            time_ = dt.time(hour, 30, fold=fold)
            here = dt.datetime.combine(day, time_, zone).astimezone(dt.UTC)
            assert here == dt.datetime.combine(day, time_, named).astimezone(dt.UTC)


def test_it_notices_that_its_owner_has_travelled(travel: pytest.MonkeyPatch) -> None:
    travel.setenv("TZ", "Europe/Berlin")
    zone = LocalZone()
    zone.reread()
    assert not zone.reread()
    noon = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    assert noon.astimezone(zone).hour == 14
    travel.setenv("TZ", "America/New_York")
    assert zone.reread()
    assert not zone.reread()
    assert noon.astimezone(zone).hour == 8
