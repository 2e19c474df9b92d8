"""Support in the window: the right number for this PC, and failures told together with what helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.store.lockout import with_time
from companion.domain.store.orders import Order
from companion.domain.support.hotline import (
    Opening,
    RightNumber,
    failed_words,
    normalise_maker,
    offers_number,
    opening,
    opening_sentence,
    right_number,
    spaced,
)
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.widgets.notice import Notice

Go = Callable[[Destination], object]
SUPPORT = "support-card"
"""What a `Destination` to the Help page names to show the support number instead of an article."""


class SupportLine(NamedTuple):
    """The number that is right here and now, and what it was chosen by."""

    number: RightNumber
    opening: Opening
    maker: str | None
    model: str | None
    product: str | None
    country: str | None


def support_line(app_state: AppState, order_number: str = "") -> SupportLine | None:
    """The number for this PC and an order (without one: the latest), or None when the store names none."""
    profile = app_state.snapshot.profile
    if profile is None:
        return None
    order = order_meant(app_state, order_number)
    licence = order.licences[0] if order is not None and order.licences else None
    machine = app_state.snapshot.machine
    maker = normalise_maker(machine.maker, profile.support.makers) if machine is not None else None
    country = order.country if order is not None else None
    found = right_number(
        profile.support, maker, licence.product_id if licence is not None else None, country, app_state.format.language
    )
    if found is None:
        return None
    return SupportLine(
        number=found,
        opening=opening(found.entry, app_state.now(), app_state.services.zone),
        maker=maker,
        model=machine.model.strip() or None if machine is not None else None,
        product=licence.product_name if licence is not None else None,
        country=country,
    )


def order_meant(app_state: AppState, number: str) -> Order | None:
    """The order of this number, or the latest one."""
    orders = [known.order for known in app_state.snapshot.orders if known.order is not None]
    named = [order for order in orders if order.number == number]
    return max(named or orders, key=lambda order: order.placed_at, default=None)


def number_sentence(app_state: AppState, order_number: str = "") -> str:
    """The right number and whether somebody answers it, in one line; empty when there is none."""
    line = support_line(app_state, order_number)
    if line is None:
        return ""
    hours = opening_sentence(line.opening, app_state.format.moment)
    return f"Support for this PC: {spaced(line.number.entry.phone)}. {hours}"


def failure_notice(
    app_state: AppState, error: CompanionError, go: Go, *, number: str = "", closable: bool = True,
    actions: tuple[tuple[str, Callable[[], object]], ...] = (),
) -> Notice:  # fmt: skip
    """A failure with a way to the article about it; from the second in a row on, with the number to call."""
    told = with_time(error, app_state.now(), app_state.format.moment)
    offered = list(actions)
    article = app_state.snapshot.helped.get(error.code)
    if article is not None:
        offered.append(("Help with this", lambda: go(Destination("help", number, article))))
    extra = ""
    if offers_number(error.attempts):
        extra = number_sentence(app_state, number)
        offered.append(("Contact support", lambda: go(Destination("help", number, SUPPORT))))
    notice = Notice.of_error(told, *offered, closable=closable)
    if extra:
        notice.add_line(f"{failed_words(error.attempts)} {extra}")
    return notice
