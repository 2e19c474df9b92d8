"""Every date worth a reminder, of orders and of purchases."""

from __future__ import annotations

from collections.abc import Iterator

from companion.domain.reminders.dates import ReminderFacts, Subject, order_subjects
from companion.domain.reminders.purchase_dates import purchase_subjects


def subjects(facts: ReminderFacts) -> Iterator[Subject]:
    """Yields every date that deserves a reminder."""
    yield from order_subjects(facts)
    yield from purchase_subjects(facts.purchases, facts.zone)
