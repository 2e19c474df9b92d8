"""Switching auto-renewal at the store, with a receipt that is not lost even when an answer is."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.store.orders import Order, Receipt, Subscription
from companion.services.storage.database import Library
from companion.services.storage.records import TimelineEntry
from companion.services.store.calls.client import StoreClient
from companion.services.store.idempotency import IdempotentRequests
from companion.services.store.sessions import Sessions

_log = logging.getLogger(__name__)

SWITCH = "switching auto-renewal"


class RenewalSwitch:
    """Sends switches and keeps their receipts."""

    def __init__(
        self,
        client: StoreClient,
        sessions: Sessions,
        requests: IdempotentRequests,
        library: Library,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._client = client
        self._sessions = sessions
        self._requests = requests
        self._library = library
        self._clock = clock

    def switch(self, number: str, plan: Subscription, on: bool) -> Receipt:
        """Switch the plan as it was read; the store refuses with ``version-conflict`` if it has changed since."""
        self._requests.replace((SWITCH, plan.id), f"{'on' if on else 'off'} {plan.version}")
        return self._send(number, plan.id, plan.version, on)

    def fetch_lost_receipts(self, order: Order) -> None:
        """Fetch the receipt of a switch whose answer was lost, once the store's own state shows that it has acted.

        The switch is sent again from the version it was made from: a store gives its receipt once more, and cannot
        act on it, because that version is no longer the current one (RFC 9110 §13.1.1).
        """
        for plan in order.subscriptions:
            lost = self._requests.unanswered((SWITCH, plan.id))
            if lost is None or lost.body is None:
                continue
            wanted, _, version = lost.body.partition(" ")
            if plan.version == version or plan.auto_renew is not (wanted == "on"):
                continue
            try:
                self._send(order.number, plan.id, version, wanted == "on")
            except CompanionError as error:
                _log.info("the receipt of a lost answer was not given: %s", error.code)

    def _send(self, number: str, subscription_id: str, version: str, on: bool) -> Receipt:
        def switch(token: Secret) -> Receipt:
            receipt = self._client.switch_auto_renew(subscription_id, version, on, token).receipt
            # Kept before the request counts as answered: until then, it is asked for again.
            self._library.remember_receipt(self._client.url, number, receipt)
            return receipt

        receipt = self._sessions.authorised(
            number, lambda token: self._requests.send((SWITCH, subscription_id), lambda: switch(token))
        )
        self._library.note(
            TimelineEntry(
                at=self._clock(),
                event="auto-renewal switched",
                order_number=number,
                facts={"on": on, "receipt": receipt.id},
            )
        )
        return receipt


def not_read_again() -> CompanionError:
    """The switch has a receipt, but what the store says now is not known."""
    return CompanionError(
        ErrorCode.NOT_READ_AGAIN,
        "Switched, but not looked at again",
        "The store has sent its receipt. When it was asked for the new state afterwards, no answer came.",
        "The receipt is kept with the order. Refresh the order to see what the store says.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    )


def receipt_later() -> CompanionError:
    """The store shows the change, but its receipt has not arrived."""
    return CompanionError(
        ErrorCode.RECEIPT_LATER,
        "Switched, but the receipt has not come yet",
        "The store's answer was lost on the way. Asked again, the store shows the change; its receipt did not come.",
        "Companion asks for the receipt again whenever it reads the order.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    )


def not_switched_yet(on: bool) -> CompanionError:
    """The answer was lost, and the store's own record shows no change."""
    state = "off" if on else "on"
    return CompanionError(
        ErrorCode.NOT_SWITCHED,
        f"Auto-renewal is still {state}",
        f"No answer came to the request. Asked again, the store says that auto-renewal is still {state}.",
        "Try again. If the store acts on the first request after all, its receipt will be kept with the order.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    )


def not_switched() -> CompanionError:
    """The switch has a receipt, but the store's own record says the opposite."""
    return CompanionError(
        ErrorCode.NOT_SWITCHED,
        "The store does not show the change",
        "The store sent a receipt, but its own record of the subscription still says the opposite.",
        "The receipt is kept with the order. Refresh in a few minutes; if it stays, contact support with it.",
    )
