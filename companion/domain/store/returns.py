"""Returns and refunds as the store tells of them: values of the Store API (``resources/store-api.yaml``).

A word that this version does not know is the member ``unknown`` of its enumeration.
"""

from __future__ import annotations

import enum

from companion.domain.core.model import Instant, Model, Prose
from companion.domain.core.money import Money


class ReturnReason(enum.StrEnum):
    NOT_WANTED = "notWanted"
    DOES_NOT_WORK = "doesNotWork"
    UNWANTED_RENEWAL = "unwantedRenewal"
    UNKNOWN = "unknown"


class ReturnStatus(enum.StrEnum):
    REQUESTED = "requested"
    LETTER_NEEDED = "letterNeeded"
    REFUND_INITIATED = "refundInitiated"
    CREDITED = "credited"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class DestructionLetter(Model, frozen=True):
    """The Electronic Letter of Destruction: physical goods are refunded once it is accepted."""

    text: Prose
    accepted_at: Instant | None = None


class Return(Model, frozen=True):
    """A return and how far its refund has come; `credit_from` … `credit_until` is when the credit will show."""

    id: str
    reason: ReturnReason
    status: ReturnStatus
    amount: Money
    requested_at: Instant | None
    line_item_ids: tuple[str, ...] = ()
    subscription_id: str | None = None
    letter: DestructionLetter | None = None
    refund_initiated_at: Instant | None = None
    credit_from: Instant | None = None
    credit_until: Instant | None = None

    @property
    def letter_open(self) -> bool:
        """Whether the refund waits for the customer to accept the letter."""
        return self.status is ReturnStatus.LETTER_NEEDED and (self.letter is None or self.letter.accepted_at is None)


class ReturnEligibility(Model, frozen=True):
    """Whether the store would take the order back now, until when, and by which rule it counts."""

    eligible: bool
    counted_from: Instant | None
    deadline: Instant | None
    rule: str
    refusal: str | None = None
