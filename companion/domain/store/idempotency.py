"""Requests that change something at the store: which one is a repetition of an earlier one, and which one is new."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.model import Exact, Instant, Model

UNANSWERED_FOR = dt.timedelta(days=1)
"""How long a request without an answer is sent again as the same one; stores remember keys at least that long."""
PRESSED_TWICE = dt.timedelta(minutes=1)
"""How long after its answer the same request still counts as a second press of the same button."""


class IdempotentRequest(Model, frozen=True):
    """A request, written down before it is sent: its idempotency `key` and, where it must not change, its `body`.

    `answered_at` is None while it is unknown whether the store has acted.
    """

    key: str
    asked_at: Instant
    body: Exact | None = None
    answered_at: Instant | None = None


def is_repetition(known: IdempotentRequest, now: dt.datetime) -> bool:
    """Returns whether asking now repeats `known`: its answer was lost, or the button was pressed twice.

    Calendar days say nothing about it: midnight can fall between two presses, and the same thing can be asked for
    twice on one day.
    """
    if known.answered_at is None:
        return now - known.asked_at < UNANSWERED_FOR
    return now - known.answered_at < PRESSED_TWICE
