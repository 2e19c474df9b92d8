"""The time zone of this PC, which can change while the program runs.

tzlocal is imported where it is used, because few commands need it.
"""

from __future__ import annotations

import datetime as dt
import time
import warnings


class LocalZone(dt.tzinfo):
    """The system's zone with its rules for summer time; `reread` follows the system into another zone.

    Moments shown before and after stay the same moments: only how they read changes.
    """

    def __init__(self) -> None:
        import tzlocal

        self._zone: dt.tzinfo = tzlocal.get_localzone()

    def reread(self) -> bool:
        """Reads the system's setting again. Returns whether it has changed."""
        import tzlocal

        if hasattr(time, "tzset"):
            time.tzset()
        with warnings.catch_warnings():
            # It warns while the system's files disagree for a moment; the next look settles that.
            warnings.simplefilter("ignore")
            tzlocal.reload_localzone()
        found = tzlocal.get_localzone()
        changed = str(found) != str(self._zone)
        self._zone = found
        return changed

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
