"""The right support number for this PC and order, and whether it is answered now.

Numbers come from the store's profile and from nowhere else: numbers found by searching the web can be scams.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from companion.domain.core.model import Instant, Model
from companion.domain.core.phone_numbers import format_phone
from companion.domain.core.text import FormatMoment, joined
from companion.domain.pc.facts import Machine
from companion.domain.store.orders import Order
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
_DAYS_AHEAD = 15  # The next opening is found for a number that is not answered for two weeks.


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


class OpenState(enum.StrEnum):
    """Whether a support number is answered."""

    OPEN = "open"
    CLOSED = "closed"
    ALWAYS = "always"
    UNKNOWN = "unknown"


class Opening(Model, frozen=True):
    """Whether a support number is answered; `changes_at` is when that changes next, in the person's own zone.

    The state is called ``desk`` in JSON, whose keys are stable.
    """

    state: OpenState = msgspec.field(name="desk")
    changes_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is worth dialling now."""
        return self.state in (OpenState.OPEN, OpenState.ALWAYS)


def opening(entry: SupportEntry, now: dt.datetime, user_zone: dt.tzinfo) -> Opening:
    """Returns whether `entry` is answered at `now`, and until when or from when, in `user_zone`.

    Hours are those of the entry's own time zone, so they move against the person's when one of the two zones changes
    its clocks.
    Hours that end before they begin go past midnight; equal ends mean the whole day.
    """
    try:
        entry_zone = ZoneInfo(entry.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Opening(state=OpenState.UNKNOWN)
    if not any(hours.weekdays for hours in entry.hours):
        return Opening(state=OpenState.UNKNOWN)
    for begins, ends in _open_spans(entry, now, entry_zone):
        if ends <= now:
            continue
        if begins > now:
            return Opening(state=OpenState.CLOSED, changes_at=begins.astimezone(user_zone))
        if ends - now > dt.timedelta(days=_DAYS_AHEAD - 2):
            return Opening(state=OpenState.ALWAYS)
        return Opening(state=OpenState.OPEN, changes_at=ends.astimezone(user_zone))
    return Opening(state=OpenState.UNKNOWN)


def _open_spans(entry: SupportEntry, now: dt.datetime, entry_zone: ZoneInfo) -> list[tuple[dt.datetime, dt.datetime]]:
    """Open spans around `now` as UTC moments, joined where one begins as the other ends."""
    today = now.astimezone(entry_zone).date()
    spans = []
    for offset in range(-2, _DAYS_AHEAD):
        day = today + dt.timedelta(days=offset)
        for hours in entry.hours:
            if day.isoweekday() not in hours.weekdays:
                continue
            last_day = day + dt.timedelta(days=1) if hours.closes <= hours.opens else day
            spans.append((_moment(day, hours.opens, entry_zone), _moment(last_day, hours.closes, entry_zone)))
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


class SupportContact(NamedTuple):
    """The support number to use, why it is the right one, whether it is answered now, and what it was chosen by."""

    entry: SupportEntry
    why: str
    opening: Opening
    maker: str | None
    model: str | None
    product: str | None
    country: str | None


def support_contact(
    support: Support,
    orders: Iterable[Order],
    machine: Machine | None,
    now: dt.datetime,
    zone: dt.tzinfo,
    *,
    order_number: str | None = None,
    maker: str | None = None,
    country: str | None = None,
    language: str | None = None,
) -> SupportContact | None:
    """Returns the number for `machine` and the order meant, or None when the profile has none that serves it.

    `maker` and `country` are what the person states instead of this PC's maker and the order's country; of another
    maker's PC the model is not known.
    """
    order = order_meant(orders, order_number)
    licence = order.licences[0] if order is not None and order.licences else None
    spelled = maker or (machine.maker if machine is not None else None)
    where = country.upper() if country else (order.country if order is not None else None)
    found = right_number(support, spelled, licence.product_id if licence is not None else None, where, language)
    if found is None:
        return None
    return SupportContact(
        entry=found.entry,
        why=found.why,
        opening=opening(found.entry, now, zone),
        maker=normalise_maker(spelled, support.makers),
        model=machine.model.strip() or None if machine is not None and not maker else None,
        product=licence.product_name if licence is not None else None,
        country=where,
    )


def order_meant(orders: Iterable[Order], number: str | None) -> Order | None:
    """Returns the order of this number, else the latest one; None when there is no order."""
    orders = tuple(orders)
    named = [order for order in orders if order.number == number]
    return max(named or orders, key=lambda order: order.placed_at, default=None)


def contact_sentence(contact: SupportContact, format_moment: FormatMoment) -> str:
    """Returns the number and whether it is answered now, in one line."""
    return f"Support for this PC: {shown_phone(contact.entry)}. {opening_sentence(contact.opening, format_moment)}"


def shown_phone(entry: SupportEntry) -> str:
    """Returns the number of an entry as it is shown to people."""
    return format_phone(entry.phone, entry.phone_display)


def state_words(state: OpenState) -> str:
    """Returns whether a number is answered now, in two or three words."""
    if state is OpenState.UNKNOWN:
        return "Hours not known"
    return "Closed now" if state is OpenState.CLOSED else "Open now"


def opening_sentence(found: Opening, format_moment: FormatMoment) -> str:
    """Returns whether to call now, in one sentence; the times are the person's own."""
    if found.state is OpenState.ALWAYS:
        return "Open now, at any time of any day."
    if found.state is OpenState.UNKNOWN or found.changes_at is None:
        return "The store does not say when this number is answered."
    when = format_moment(found.changes_at)
    return f"Open now until {when}." if found.is_open else f"Closed now; opens {when}."


def offers_number(failed_attempts: int) -> bool:
    """Whether the app itself brings up the number: after the second failed attempt at the same thing."""
    return failed_attempts >= 2


def failed_words(attempts: int) -> str:
    """That something has failed again: ``This has failed twice.``, ``This has failed 3 times.``"""
    return f"This has failed {'twice' if attempts == 2 else f'{attempts} times'}."
