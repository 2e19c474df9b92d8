"""Which of an order's artifacts is meant, and whether it may be downloaded now."""

from __future__ import annotations

import datetime as dt
import enum

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.platform import Platform
from companion.domain.core.text import FormatDate, plain_date
from companion.domain.core.words.error_words import failure
from companion.domain.entitlements.download_access import WindowState, state_at, state_of, window_of, window_sentence
from companion.domain.entitlements.licences import EffectiveStatus, effective_status
from companion.domain.store.orders import Download, ExtensionStatus, Order
from companion.domain.store.profile import Profile


class Offer(enum.StrEnum):
    """What can be had of an artifact: `CAN_ASK` has a closed window that the store can be asked to open again."""

    OPEN = "open"
    CAN_ASK = "canAsk"
    CLOSED = "closed"
    ENDED = "ended"


_ENDED = (EffectiveStatus.EXPIRED, EffectiveStatus.REFUNDED)


def has_ended(order: Order, download: Download, now: dt.datetime) -> bool:
    """Whether the licence that an artifact belongs to has ended."""
    licences = (licence for licence in order.licences if licence.id == download.licence_id)
    return any(effective_status(order, licence, now) in _ENDED for licence in licences)


def offer_of(order: Order, download: Download, profile: Profile, now: dt.datetime) -> Offer:
    """What the store gives of `download` at `now`; with its licence ended that is nothing, whatever the window says."""
    if has_ended(order, download, now):
        return Offer.ENDED
    state = state_at(download, now)
    if state is WindowState.OPEN:
        return Offer.OPEN
    asked = download.extension is not None and download.extension.status is not ExtensionStatus.GRANTED
    can_ask = state is WindowState.CLOSED and profile.policies.downloads.extension_possible and not asked
    return Offer.CAN_ASK if can_ask else Offer.CLOSED


def offer_sentence(offer: Offer, download: Download, now: dt.datetime, zone: dt.tzinfo, format_date: FormatDate) -> str:
    """What `offer` means for the person."""
    if offer is Offer.ENDED:
        return "The licence has ended, so there is nothing to download for it any more."
    return window_sentence(window_of((download,), now, zone), format_date)


def fitting(order: Order, platform: Platform) -> tuple[Download, ...]:
    """The artifacts of `order` that run on `platform`."""
    return tuple(download for download in order.downloads if download.platform in (platform, Platform.ANY))


def choose(order: Order, artifact_id: str | None, platform: Platform, now: dt.datetime, zone: dt.tzinfo) -> Download:
    """The artifact that was asked for, or the only one that fits this PC.

    Raises `CompanionError`: ``artifact-unknown``, ``artifact-ambiguous`` (naming the choices), ``nothing-to-download``,
    or ``window-closed`` when its window is not open.
    """
    chosen = pick(order, artifact_id, platform)
    window = window_of((chosen,), now, zone)
    if state_of(chosen, now, zone) in (WindowState.CLOSED, WindowState.NOT_YET):
        raise failure(
            ErrorCode.WINDOW_CLOSED,
            message=window_sentence(window, plain_date(zone)),
            hint=(
                f"Ask the store to open it: companion extend {order.number} {chosen.artifact_id}, "
                "or one click on the order's page."
            ),
        )
    return chosen


def pick(order: Order, artifact_id: str | None, platform: Platform) -> Download:
    """The artifact that was asked for, or the only one that fits this PC, whether its window is open or not.

    Raises `CompanionError`: ``artifact-unknown``, ``artifact-ambiguous`` or ``nothing-to-download``.
    """
    return _named(order, artifact_id) if artifact_id else _only(order, platform)


def _named(order: Order, artifact_id: str) -> Download:
    for download in order.downloads:
        if download.artifact_id == artifact_id:
            return download
    raise CompanionError(
        ErrorCode.ARTIFACT_UNKNOWN,
        "This order has no such download",
        f"Order {order.number} has: {', '.join(download.artifact_id for download in order.downloads) or 'none'}.",
        "Use one of these names.",
        kind=ErrorKind.NO,
    )


def _only(order: Order, platform: Platform) -> Download:
    candidates = fitting(order, platform)
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        others = ", ".join(sorted({download.platform.value for download in order.downloads}))
        raise CompanionError(
            ErrorCode.NOTHING_TO_DOWNLOAD,
            "There is nothing to download",
            f"Order {order.number} has downloads for {others} only."
            if others
            else f"Order {order.number} has no downloads.",
            "The order's page shows what it contains.",
        )
    raise CompanionError(
        ErrorCode.ARTIFACT_AMBIGUOUS,
        "There are several downloads",
        "This order has: " + ", ".join(f"{download.artifact_id} ({download.name})" for download in candidates) + ".",
        "Name the one you want.",
        kind=ErrorKind.USAGE,
    )
