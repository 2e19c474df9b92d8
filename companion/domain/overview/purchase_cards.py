"""One card per purchase of any shop: what it is, until when, and what is stated about its renewal."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

from companion.domain.core.model import Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate, FormatMoney, counted, days_away
from companion.domain.core.time.periods import days_until
from companion.domain.overview.product_cards import Tone, card_order
from companion.domain.purchases.matching import same_domain
from companion.domain.purchases.purchase import Overview, Product
from companion.domain.purchases.values import UNKNOWN_EXPIRY, AutoRenewal, EntitlementState, Expiry, ExpiryKind
from companion.domain.purchases.words import STATE_WORDS, as_stated, date_of, ends_words, origin_words
from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.schedule import Leads
from companion.domain.reminders.settings import ReminderSettings

_ENDED = {
    EntitlementState.REFUNDED: "It was refunded.",
    EntitlementState.DISABLED: "The shop has disabled it.",
    EntitlementState.REVOKED: "The shop has revoked it.",
}
"""What is said in place of an end that no longer matters."""
_MAY_RENEW = (AutoRenewal.ON, AutoRenewal.UNKNOWN)
_OVER = (EntitlementState.EXPIRED, EntitlementState.DISABLED, EntitlementState.REVOKED)


class PurchaseConcern(enum.StrEnum):
    """What makes the card of a purchase need attention."""

    EXPIRES_SOON = "expiresSoon"
    RENEWS_SOON = "renewsSoon"
    CANCEL_SOON = "cancelSoon"
    RETURN_SOON = "returnSoon"
    CHARGE_FAILED = "chargeFailed"
    SOURCES_DISAGREE = "sourcesDisagree"


_LEADS_OF = {
    PurchaseConcern.RENEWS_SOON: ReminderKind.RENEWAL,
    PurchaseConcern.EXPIRES_SOON: ReminderKind.EXPIRY,
    PurchaseConcern.CANCEL_SOON: ReminderKind.RENEWAL,
    PurchaseConcern.RETURN_SOON: ReminderKind.RETURN_DEADLINE,
}
"""The reminder whose leads say how early a date needs attention."""


class PurchaseCard(Model, frozen=True):
    """Everything Home shows of one purchase.

    `days_left` are calendar days in the person's zone until the purchase ends, negative afterwards, None where no end
    is known. `until` is the earliest end of its products; dates are days or moments as text, as they were stated.
    """

    purchase_id: str
    name: str
    origin: str
    order_number: str | None
    state: EntitlementState
    tone: Tone
    until: Expiry
    days_left: int | None
    auto_renew: AutoRenewal
    renews_on: str | None
    amount: Money | None
    cancel_by: str | None
    return_by: str | None
    has_key: bool
    nearest: float
    """When the card's most urgent date is (seconds since 1970), infinite without one; what cards are sorted by."""
    concerns: tuple[PurchaseConcern, ...] = ()


def purchase_cards(
    purchases: Iterable[Overview], now: dt.datetime, zone: dt.tzinfo, reminders: ReminderSettings | None = None
) -> tuple[PurchaseCard, ...]:
    """Returns one card per purchase, the most urgent first.

    Dates need attention as early as the person wants to be reminded of them (`reminders`).
    """
    leads = Leads(None, reminders if reminders is not None else ReminderSettings())
    return tuple(sorted((_card(found, leads, now, zone) for found in purchases), key=purchase_order))


def purchase_order(card: PurchaseCard) -> tuple[int, float, str, str, str]:
    """Returns what a card is sorted by; it compares with `product_cards.card_urgency`."""
    return card_order(card.tone, card.nearest, card.name, card.order_number or "", card.purchase_id)


def not_ordered(purchases: Iterable[Overview], orders: Iterable[tuple[str, str]]) -> tuple[Overview, ...]:
    """Returns the purchases that no order (address of its store, number) stands for: those have a card of their own."""
    known: dict[str, set[str]] = {}
    for address, number in orders:
        known.setdefault(number.casefold(), set()).add(address)
    return tuple(found for found in purchases if not _is_one_of(found, known))


def _is_one_of(found: Overview, stores: Mapping[str, Collection[str]]) -> bool:
    """Whether a purchase is one of the orders, of whose numbers `stores` has the addresses."""
    if found.order_number is None or found.store.address is None:
        return False
    there = stores.get(found.order_number.casefold(), ())
    return any(same_domain(_host(found.store.address), _host(address)) for address in there)


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _card(found: Overview, leads: Leads, now: dt.datetime, zone: dt.tzinfo) -> PurchaseCard:
    until = _until(found.products, zone)
    ends = until.ends(zone)
    state = _state(found, ends, now)
    concerns = _concerns(found, state, ends, leads, now, zone)
    renews_on = found.renewal.at if found.renewal is not None else None
    tone = _tone(state, concerns, chosen=found.ended_by_choice)
    dates = [ends, *(date_of(text, zone) for text in (renews_on, found.cancel_by, found.return_by) if text is not None)]
    return PurchaseCard(
        purchase_id=found.id,
        name=found.name,
        origin=origin_words(found),
        order_number=found.order_number,
        state=state,
        tone=tone,
        until=until,
        days_left=days_until(ends, now, zone) if ends is not None else None,
        auto_renew=found.auto_renew,
        renews_on=renews_on,
        amount=found.renewal.amount if found.renewal is not None else None,
        cancel_by=found.cancel_by,
        return_by=found.return_by,
        has_key=any(product.has_key for product in found.products),
        nearest=_nearest(tone, ends, [date for date in dates if date is not None], now),
        concerns=concerns,
    )


def _nearest(tone: Tone, ends: dt.datetime | None, dates: list[dt.datetime], now: dt.datetime) -> float:
    if tone in (Tone.OVER, Tone.ENDED):
        return ends.timestamp() if ends is not None else float("inf")
    return min((date.timestamp() for date in dates if date >= now - dt.timedelta(days=1)), default=float("inf"))


def _until(products: Iterable[Product], zone: dt.tzinfo) -> Expiry:
    """The earliest end of the products; one that is not known makes the whole not known unless a date is nearer."""
    ends = [product.expires for product in products]
    dated = [(end, expiry) for expiry in ends if (end := expiry.ends(zone)) is not None]
    if dated:
        return min(dated, key=lambda pair: pair[0])[1]
    return ends[0] if ends and all(expiry == ends[0] for expiry in ends) else UNKNOWN_EXPIRY


def _state(found: Overview, ends: dt.datetime | None, now: dt.datetime) -> EntitlementState:
    """The state as a source tells it; past the stated end it is expired, whatever an older word says."""
    told = [product.state for product in found.products if product.state is not EntitlementState.UNKNOWN]
    state = told[0] if told else EntitlementState.UNKNOWN
    over = ends is not None and ends < now
    if over and state in (EntitlementState.UNKNOWN, EntitlementState.ACTIVE, EntitlementState.NOT_ACTIVATED_HERE):
        return EntitlementState.EXPIRED
    if state is EntitlementState.UNKNOWN and ends is not None:
        return EntitlementState.ACTIVE
    return state


def _concerns(
    found: Overview,
    state: EntitlementState,
    ends: dt.datetime | None,
    leads: Leads,
    now: dt.datetime,
    zone: dt.tzinfo,
) -> tuple[PurchaseConcern, ...]:
    concerns = []
    alive = state not in (*_OVER, EntitlementState.REFUNDED)
    renews = date_of(found.renewal.at, zone) if found.renewal is not None and found.renewal.at is not None else None
    term = found.renewal.period if found.renewal is not None else None
    by_itself = found.auto_renew is AutoRenewal.ON or (found.auto_renew is AutoRenewal.UNKNOWN and renews is not None)
    dates = (
        (PurchaseConcern.RENEWS_SOON, renews if by_itself else None),
        (
            PurchaseConcern.EXPIRES_SOON,
            ends if (renews is None or not by_itself) and not found.ended_by_choice else None,
        ),
        (PurchaseConcern.CANCEL_SOON, _date(found.cancel_by, zone) if found.auto_renew in _MAY_RENEW else None),
        (PurchaseConcern.RETURN_SOON, _date(found.return_by, zone)),
    )
    for concern, date in dates if alive else ():
        if date is None or days_until(date, now, zone) < 0:
            continue
        of_plan = term if concern is not PurchaseConcern.RETURN_SOON else None
        if leads.is_near(_LEADS_OF[concern], date, now, zone, of_plan):
            concerns.append(concern)
    if found.auto_renew is AutoRenewal.FAILED and alive:
        concerns.append(PurchaseConcern.CHARGE_FAILED)
    if found.conflicts:
        concerns.append(PurchaseConcern.SOURCES_DISAGREE)
    return tuple(concerns)


def _date(text: str | None, zone: dt.tzinfo) -> dt.datetime | None:
    return date_of(text, zone) if text is not None else None


def _tone(state: EntitlementState, concerns: tuple[PurchaseConcern, ...], *, chosen: bool) -> Tone:
    """`chosen` says that the person chose its end."""
    if state is EntitlementState.REFUNDED or (chosen and state is EntitlementState.EXPIRED):
        return Tone.ENDED
    if state in _OVER:
        return Tone.OVER
    return Tone.ATTENTION if concerns else Tone.OK


def state_tone(card: PurchaseCard) -> Tone:
    """Returns how urgent the state itself is: what is active stays so while its sources disagree."""
    if card.tone is Tone.ATTENTION and PurchaseConcern.EXPIRES_SOON not in card.concerns:
        return Tone.OK if card.state is EntitlementState.ACTIVE else Tone.ENDED
    return card.tone if card.state is not EntitlementState.UNKNOWN else Tone.ENDED


def state_words(card: PurchaseCard) -> str:
    """Returns the state in a word or two."""
    return STATE_WORDS[card.state]


def standing_words(found: Overview, now: dt.datetime, zone: dt.tzinfo, format_date: FormatDate) -> str:
    """Returns how a purchase stands, in a few words for a list: until when it is good, or why it no longer is."""
    until = _until(found.products, zone)
    state = _state(found, until.ends(zone), now)
    if state in _ENDED:
        return STATE_WORDS[state].lower()
    ends = ends_words(until, format_date)
    if state is EntitlementState.EXPIRED:
        return f"expired, ran {ends}" if until.at is not None else "expired"
    if state in (EntitlementState.DISPUTED, EntitlementState.TEST):
        return f"{STATE_WORDS[state].lower()}, {ends}"
    return ends


def until_sentence(card: PurchaseCard, format_date: FormatDate) -> str:
    """Returns until when the purchase is good, in a whole sentence; unknown is said as unknown."""
    if (ended := _ENDED.get(card.state)) is not None:
        return ended
    if card.state is EntitlementState.EXPIRED and card.until.at is None:
        return "It has expired."
    if card.until.kind is ExpiryKind.NEVER:
        return "It does not end."
    if card.until.kind is ExpiryKind.SUBSCRIPTION:
        return "It runs as long as its subscription."
    if card.until.at is None or card.days_left is None:
        return "Until when it runs is not known."
    day = format_date(as_stated(card.until.at))
    if card.days_left < 0 or card.state is EntitlementState.EXPIRED:
        return f"It ran until {day}."
    left = "today is its last day" if card.days_left == 0 else f"{counted(card.days_left, 'day')} left"
    return f"It runs until {day}: {left}."


def renewal_sentence(
    card: PurchaseCard, now: dt.datetime, zone: dt.tzinfo, format_date: FormatDate, format_money: FormatMoney
) -> str:
    """Returns what is stated about the renewal; nothing that was not stated."""
    if card.auto_renew is AutoRenewal.OFF:
        return "Auto-renewal is off."
    if card.auto_renew is AutoRenewal.FAILED:
        return "Auto-renewal is on, but the last charge failed."
    known = "Auto-renewal is on" if card.auto_renew is AutoRenewal.ON else "Whether it renews by itself is not known"
    if card.renews_on is None:
        return f"{known}; no date is stated." if card.auto_renew is AutoRenewal.ON else f"{known}."
    day = format_date(as_stated(card.renews_on))
    price = f" for {format_money(card.amount)}" if card.amount is not None else ""
    if card.auto_renew is AutoRenewal.UNKNOWN:
        said = f"A renewal on {day}{price} is stated; whether auto-renewal is on is not known."
    else:
        stated = ", as stated" if price else ""
        away = days_away(days_until(date_of(card.renews_on, zone), now, zone))
        said = f"Renews on {day}{price}{stated} ({away})."
    if card.cancel_by is not None:
        said += f" To avoid it, cancel by {format_date(as_stated(card.cancel_by))}."
    return said
