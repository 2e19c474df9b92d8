"""Asking the store for the same thing again: which request is a repetition, and which is a new wish."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.model import Instant, Model

UNANSWERED_FOR = dt.timedelta(days=1)
"""How long a request without an answer is asked again as the same one; stores remember keys at least that long."""
PRESSED_TWICE = dt.timedelta(minutes=1)
"""How long after its answer the same request is taken for one and the same press."""


class Intent(Model, frozen=True):
    """One wish, written down before it is sent: its idempotency `key` and, where it must stay the same, its `body`.

    `answered_at` is None while it is not known whether the store has acted.
    """

    key: str
    asked_at: Instant
    body: str | None = None
    answered_at: Instant | None = None


def is_repetition(known: Intent, now: dt.datetime) -> bool:
    """Whether asking now is the wish `known` once more: its answer was lost, or it was pressed twice.

    Not a matter of calendar days: midnight can fall between two presses, and one wish can come twice on one day.
    """
    if known.answered_at is None:
        return now - known.asked_at < UNANSWERED_FOR
    return now - known.answered_at < PRESSED_TWICE
