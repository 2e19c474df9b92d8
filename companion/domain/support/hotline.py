"""The right support number for this PC, and whether somebody answers it now.

Numbers come from the store's profile and from nowhere else: whoever searches the web for one finds fraud.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from companion.domain.core.model import Instant, Model
from companion.domain.core.text import FormatMoment, joined
from companion.domain.store.profile import MakerName, Support, SupportEntry

_LEGAL_FORMS = re.compile(
    r"\b(?:incorporated|inc|corporation|corp|company|co|ltd|limited|gmbh|ag|llc|plc|sa|bv|computers?|international)\b"
)
_NOBODY = (
    "",
    "to be filled by oem",
    "system manufacturer",
    "default string",
    "oem",
    "unknown",
    "none",
    "not available",
)
_DAYS_AHEAD = 15  # A support desk that is shut for two weeks still gets its next opening told.


def normalise_maker(raw: str | None, makers: Sequence[MakerName]) -> str | None:
    """The normal name of the PC's maker as firmware spells it (``Hewlett-Packard`` is ``HP``).

    None when the firmware says nothing of use (``To Be Filled By O.E.M.``). A maker the profile does not know keeps
    its own spelling, without the company's legal form.
    """
    words = _words(raw or "")
    if words in _NOBODY:
        return None
    bare = _bare(words)
    for maker in makers:
        for spelling in (maker.name, *maker.spellings):
            known = _words(spelling)
            if known and (words == known or bare == _bare(known)):
                return maker.name
    shown = re.split(r",| (?:inc|corp|co|ltd|gmbh|corporation|limited)\b", (raw or "").strip(), flags=re.IGNORECASE)[0]
    return shown.strip(" .") or None


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.casefold().replace(".", "")).split())


def _bare(words: str) -> str:
    return " ".join(_LEGAL_FORMS.sub(" ", words).split())


class RightNumber(NamedTuple):
    """A support entry and, in whole sentences, why it is the right one."""

    entry: SupportEntry
    why: str


class _Wish(NamedTuple):
    maker: str | None
    product: str | None
    country: str | None
    language: str | None


def right_number(
    support: Support, maker: str | None, product: str | None, country: str | None, language: str | None
) -> RightNumber | None:
    """The entry that fits this PC, product, country and language best, or None when the profile has none.

    An entry never serves another maker or product than it names. Where no entry serves the country or speaks the
    language, the best of the others is given and says so. `maker` may be in any spelling.
    """
    wish = _Wish(normalise_maker(maker, support.makers), product, country, language)
    serving = [entry for entry in support.entries if _serves(entry, wish)]
    if not serving:
        return None
    # `max` keeps the first of equals, so the profile's own order decides.
    entry = max(serving, key=lambda candidate: _fit(candidate, wish))
    return RightNumber(entry, _why(entry, wish))


def _serves(entry: SupportEntry, wish: _Wish) -> bool:
    return _among(wish.maker, entry.makers) and _among(wish.product, entry.products)


def _among(wanted: str | None, served: Sequence[str]) -> bool:
    return not served or (wanted is not None and wanted.casefold() in {name.casefold() for name in served})


def _fit(entry: SupportEntry, wish: _Wish) -> tuple[bool, bool, bool, bool, bool, bool]:
    country, language = _among(wish.country, entry.countries), _among(_tongue(wish.language), entry.languages)
    named = (bool(entry.makers), bool(entry.products))
    return (country, *named, language, country and bool(entry.countries), language and bool(entry.languages))


def _tongue(language: str | None) -> str | None:
    """``de`` of ``de-AT`` or ``de_AT``."""
    return re.split(r"[-_]", language)[0] if language else None


def _why(entry: SupportEntry, wish: _Wish) -> str:
    if entry.why:
        said = [entry.why]
    else:
        reasons = []
        if entry.makers and wish.maker:
            reasons.append(f"your PC is made by {wish.maker}")
        if entry.products:
            reasons.append("it is the number for this product")
        if entry.countries and wish.country and _among(wish.country, entry.countries):
            reasons.append("it serves your country")
        said = [f"This is the right number because {joined(reasons)}." if reasons else _FOR_EVERYONE]
    if wish.country and not _among(wish.country, entry.countries):
        said.append(f"The store has no number for your country; this one is in {joined(entry.countries, 'or')}.")
    if wish.language and not _among(_tongue(wish.language), entry.languages):
        said.append("Nobody at this number is known to speak your language.")
    return " ".join(said)


_FOR_EVERYONE = "The store has one number for everyone, and this is it."


class Desk(enum.StrEnum):
    """Whether somebody answers."""

    OPEN = "open"
    CLOSED = "closed"
    ALWAYS = "always"
    UNKNOWN = "unknown"


class Opening(Model, frozen=True):
    """Whether a support desk is open; `changes_at` is when it closes or opens next, in the person's own zone."""

    desk: Desk
    changes_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is worth dialling now."""
        return self.desk in (Desk.OPEN, Desk.ALWAYS)


def opening(entry: SupportEntry, now: dt.datetime, user_zone: dt.tzinfo) -> Opening:
    """Whether `entry` answers at `now`, and until when or from when, told in `user_zone`.

    Hours are the desk's own wall clock, so they move against the person's when one of the two changes its clocks.
    Hours that end before they begin go past midnight; equal ends mean the whole day.
    """
    try:
        desk_zone = ZoneInfo(entry.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Opening(desk=Desk.UNKNOWN)
    if not any(hours.weekdays for hours in entry.hours):
        return Opening(desk=Desk.UNKNOWN)
    for begins, ends in _open_spans(entry, now, desk_zone):
        if ends <= now:
            continue
        if begins > now:
            return Opening(desk=Desk.CLOSED, changes_at=begins.astimezone(user_zone))
        if ends - now > dt.timedelta(days=_DAYS_AHEAD - 2):
            return Opening(desk=Desk.ALWAYS)
        return Opening(desk=Desk.OPEN, changes_at=ends.astimezone(user_zone))
    return Opening(desk=Desk.UNKNOWN)


def _open_spans(entry: SupportEntry, now: dt.datetime, desk_zone: ZoneInfo) -> list[tuple[dt.datetime, dt.datetime]]:
    """Open spans around `now` as UTC moments, joined where one begins as the other ends."""
    today = now.astimezone(desk_zone).date()
    spans = []
    for offset in range(-2, _DAYS_AHEAD):
        day = today + dt.timedelta(days=offset)
        for hours in entry.hours:
            if day.isoweekday() not in hours.weekdays:
                continue
            last_day = day + dt.timedelta(days=1) if hours.closes <= hours.opens else day
            spans.append((_moment(day, hours.opens, desk_zone), _moment(last_day, hours.closes, desk_zone)))
    joined_spans: list[tuple[dt.datetime, dt.datetime]] = []
    for begins, ends in sorted(spans):
        # Profiles write the end of a day as 23:59 or 23:59:59; nobody is shut out for that minute.
        if joined_spans and begins <= joined_spans[-1][1] + dt.timedelta(minutes=1):
            joined_spans[-1] = (joined_spans[-1][0], max(ends, joined_spans[-1][1]))
        else:
            joined_spans.append((begins, ends))
    return joined_spans


def _moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time.replace(tzinfo=None), zone).astimezone(dt.UTC)


def opening_sentence(found: Opening, format_moment: FormatMoment) -> str:
    """Whether to call now, in one sentence; the times are the person's own."""
    if found.desk is Desk.ALWAYS:
        return "Open now, at any time of any day."
    if found.desk is Desk.UNKNOWN or found.changes_at is None:
        return "The store does not say when this number is answered."
    when = format_moment(found.changes_at)
    return f"Open now until {when}." if found.is_open else f"Closed now; opens {when}."


def offers_number(failed_attempts: int) -> bool:
    """Whether the app itself brings up the number: after the second failed attempt at the same thing."""
    return failed_attempts >= 2


def failed_words(attempts: int) -> str:
    """That something has failed again: ``This has failed twice.``, ``This has failed 3 times.``"""
    return f"This has failed {'twice' if attempts == 2 else f'{attempts} times'}."


def spaced(phone: str) -> str:
    """An E.164 number in groups that can be read aloud: North American ones as they are written there."""
    if phone.startswith("+1") and len(phone) == 12:
        return f"+1 {phone[2:5]} {phone[5:8]} {phone[8:]}"
    rest = phone[3:]
    return " ".join((phone[:3], *(rest[start : start + 3] for start in range(0, len(rest), 3))))
