"""One card per licence: what the person owns, until when, and what is best done next."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable

import msgspec

from companion.domain.billing.auto_renewal import (
    AutoRenew,
    NextCharge,
    auto_renew_of,
    ended_by_choice,
    live_subscription,
    next_charge,
)
from companion.domain.core.model import Instant, Model
from companion.domain.core.text import FormatDate, FormatMoney, counted, days_away
from companion.domain.core.time.periods import Period, days_until
from companion.domain.entitlements.download_access import DownloadWindow, WindowState, window_of
from companion.domain.entitlements.licences import EffectiveStatus, carried_on, effective_status
from companion.domain.entitlements.seats import SeatUse, ThisPC, seat_use
from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.schedule import Leads
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.store.orders import ExtensionStatus, Licence, Order
from companion.domain.store.profile import Profile


class Tone(enum.StrEnum):
    """How urgent a card is: `ATTENTION` has a date that comes soon, `OVER` has run out, `ENDED` needs nothing more."""

    OK = "ok"
    ATTENTION = "attention"
    OVER = "over"
    ENDED = "ended"


class Concern(enum.StrEnum):
    """What makes a card need attention."""

    RENEWS_SOON = "renewsSoon"
    PRICE_RISES = "priceRises"
    EXPIRES_SOON = "expiresSoon"
    WINDOW_CLOSES_SOON = "windowClosesSoon"
    WINDOW_CLOSED = "windowClosed"
    RETURN_WAITS = "returnWaits"


class NextAction(enum.StrEnum):
    """The one thing that helps most now."""

    DOWNLOAD = "download"
    INSTALL = "install"
    ASK_EXTENSION = "askExtension"
    RENEW = "renew"
    READ_LETTER = "readLetter"
    FREE_SEAT = "freeSeat"
    NONE = "none"


class ProductCard(Model, frozen=True):
    """Everything Home shows of one licence.

    `days_left` are calendar days in the person's zone, negative once it has run out, None without an end or after a
    refund. `carried_on` says that a later order carries this licence on, `return_waits_since` when a return of the
    order was asked for whose refund waits for the person (with `Concern.RETURN_WAITS`).
    """

    order_number: str
    licence_id: str
    product_id: str
    product_name: str
    status: EffectiveStatus = msgspec.field(name="standing")
    tone: Tone
    starts_at: Instant | None
    expires_at: Instant | None
    days_left: int | None
    auto_renew: AutoRenew
    subscription_id: str | None
    next_charge: NextCharge | None
    window: DownloadWindow
    seats: SeatUse
    action: NextAction
    concerns: tuple[Concern, ...] = ()
    carried_on: bool = False
    end_unknown: bool = False
    return_waits_since: Instant | None = None


def product_cards(
    orders: Iterable[Order],
    profile: Profile,
    now: dt.datetime,
    zone: dt.tzinfo,
    *,
    this_seat: str | None = None,
    downloaded: Collection[str] = (),
    switched_off: Collection[str] = (),
    reminders: ReminderSettings | None = None,
) -> tuple[ProductCard, ...]:
    """One card per licence, the ones that need attention first.

    `this_seat` is this PC's seat id; `downloaded` are the ids of artifacts that lie verified on this PC,
    `switched_off` those of plans whose newest receipt says so. Dates need attention as early as the person wants to be
    reminded of them; without `reminders` the store's own leads count.
    """
    orders = tuple(orders)
    leads = Leads(profile, reminders if reminders is not None else ReminderSettings())
    replaced = carried_on(orders)
    cards = [
        _card(order, licence, profile, leads, now, zone, this_seat, downloaded, switched_off, replaced)
        for order in orders
        for licence in order.licences
    ]
    return tuple(sorted(cards, key=card_urgency))


_ALIVE = (EffectiveStatus.ACTIVE, EffectiveStatus.NOT_STARTED)


def _card(
    order: Order,
    licence: Licence,
    profile: Profile,
    leads: Leads,
    now: dt.datetime,
    zone: dt.tzinfo,
    this_seat: str | None,
    downloaded: Collection[str],
    switched_off: Collection[str],
    all_replaced: Collection[tuple[str, str]],
) -> ProductCard:
    state, replaced = effective_status(order, licence, now), (order.number, licence.id) in all_replaced
    plan = live_subscription(order, licence, now)
    window = window_of(order.downloads_of(licence) if state is not EffectiveStatus.REFUNDED else (), now, zone)
    charge = next_charge(order, plan, zone)
    by_choice = ended_by_choice(order, order.subscription_of(licence), switched_off)
    have_it = any(artifact.artifact_id in downloaded for artifact in window.artifacts)
    seats = seat_use(licence, this_seat)
    concerns: tuple[Concern, ...] = ()
    if state in _ALIVE and (not replaced or charge is not None):
        # What was renewed ahead is charged all the same as long as its auto-renewal is on.
        concerns = _date_concerns(licence, charge, plan.term if plan is not None else None, leads, now, zone)
        if by_choice:
            concerns = tuple(each for each in concerns if each is not Concern.EXPIRES_SOON)
    if state in _ALIVE and not replaced and not have_it:
        concerns += _window_concerns(window, seats, profile, leads, now, zone)
    action = _action(state, concerns, window, seats, have_it, profile)
    action = NextAction.NONE if replaced or (by_choice and state is EffectiveStatus.EXPIRED) else action
    waiting = order.waiting_return
    if waiting is not None:
        concerns, action = (*concerns, Concern.RETURN_WAITS), NextAction.READ_LETTER
    ends = licence.expires_at if state is not EffectiveStatus.REFUNDED else None
    return ProductCard(
        order_number=order.number,
        licence_id=licence.id,
        product_id=licence.product_id,
        product_name=licence.product_name,
        status=state,
        tone=Tone.ATTENTION if waiting is not None else _tone(state, replaced or by_choice, concerns),
        starts_at=licence.starts_at,
        expires_at=licence.expires_at,
        days_left=days_until(ends, now, zone) if ends is not None else None,
        auto_renew=auto_renew_of(plan),
        subscription_id=plan.id if plan is not None else None,
        next_charge=charge,
        window=window,
        seats=seats,
        action=action,
        concerns=concerns,
        carried_on=replaced,
        end_unknown=licence.end_unknown,
        return_waits_since=waiting.requested_at if waiting is not None else None,
    )


def _date_concerns(
    licence: Licence,
    charge: NextCharge | None,
    term: Period | None,
    leads: Leads,
    now: dt.datetime,
    zone: dt.tzinfo,
) -> tuple[Concern, ...]:
    if charge is None:
        ends = licence.expires_at
        soon = ends is not None and leads.is_near(ReminderKind.EXPIRY, ends, now, zone, term)
        return (Concern.EXPIRES_SOON,) if soon else ()
    if not leads.is_near(ReminderKind.RENEWAL, charge.at, now, zone, term):
        return ()
    return (Concern.RENEWS_SOON, Concern.PRICE_RISES) if charge.rises else (Concern.RENEWS_SOON,)


def _window_concerns(
    window: DownloadWindow, seats: SeatUse, profile: Profile, leads: Leads, now: dt.datetime, zone: dt.tzinfo
) -> tuple[Concern, ...]:
    policy, at = profile.policies.downloads, window.changes_at
    if at is None:
        return ()
    if window.is_open and leads.is_near(ReminderKind.DOWNLOAD_WINDOW, at, now, zone):
        return (Concern.WINDOW_CLOSES_SOON,)
    # A window that closed long ago, or that cannot be opened or is not needed, is no concern; the card says it closed.
    useful = policy.extension_possible and seats.this_pc is ThisPC.NOT_YET
    recent = window.state is WindowState.CLOSED and policy.window.after(at) > now
    return (Concern.WINDOW_CLOSED,) if useful and recent else ()


def _tone(state: EffectiveStatus, settled: bool, concerns: tuple[Concern, ...]) -> Tone:
    """`settled` says that a later order carries the licence on, or that the person chose its end."""
    if state is EffectiveStatus.REFUNDED or (settled and state is EffectiveStatus.EXPIRED):
        return Tone.ENDED
    if state is EffectiveStatus.EXPIRED:
        return Tone.OVER
    return Tone.ATTENTION if concerns else Tone.OK


def _action(
    state: EffectiveStatus,
    concerns: tuple[Concern, ...],
    window: DownloadWindow,
    seats: SeatUse,
    have_it: bool,
    profile: Profile,
) -> NextAction:
    if state is EffectiveStatus.REFUNDED:
        return NextAction.NONE
    if state is EffectiveStatus.EXPIRED:
        return NextAction.RENEW
    if Concern.WINDOW_CLOSES_SOON in concerns and not have_it:
        return NextAction.DOWNLOAD
    if Concern.EXPIRES_SOON in concerns:
        return NextAction.RENEW
    if seats.this_pc is ThisPC.USES_IT:
        return NextAction.NONE
    if seats.this_pc is ThisPC.NO_SEAT_LEFT and (have_it or window.is_open):
        return NextAction.FREE_SEAT if state is EffectiveStatus.ACTIVE else NextAction.NONE
    if have_it:
        # Nothing can be activated before its first day.
        wanted = state is EffectiveStatus.ACTIVE and seats.this_pc is ThisPC.NOT_YET
        return NextAction.INSTALL if wanted else NextAction.NONE
    if window.is_open:
        return NextAction.DOWNLOAD
    may_ask = window.asked not in (ExtensionStatus.REQUESTED, ExtensionStatus.REFUSED)
    wanted = seats.this_pc is ThisPC.NOT_YET and profile.policies.downloads.extension_possible
    if window.state is WindowState.CLOSED and wanted and may_ask:
        return NextAction.ASK_EXTENSION
    return NextAction.NONE


_RANK = {Tone.ATTENTION: 0, Tone.OVER: 1, Tone.OK: 2, Tone.ENDED: 3}


def card_order(tone: Tone, nearest: float, name: str, number: str, key: str) -> tuple[int, float, str, str, str]:
    """Returns what cards are sorted by: attention first, the nearest date first.

    What has run out most recently comes before what did long ago.
    """
    past = tone in (Tone.OVER, Tone.ENDED)
    return (_RANK[tone], -nearest if past else nearest, name, number, key)


def card_urgency(card: ProductCard) -> tuple[int, float, str, str, str]:
    """Returns what the card of a licence is sorted by."""
    dates = [date.timestamp() for date in (card.expires_at,) if date is not None]
    if card.tone is Tone.ATTENTION:
        if card.next_charge is not None:
            dates.append((card.next_charge.cancel_by or card.next_charge.at).timestamp())
        if Concern.RETURN_WAITS in card.concerns:
            # Money that waits for the person comes first, the longest waiting of it before the rest.
            dates = [card.return_waits_since.timestamp() if card.return_waits_since is not None else 0.0]
        if Concern.WINDOW_CLOSES_SOON in card.concerns and card.window.changes_at is not None:
            dates.append(card.window.changes_at.timestamp())
    nearest = min(dates, default=float("inf"))
    return card_order(card.tone, nearest, card.product_name, card.order_number, card.licence_id)


_STATUS_WORDS = {
    EffectiveStatus.ACTIVE: "Active",
    EffectiveStatus.NOT_STARTED: "Not started yet",
    EffectiveStatus.EXPIRED: "Expired",
    EffectiveStatus.REFUNDED: "Refunded",
    EffectiveStatus.UNKNOWN: "State not known",
}


def status_words(card: ProductCard) -> str:
    """The licence's status in a word or two: ``Active``, ``Expired``, ``Renewed``, …"""
    return "Renewed" if card.carried_on and card.status is EffectiveStatus.EXPIRED else _STATUS_WORDS[card.status]


def status_tone(card: ProductCard) -> Tone:
    """How urgent the status itself is: an active licence stays one while a download closes or a price rises."""
    if card.tone is Tone.ATTENTION and Concern.EXPIRES_SOON not in card.concerns:
        return Tone.OK
    return card.tone


def status_sentence(card: ProductCard, format_date: FormatDate) -> str:
    """Until when the licence is good, in a whole sentence."""
    if card.status is EffectiveStatus.REFUNDED:
        return "This licence was refunded and has ended."
    if card.status is EffectiveStatus.UNKNOWN:
        named = f" Its last day is {format_date(card.expires_at)}." if card.expires_at is not None else ""
        return f"The store names a state of this licence that this version does not know.{named}"
    if card.end_unknown:
        return "Until when this licence is good is not known: the store names a date that cannot be right."
    if card.expires_at is None or card.days_left is None:
        return "This licence has no end date."
    day = format_date(card.expires_at)
    if card.status is EffectiveStatus.EXPIRED:
        if card.carried_on:
            return f"This licence ran until {day}; a later order carries it on."
        if card.days_left > 0:
            return "The store has ended this licence before its last day."
        return f"This licence ran out {days_away(card.days_left)}, on {day}."
    if card.status is EffectiveStatus.NOT_STARTED:
        return f"This licence starts on {format_date(card.starts_at)} and runs until {day}."
    left = "today is its last day" if card.days_left == 0 else f"{counted(card.days_left, 'day')} left"
    after = " A later order carries it on from then." if card.carried_on else ""
    return f"Active until {day}: {left}.{after}"


def charge_sentence(
    card: ProductCard, format_date: FormatDate, format_money: FormatMoney, *, fresh: bool = True
) -> str:
    """What auto-renewal will do, in whole sentences.

    That nothing will be charged is promised only with `fresh`, where the store has just said what the card says.
    """
    charge = card.next_charge
    if not fresh and charge is None and card.auto_renew is not AutoRenew.ON:
        state = "was off" if card.auto_renew is AutoRenew.OFF else "was not part of this licence"
        return f"Auto-renewal {state} when the store last answered; whether that is still so is not known now."
    if card.auto_renew is AutoRenew.NOT_OFFERED:
        return "There is no auto-renewal, so nothing will be charged."
    if charge is None:
        return "Auto-renewal is off, so nothing will be charged." if card.auto_renew is AutoRenew.OFF else _NO_DATE
    said = f"Renews on {format_date(charge.at)} for {charge.words(format_money)}"
    without = " without tax" if charge.tax.on_top else ""
    said += f"; last time it cost {format_money(charge.previous)}{without}." if charge.previous is not None else "."
    if charge.cancel_by is not None:
        said += f" To avoid the charge, switch auto-renewal off by {format_date(charge.cancel_by)}."
    return said


_NO_DATE = "Auto-renewal is on; the store has not announced a charge."
