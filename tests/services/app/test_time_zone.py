"""The zone of the PC, and that it follows its owner."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
import tracemalloc
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.services.app import time_zone
from companion.services.app.time_zone import LibraryZone, LocalZone, zone_of_file, zone_of_setting

needs_database = pytest.mark.skipif(
    not Path("/usr/share/zoneinfo/Europe/Berlin").exists(), reason="this system has no time zone database"
)
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


RULES = (
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "EST5EDT4,M3.2.0,M11.1.0",
    "<+0530>-5:30",
    "<+0330>-3:30",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "IST-1GMT0,M10.5.0,M3.5.0/1",
    "XYZ3XYT,J60/2,J300",
    "UTC0",
    "EST5",
    "EST5EDT",
    "CET-1CEST",
    "LMT-0:53:28",
    "JST-9:00:00",
)
NAMES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    ":America/New_York",
    "/usr/share/zoneinfo/Europe/Berlin",
    ":/usr/share/zoneinfo/Asia/Tokyo",
    "posix/Europe/Berlin",
    "",
    ":",
)
BROKEN = ("Europe/Nowhere", "A", "../../../../etc/passwd", "/etc/passwd", "/nowhere", "/dev", "/", "Europe",
          "AAA24:59:59", "\u00e4\u00f6\u00fc", "EST5\nEDT", "x" * 5000, "-", "5", "<", "<>5", "CET-")  # fmt: skip
YEAR = tuple(dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours) for hours in range(0, 24 * 366, 5))
HALF_HOURS = 2 * 24 * 366


def by_the_library(moment: dt.datetime) -> tuple[int, ...]:
    """How date(1) and everything else on this PC reads a moment."""
    local = time.localtime(moment.timestamp())
    return (*local[:5], local.tm_gmtoff)


def read(moment: dt.datetime, zone: dt.tzinfo) -> tuple[int, ...]:
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    assert offset is not None
    return (*local.timetuple()[:5], int(offset.total_seconds()))


@needs_database
@pytest.mark.parametrize("setting", [*RULES, *NAMES])
def test_each_setting_means_what_it_means_to_every_other_program(travel: pytest.MonkeyPatch, setting: str) -> None:
    if setting.startswith("posix/") and not Path("/usr/share/zoneinfo", setting).exists():
        pytest.skip("this system's database has no such folder")
    travel.setenv("TZ", setting)
    zone = LocalZone()
    assert [read(moment, zone) for moment in YEAR] == [by_the_library(moment) for moment in YEAR]
    for moment in YEAR[::50]:
        assert moment.astimezone(zone).astimezone(dt.UTC) == moment


@needs_database
def test_every_zone_of_the_database_reads_right_to_the_minute(travel: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    for name in sorted(zoneinfo.available_timezones() - {"localtime", "Factory"}):
        travel.setenv("TZ", name)
        zone = LocalZone()
        for moment in dice.sample(YEAR, 4):
            assert read(moment, zone) == by_the_library(moment), name


@needs_database
@pytest.mark.parametrize("setting", BROKEN)
def test_a_broken_setting_is_as_if_there_were_none(travel: pytest.MonkeyPatch, setting: str) -> None:
    travel.setattr(time_zone, "LOCAL_TIME", Path("/usr/share/zoneinfo/Asia/Tokyo"))
    travel.setenv("TZ", setting)
    assert YEAR[0].astimezone(LocalZone()).hour == 9


@pytest.mark.parametrize("setting", [*BROKEN, None])
def test_with_neither_setting_nor_file_the_c_library_decides(
    travel: pytest.MonkeyPatch, tmp_path: Path, setting: str | None
) -> None:
    travel.setattr(time_zone, "LOCAL_TIME", tmp_path / "none")
    if setting is None:
        travel.delenv("TZ", raising=False)
    else:
        travel.setenv("TZ", setting)
    zone = LocalZone()
    if setting not in ("AAA24:59:59", "EST5\nEDT"):  # what no clock can show, and where the library contradicts itself
        assert read(YEAR[0], zone) == by_the_library(YEAR[0])
    assert zone.tzname(YEAR[0]) is not None


@needs_database
def test_the_link_counts_and_no_other_file_of_an_earlier_system(travel: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As with a leftover ``/etc/sysconfig/clock`` or ``/etc/timezone`` that names another zone: they are not read."""
    travel.delenv("TZ", raising=False)
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/America/New_York")
    travel.setattr(time_zone, "LOCAL_TIME", link)
    assert YEAR[0].astimezone(LocalZone()).hour == 19


@pytest.mark.parametrize("content", [b"", b"TZif", b"TZif2" + bytes(40), b"\0" * 5000, b"TZif2" + b"\xff" * 500])
def test_a_damaged_file_is_no_zone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "localtime").write_bytes(content)
    assert zone_of_file(tmp_path / "localtime") is None


def test_no_file_of_another_kind_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert zone_of_file(tmp_path / "pipe") is None
    assert zone_of_file(tmp_path) is None


def test_a_huge_file_is_not_read_into_memory(tmp_path: Path) -> None:
    with (tmp_path / "localtime").open("wb") as file:
        file.truncate(256 << 20)
    tracemalloc.start()
    try:
        assert zone_of_file(tmp_path / "localtime") is None
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@needs_database
def test_a_reread_that_fails_keeps_the_zone(travel: pytest.MonkeyPatch, tmp_path: Path) -> None:
    travel.delenv("TZ", raising=False)
    travel.setattr(time_zone, "LOCAL_TIME", tmp_path / "localtime")
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    zone = LocalZone()
    for spoil in (lambda: (tmp_path / "localtime").unlink(), lambda: (tmp_path / "localtime").write_bytes(b"half")):
        spoil()
        assert not zone.reread()
        assert YEAR[0].astimezone(zone).hour == 9
    (tmp_path / "localtime").write_bytes(Path("/usr/share/zoneinfo/America/New_York").read_bytes())
    assert zone.reread()
    assert YEAR[0].astimezone(zone).hour == 19


@needs_database
def test_one_copied_file_after_another_is_a_change(travel: pytest.MonkeyPatch, tmp_path: Path) -> None:
    travel.delenv("TZ", raising=False)
    copied = tmp_path / "localtime"
    travel.setattr(time_zone, "LOCAL_TIME", copied)
    copied.write_bytes(Path("/usr/share/zoneinfo/Asia/Tokyo").read_bytes())
    zone = LocalZone()
    assert not zone.reread()
    copied.write_bytes(Path("/usr/share/zoneinfo/Europe/Berlin").read_bytes())
    assert zone.reread()


@needs_database
@pytest.mark.parametrize("setting", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_the_c_librarys_rules_read_every_hour_as_the_database_does(travel: pytest.MonkeyPatch, setting: str) -> None:
    travel.setenv("TZ", setting)
    time.tzset()
    zone, named = LibraryZone(), zone_of_setting(setting)
    for halves in range(HALF_HOURS):
        moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=30 * halves)
        here, there = moment.astimezone(zone), moment.astimezone(named)
        assert (here.replace(tzinfo=None), here.fold, here.utcoffset(), here.tzname()) == (
            there.replace(tzinfo=None), there.fold, there.utcoffset(), there.tzname(),
        )  # fmt: skip
        assert here.astimezone(dt.UTC) == moment
        assert bool(here.dst()) == bool(there.dst())


@settings(max_examples=50)
@given(
    st.text(max_size=40) | st.from_regex(r"[A-Z]{3}[+-]?[0-9]{1,2}([A-Z]{3})?(,[MJ]?[0-9./]{1,9}){0,2}", fullmatch=True)
)
def test_no_setting_is_too_odd(setting: str) -> None:
    zone = zone_of_setting(setting)
    assert zone is None or YEAR[0].astimezone(zone).astimezone(dt.UTC) == YEAR[0]


@pytest.mark.parametrize("setting", ["CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-5:30", "Europe/Nowhere", "/etc/passwd", ""])
def test_a_command_says_what_it_has_to_say_and_nothing_else(tmp_path: Path, setting: str) -> None:
    words = [sys.executable, "-m", "companion", "--home", str(tmp_path), "purchases", "list", "--json"]
    ran = subprocess.run(words, env={**os.environ, "TZ": setting}, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
