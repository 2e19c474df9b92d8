"""Support in the window: the right number for this PC, and failures told together with what helps."""

from __future__ import annotations

from collections.abc import Callable

from companion.domain.billing.shipping import store_country
from companion.domain.core.errors import CompanionError
from companion.domain.store.lockout import with_unlock_time
from companion.domain.support.hotline import (
    NOTHING_STATED,
    Stated,
    SupportContact,
    contact_sentence,
    failed_words,
    offers_number,
    support_contact,
)
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.widgets.notice import Notice

NavigateTo = Callable[[Destination], object]
SUPPORT = "support-card"
"""What a `Destination` to the Help page names to show the support number instead of an article."""


def contact_of(app_state: AppState, order_number: str = "", stated: Stated = NOTHING_STATED) -> SupportContact | None:
    """Returns the support number for this PC and an order (else the latest), or None when the store has none.

    `stated` is what the person says instead.
    """
    snapshot = app_state.snapshot
    if snapshot.profile is None:
        return None
    return support_contact(
        snapshot.profile.support,
        snapshot.orders_read,
        snapshot.machine,
        app_state.now(),
        app_state.zone,
        order_number=order_number,
        stated=stated,
        language=app_state.format.language,
        store_country=store_country(snapshot.profile),
    )


def number_sentence(app_state: AppState, order_number: str = "") -> str:
    """Returns the right number and whether it is answered now, in one line; empty when there is none."""
    contact = contact_of(app_state, order_number)
    return contact_sentence(contact, app_state.format.moment) if contact is not None else ""


def failure_notice(
    app_state: AppState, error: CompanionError, navigate_to: NavigateTo, *, number: str = "", closable: bool = True,
    actions: tuple[tuple[str, Callable[[], object]], ...] = (),
) -> Notice:  # fmt: skip
    """A failure with a way to the article about it; from the second in a row on, with the number to call."""
    told = with_unlock_time(error, app_state.now(), app_state.format.moment)
    offered = list(actions)
    article = app_state.snapshot.helped.get(error.code)
    if article is not None:
        offered.append(("Help with this", lambda: navigate_to(Destination("help", number, article))))
    extra = ""
    if offers_number(error.attempts):
        extra = number_sentence(app_state, number)
        offered.append(("Contact support", lambda: navigate_to(Destination("help", number, SUPPORT))))
    notice = Notice.of_error(told, *offered, closable=closable)
    if extra:
        notice.add_line(f"{failed_words(error.attempts)} {extra}")
    return notice
