"""Changing something at the store: each request acts once, however often it is pressed or its answer is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from companion.domain.billing.auto_renewal import confirmed
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.core.money import Money
from companion.domain.core.redaction import redact
from companion.domain.core.words.error_words import failure
from companion.domain.store.orders import Extension, Licence, Order, Receipt, Subscription, SupportCase
from companion.domain.store.quotes import Quote
from companion.domain.store.returns import Return, ReturnReason
from companion.services.storage.database import Library
from companion.services.storage.records import KnownCase, TimelineEntry
from companion.services.store.attempts import Attempts
from companion.services.store.cache import OrderCache
from companion.services.store.calls.client import StoreClient
from companion.services.store.idempotency import IdempotentRequests, Operation
from companion.services.store.lookup import OrderLookup
from companion.services.store.renewal_switch import (
    SWITCH,
    RenewalSwitch,
    not_read_again,
    not_switched,
    not_switched_yet,
    receipt_later,
)
from companion.services.store.sessions import Sessions

T = TypeVar("T")


class OrderActions:
    """Everything that changes an order at the store. Safe to use from several threads; every method may block."""

    def __init__(
        self,
        client: StoreClient,
        sessions: Sessions,
        requests: IdempotentRequests,
        renewal: RenewalSwitch,
        lookup: OrderLookup,
        cache: OrderCache,
        attempts: Attempts,
        library: Library,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._client = client
        self._sessions = sessions
        self._requests = requests
        self._renewal = renewal
        self._lookup = lookup
        self._cache = cache
        self._attempts = attempts
        self._library = library
        self._clock = clock

    def switch_auto_renew(self, number: str, subscription: Subscription, on: bool) -> tuple[Order, Receipt]:
        """Switch auto-renewal, keep the receipt, and read the order again: what counts is what the store then says.

        Raises `CompanionError` ``not-switched`` when the store's state does not agree with its receipt, and
        ``not-read-again`` when it acted and could not be asked afterwards; the receipt is kept in both cases. When the
        answer was lost: ``not-known-yet``, or once the order could be read, ``not-switched`` or ``receipt-later``.
        """
        with self._attempts.counted(SWITCH, number):
            try:
                receipt = self._renewal.switch(number, subscription, on)
            except CompanionError as error:
                if not error.may_have_acted:
                    raise
                return self._after_lost_answer(number, subscription, on)
            try:
                order = self._lookup.order(number)
            except CompanionError as error:
                raise not_read_again() if error.kind is ErrorKind.UNREACHABLE else error from None
            now = next((plan for plan in order.subscriptions if plan.id == subscription.id), None)
            if now is None or not confirmed(now, receipt, on):
                raise not_switched()
            return order, receipt

    def _after_lost_answer(self, number: str, subscription: Subscription, on: bool) -> tuple[Order, Receipt]:
        """The order as the store has it now, and the receipt, where reading the order could fetch it."""
        before = {receipt.id for receipt in self._cache.receipts(number)}
        try:
            order = self._lookup.order(number)
        except CompanionError:
            raise failure(ErrorCode.NOT_KNOWN_YET) from None
        now = next((plan for plan in order.subscriptions if plan.id == subscription.id), None)
        if now is None or now.auto_renew is not on:
            raise not_switched_yet(on)
        for receipt in self._cache.receipts(number):
            if receipt.id not in before and receipt.subscription_id == subscription.id and confirmed(now, receipt, on):
                return order, receipt
        raise receipt_later()

    def request_extension(self, number: str, artifact_id: str) -> Extension:
        """Ask the store to reopen a closed download window."""
        what = ("asking for a download to open again", number, artifact_id)
        found = self._once(
            number, what, lambda token, key: self._client.request_extension(number, artifact_id, token, key)
        )
        self._note("extension asked for", number, artifact=artifact_id, status=found.status.value)
        return found

    def request_return(self, order: Order, reason: ReturnReason, subscription_id: str | None = None) -> Return:
        """Ask to return a whole order, or an unwanted renewal of one subscription."""
        items = () if subscription_id else tuple(item.id for item in order.line_items)
        what = ("asking for a return", order.number, reason.value, subscription_id or " ".join(items))
        found = self._once(
            order.number,
            what,
            lambda token, key: self._client.request_return(
                order.number, reason, token, key, line_item_ids=items, subscription_id=subscription_id
            ),
        )
        self._note("return requested", order.number, id=found.id)
        return found

    def accept_letter(self, number: str, returned: Return) -> Return:
        """Accept the Electronic Letter of Destruction of a return."""
        letter = returned.letter
        if letter is None:
            raise failure(ErrorCode.NO_LETTER)
        what = ("accepting a letter of destruction", number, returned.id)
        found = self._once(number, what, lambda token, key: self._client.accept_letter(returned.id, letter, token, key))
        self._note("letter accepted", number, id=found.id)
        return found

    def quote_backup_medium(self, number: str) -> Quote | None:
        """Returns the final price of the backup medium, None at a store that names none beforehand."""
        return self._sessions.authorised(number, lambda token: self._client.quote_backup_medium(number, token))

    def add_backup_medium(self, number: str, agreed: Money | None = None) -> Order:
        """Add the physical backup medium to an order at the final price that was agreed to.

        Raises `CompanionError` ``price-changed`` when the store asks another one by now; nothing is bought then.
        """
        what = ("adding the backup medium", number, *(() if agreed is None else (agreed.plain(),)))
        self._once(number, what, lambda token, key: self._client.add_backup_medium(number, agreed, token, key))
        self._note("backup medium added", number)
        return self._lookup.order(number)

    def take_seat(
        self, number: str, licence_id: str, seat_id: str, name: str, *, can_be_later: bool = False
    ) -> Licence:
        """Take a seat of a licence for a PC; one that can be taken later is waited for only briefly."""
        with self._attempts.counted("taking a seat", number), self._client.briefly(can_be_later):
            found = self._surely(
                number,
                lambda: self._sessions.authorised(
                    number, lambda token: self._client.take_seat(licence_id, seat_id, name, token)
                ),
            )
        self._note("seat taken", number, seat=seat_id)
        return found

    def free_seat(self, number: str, licence_id: str, seat_id: str) -> Licence:
        """Free a seat of a licence."""
        with self._attempts.counted("freeing a seat", number):
            found = self._surely(
                number,
                lambda: self._sessions.authorised(
                    number, lambda token: self._client.free_seat(licence_id, seat_id, token)
                ),
            )
        self._note("seat freed", number, seat=seat_id)
        return found

    def open_case(self, number: str, summary: str, case_file: str) -> SupportCase:
        """Send a case to support and keep its number.

        While the answer to the same summary is outstanding, the case file that was sent first is sent again. What a
        person wrote into the summary is cleaned of secrets like the case file itself.
        """
        summary = redact(summary, self._lookup.secrets(), keep=self._cache.numbers())
        what = ("sending a case to support", number, summary)
        text = self._requests.begin(what, case_file).body or case_file

        def send(token: Secret, key: str) -> SupportCase:
            case = self._client.open_case(number, summary, text, token, key)
            # Kept before the request counts as answered: until then, sending it again asks for the same number.
            known = KnownCase(opened_at=self._clock(), order_number=number, summary=summary, case=case)
            self._library.remember_case(self._cache.store, known)
            return case

        case = self._once(number, what, send)
        self._note("case opened", number, case=case.case_number)
        return case

    def _once(self, number: str, what: Operation, send: Callable[[Secret, str], T]) -> T:
        """Do something at the store once, however often it is requested or its answer is lost in transit."""
        with self._attempts.counted(what[0], number):
            request = self._requests.begin(what)
            return self._surely(
                number,
                lambda: self._sessions.authorised(
                    number, lambda token: self._requests.send(what, lambda: send(token, request.key))
                ),
            )

    def _surely(self, number: str, send: Callable[[], T]) -> T:
        """Returns what `send` returns, which acts once however often it is called.

        When its answer is lost, the order is read again, and with the store back it is sent again. Raises
        `CompanionError` ``not-known-yet`` when no answer comes then either.
        """
        try:
            return send()
        except CompanionError as error:
            if not error.may_have_acted:
                raise
        try:
            self._lookup.refresh(number)
            return send()
        except CompanionError as error:
            if error.kind is not ErrorKind.UNREACHABLE:
                raise
            raise failure(ErrorCode.NOT_KNOWN_YET) from None

    def _note(self, event: str, number: str, **facts: str | int | float | bool | None) -> None:
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))
