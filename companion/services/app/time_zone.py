"""The time zone of this PC, which can change while the program runs.

On POSIX systems the same setting counts as for every other program: TZ, else ``/etc/localtime`` (tzset(3)). On Windows
tzlocal reads the registry; it is imported where it is used, because few commands need it.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import struct
import time
import warnings
from pathlib import Path
from zoneinfo import ZoneInfo

from companion.services.app.input_file import read_plain

LOCAL_TIME = Path("/etc/localtime")
_MOST_READ = 1 << 20
"""Bytes of a file of the time zone database; the largest ones have some thousands."""

_NEW_YEAR = tuple(dt.datetime(2027, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours) for hours in range(-30, 31))
_RULE = re.compile(r"(<[A-Za-z0-9+-]+>|[A-Za-z]{3,})[+-]?\d{1,3}(:\d\d){0,2}")


class LocalZone(dt.tzinfo):
    """The system's zone with its rules for summer time; `reread` follows the system into another zone.

    Moments shown before and after stay the same moments: only how they read changes.
    """

    def __init__(self) -> None:
        self._zone: dt.tzinfo = _system_zone() or _library_zone() or dt.UTC

    def reread(self) -> bool:
        """Reads the system's setting again, and keeps the zone where that fails. Returns whether it has changed."""
        found = _system_zone()
        if found is None or _same(found, self._zone):
            return False
        self._zone = found
        return True

    @property
    def rules(self) -> dt.tzinfo:
        """The zone as it is now, which computes faster than one that may change."""
        return self._zone

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta | None:
        return self._zone.utcoffset(self._inside(moment))

    def dst(self, moment: dt.datetime | None) -> dt.timedelta | None:
        return self._zone.dst(self._inside(moment))

    def tzname(self, moment: dt.datetime | None) -> str | None:
        return self._zone.tzname(self._inside(moment))

    def fromutc(self, moment: dt.datetime) -> dt.datetime:
        return self._zone.fromutc(moment.replace(tzinfo=self._zone)).replace(tzinfo=self)

    def _inside(self, moment: dt.datetime | None) -> dt.datetime | None:
        return None if moment is None else moment.replace(tzinfo=self._zone)

    def __repr__(self) -> str:
        return f"LocalZone({self._zone})"

    def __reduce__(self) -> tuple[object, ...]:
        return (LocalZone, ())


def rules_of(zone: dt.tzinfo) -> dt.tzinfo:
    """Returns the rules of a zone as they are now: they stay the same when the PC is set to another zone."""
    return zone.rules if isinstance(zone, LocalZone) else zone


class LibraryZone(dt.tzinfo):
    """The zone by the C library's own rules, where they are the only ones there are (localtime(3))."""

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta | None:
        return None if moment is None else _by_library(moment).utcoffset()

    def dst(self, moment: dt.datetime | None) -> dt.timedelta | None:
        if moment is None:
            return None
        local = _by_library(moment)
        if time.localtime(local.timestamp()).tm_isdst <= 0:
            return dt.timedelta()
        return (local.utcoffset() or dt.timedelta()) + dt.timedelta(seconds=time.timezone)

    def tzname(self, moment: dt.datetime | None) -> str | None:
        return None if moment is None else _by_library(moment).tzname()

    def fromutc(self, moment: dt.datetime) -> dt.datetime:
        local = moment.replace(tzinfo=dt.UTC).astimezone()
        read = local.replace(tzinfo=self)
        return read if read.utcoffset() == local.utcoffset() else read.replace(fold=1)

    def __repr__(self) -> str:
        return "LibraryZone()"


def zone_of_setting(setting: str) -> dt.tzinfo | None:
    """Returns the zone that a value of TZ means: a name, a file or a rule of POSIX; None where it means nothing."""
    name = setting.removeprefix(":")
    if not name:
        return dt.UTC
    if (path := Path(name)).is_absolute():
        return zone_of_file(path)
    return _named(name) or _of_rule(name)


def _key_of_unnamed(path: Path, content: bytes) -> str:
    import hashlib  # here, because it brings OpenSSL along and most systems name their zone

    return f"{path.name} {hashlib.sha256(content).hexdigest()[:12]}"


def zone_of_file(path: Path) -> dt.tzinfo | None:
    """Returns the zone in a file of the time zone database, None when there is no such file or it is damaged."""
    try:
        real = path.resolve(strict=True)
        content = read_plain(real, _MOST_READ)
        _, found, name = str(real).rpartition("/zoneinfo/")
        return ZoneInfo.from_file(io.BytesIO(content), key=name if found else _key_of_unnamed(path, content))
    except Exception:  # noqa: BLE001 - zoneinfo fails in a different way for each damage of a file
        return None


def _system_zone() -> dt.tzinfo | None:
    """The zone that this PC is set to; None when no setting can be read."""
    if not hasattr(time, "tzset"):
        return _of_windows()
    time.tzset()
    setting = os.environ.get("TZ")
    found = zone_of_setting(setting) if setting is not None else None
    return found or zone_of_file(LOCAL_TIME)


def _of_windows() -> dt.tzinfo | None:
    import tzlocal

    with warnings.catch_warnings():
        # It warns where its settings disagree; there is nothing that the person could do about it here.
        warnings.simplefilter("ignore")
        try:
            return tzlocal.reload_localzone()
        except Exception:  # noqa: BLE001 - what it raises depends on what is wrong with the setting
            return None


def _library_zone() -> dt.tzinfo | None:
    """The C library's zone; None where it says what no zone can be, such as a day and more from UTC."""
    try:
        dt.datetime.now().astimezone()
    except (OSError, OverflowError, ValueError):
        return None
    return LibraryZone()


def _by_library(moment: dt.datetime) -> dt.datetime:
    """A moment of this zone's clock with the offset it has by the C library."""
    try:
        return moment.replace(tzinfo=None).astimezone()
    except (OSError, OverflowError, ValueError):
        # Beyond what the library can compute (on Windows before 1970) there is no summer time.
        return moment.replace(tzinfo=dt.timezone(dt.timedelta(seconds=-time.timezone)))


def _named(name: str) -> dt.tzinfo | None:
    try:
        return ZoneInfo(name)
    except Exception:  # noqa: BLE001 - folders, damaged files and odd names fail in different ways
        return None


def _of_rule(rule: str) -> dt.tzinfo | None:
    """The zone of a rule of POSIX (IEEE 1003.1, 8.3).

    The C library has it where zoneinfo does not read it, such as a summer time without its days.
    """
    if _RULE.match(rule) is None or not rule.isprintable():
        return None
    return _zone_of_rule(rule) or _library_zone()


def _zone_of_rule(rule: str) -> dt.tzinfo | None:
    try:
        zone = ZoneInfo.from_file(io.BytesIO(_file_of_rule(rule)), key=rule)
        # zoneinfo takes offsets of a day and more, and is wrong about changes close to the new year.
        right = all(moment.astimezone(zone).astimezone(dt.UTC) == moment for moment in _NEW_YEAR)
    except Exception:  # noqa: BLE001 - as above
        return None
    return zone if right else None


def _file_of_rule(rule: str) -> bytes:
    """A file of the time zone database that holds nothing but a rule, which is read best by zoneinfo (RFC 8536)."""
    head = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    block = head + struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    return block + block + b"\n" + rule.encode("ascii") + b"\n"


def _same(one: dt.tzinfo, other: dt.tzinfo) -> bool:
    """Whether two zones have the same name and read the clock alike, all through this year and the next."""
    begin = dt.datetime.now(dt.UTC).replace(month=1, day=1)
    moments = [begin + dt.timedelta(days=days) for days in range(0, 2 * 366, 15)]
    return str(one) == str(other) and all(
        moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset() for moment in moments
    )
