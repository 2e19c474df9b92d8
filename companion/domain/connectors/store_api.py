"""The Store API: what a store that offers it can do, and what its refusals mean for a purchase."""

from __future__ import annotations

import datetime as dt

from companion.domain.connectors.answers import Outcome, StoreAnswer
from companion.domain.connectors.capabilities import Capabilities, Capability, Way
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.purchases.values import STORE_API

CAPABILITIES = Capabilities(
    kind=STORE_API,
    title="Store API",
    ways={capability: Way.LIVE for capability in Capability if capability is not Capability.NEWEST_VERSION},
)
ADD_THE_ORDER = "Add this order with its password, so that the store can be asked: companion orders add NUMBER"

_SAID_BY_THE_STORE = frozenset(
    {
        *(ErrorCode.CREDENTIALS_WRONG, ErrorCode.LICENCE_UNKNOWN, ErrorCode.LICENCE_ENDED),
        *(ErrorCode.SEATS_EXHAUSTED, ErrorCode.SEAT_UNKNOWN, ErrorCode.WINDOW_CLOSED, ErrorCode.ALREADY_DONE),
    }
)
_NOT_ADDED = frozenset({ErrorCode.ORDER_UNKNOWN, ErrorCode.CREDENTIALS_NEEDED})


def judge_error(error: CompanionError, asked_at: dt.datetime) -> StoreAnswer:
    """Returns what an error means: only what the store itself states with its own code is a word about the order."""
    if error.code in _NOT_ADDED:
        return StoreAnswer(Outcome.DOES_NOT_TELL, asked_at, said=ADD_THE_ORDER)
    if error.code in _SAID_BY_THE_STORE:
        return StoreAnswer(Outcome.DOES_NOT_TELL, asked_at, said=error.message)
    wait = dt.timedelta(seconds=error.retry_after) if error.retry_after is not None else None
    retry_at = asked_at + wait if wait is not None else None
    return StoreAnswer(Outcome.COULD_NOT_ASK, asked_at, reason=error, retry_at=retry_at)


def no_licence() -> CompanionError:
    """Returns the error for a product of which the order has no licence."""
    return CompanionError(
        ErrorCode.LICENCE_UNKNOWN,
        "There is no such licence",
        "The order has no licence for this product.",
        "See the products of the purchase with: companion purchases show ID",
    )
