"""The person's orders: found at the store, opened with the keychain's credentials, remembered in the library."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from companion.domain.billing.auto_renewal import confirmed
from companion.domain.core.error_words import failure
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.core.redaction import redact
from companion.domain.entitlements.confirmation_email import LARGEST, MailReading, read_confirmation
from companion.domain.store.orders import (
    Extension,
    Grant,
    Invoice,
    Licence,
    Order,
    Receipt,
    Return,
    ReturnReason,
    Session,
    Subscription,
    SupportCase,
)
from companion.domain.store.profile import Profile
from companion.services.app.input_file import read_start
from companion.services.storage.database import Library
from companion.services.storage.records import KnownCase, KnownOrder, TimelineEntry
from companion.services.store.attempts import Attempts
from companion.services.store.cache import OrderCache, check_number
from companion.services.store.client import StoreClient
from companion.services.store.idempotency import IdempotentRequests
from companion.services.store.keychain import Credentials, Kept, Keychain
from companion.services.store.renewal_switch import SWITCH, RenewalSwitch, not_read_again, not_switched
from companion.services.store.sessions import Sessions

_log = logging.getLogger(__name__)
T = TypeVar("T")

LOG_IN = "opening an order"


class Added(NamedTuple):
    """The orders that were opened, as the store spells their numbers, and where their credentials are kept."""

    numbers: tuple[str, ...]
    kept: Kept


class Orders:
    """Every job on orders. Safe to use from several threads; every method may block on the store or the keychain."""

    def __init__(
        self, client: StoreClient, keychain: Keychain, library: Library, clock: Callable[[], dt.datetime]
    ) -> None:
        self._client = client
        self._keychain = keychain
        self._library = library
        self._clock = clock
        self._sessions = Sessions(client, keychain, clock)
        self._requests = IdempotentRequests(library, client.url, clock)
        self._renewal = RenewalSwitch(client, self._sessions, self._requests, library, clock)
        self._cache = OrderCache(library, client.url, clock)
        self.attempts = Attempts(library, clock, self._cache.has)

    @property
    def store(self) -> str:
        """The store's address."""
        return self._client.url

    # The profile

    def profile(self) -> Profile:
        """The vendor profile: asked for anew, or the remembered one when the store cannot be reached."""
        remembered = self._library.profile(self.store)
        try:
            fresh = self._client.profile(remembered[1] if remembered else None)
        except CompanionError as error:
            if remembered is None or error.kind is not ErrorKind.UNREACHABLE:
                raise
            _log.info("using the remembered profile: %s", error.code)
            return remembered[0]
        if fresh is None:
            if remembered is None:
                raise failure(
                    ErrorCode.MALFORMED_ANSWER,
                    message="The store said that nothing has changed although nothing was known.",
                )
            return remembered[0]
        self._library.remember_profile(self.store, fresh.value, fresh.etag, self._clock())
        return fresh.value

    def remembered_profile(self) -> Profile | None:
        """The profile as it was last read, without asking the store."""
        remembered = self._library.profile(self.store)
        return remembered[0] if remembered else None

    # Adding and removing

    def add(self, number: str, password: Secret) -> Added:
        """Open an order with its password, remember it, and keep the password in the keychain.

        Raises what the store says to a wrong pair; nothing is kept then. The number is kept as the store spells it.
        """
        credentials = Credentials(order_password=password)
        with self.attempts.counted(LOG_IN, None):
            session = self._sessions.log_in(number, credentials)
        spelled = [opened for opened in session.order_numbers if opened.casefold() == number.casefold()]
        return self._add(session, credentials, tuple(spelled) or session.order_numbers)

    def read_confirmation(self, path: Path) -> MailReading:
        """What a confirmation e-mail (``.eml``) says of its order, with the store's patterns where they are known.

        Raises `CompanionError` ``file-not-readable``.
        """
        return self.read_mail(read_start(path, LARGEST + 1))

    def read_mail(self, data: bytes) -> MailReading:
        """What the bytes of an e-mail say of their order; an order in it is looked for even without the store."""
        try:
            patterns = self.profile().mail
        except CompanionError as error:
            _log.info("reading a mail without the store's patterns: %s", error.code)
            patterns = None
        return read_confirmation(data, patterns)

    def add_by_card(self, email: str, digits: Secret) -> Added:
        """Find all orders of an e-mail address and card, remember them, and keep both in the keychain."""
        credentials = Credentials(email=email, card_last_digits=digits)
        with self.attempts.counted(LOG_IN, None):
            session = self._sessions.log_in(None, credentials)
        return self._add(session, credentials, session.order_numbers)

    def _add(self, session: Session, credentials: Credentials, numbers: tuple[str, ...]) -> Added:
        kept = Kept.KEYCHAIN
        for number in numbers:
            # Read first: an order that cannot be read is not added.
            fresh = self._client.order(number, session.token)
            if fresh is None:
                raise failure(ErrorCode.MALFORMED_ANSWER)
            check_number(number, fresh.value)
            self._sessions.hold(number, session)
            self._cache.add(number, fresh)
            if self._keychain.keep(self._sessions.account(number), credentials) is Kept.SESSION:
                kept = Kept.SESSION
            self._note("order added", number, kept=kept.value)
        return Added(numbers, kept)

    def remove(self, number: str) -> None:
        """Forget an order: its credentials leave the keychain first, then its notes the library.

        Raises `CompanionError` ``order-unknown`` when it was never added.
        """
        self._cache.known(number)
        self._keychain.forget(self._sessions.account(number))
        self._sessions.drop(number)
        self._cache.remove(number)
        self._note("order removed", number)

    def in_keychain(self, number: str) -> bool | None:
        """Whether the keychain holds the credentials of an order; None when there is none or it cannot be asked."""
        return self._keychain.holds(self._sessions.account(number))

    def request_password_reset(self, *, number: str | None = None, email: str | None = None) -> None:
        """Ask the store to e-mail a new order password."""
        self._client.request_password_reset(number=number, email=email)

    # Reading

    def remembered(self) -> tuple[KnownOrder, ...]:
        """All orders as they were last seen, without asking the store; keys are there only if read in this session."""
        return self._cache.remembered()

    def numbers(self) -> tuple[str, ...]:
        """The numbers of all orders that were added, the oldest first."""
        return self._cache.numbers()

    def read(self) -> tuple[Order, ...]:
        """The orders that have been read, as they were last seen, the oldest first."""
        return self._cache.read()

    def with_keys(self, orders: Iterable[KnownOrder]) -> tuple[KnownOrder, ...]:
        """Orders out of the library with the licence keys that are held in memory."""
        return self._cache.with_keys(orders)

    def known(self, number: str) -> KnownOrder:
        """One order as it was last seen. Raises `CompanionError` ``order-unknown``."""
        return self._cache.known(number)

    def refresh(self, number: str) -> KnownOrder:
        """An order as the store sees it now."""
        known = self._cache.known(number)
        etag = self._cache.etag(known)
        fresh = self._sessions.authorised(number, lambda token: self._client.order(number, token, etag))
        found = self._cache.unchanged(known) if fresh is None else self._cache.remember(known, fresh)
        if found.order is not None:
            self._renewal.fetch_lost_receipts(found.order)
        return found

    def order(self, number: str) -> Order:
        """An order as the store sees it now; raises whatever kept it from being read."""
        found = self.refresh(number).order
        assert found is not None  # noqa: S101 - a refresh that returns has read the order
        return found

    # Acting

    def switch_auto_renew(self, number: str, subscription: Subscription, on: bool) -> tuple[Order, Receipt]:
        """Switch auto-renewal, keep the receipt, and read the order again: what counts is what the store then says.

        Raises `CompanionError` ``not-switched`` when the store's state does not agree with its receipt, and
        ``not-read-again`` when it acted and could not be asked afterwards; the receipt is kept in both cases.
        """
        with self.attempts.counted(SWITCH, number):
            receipt = self._renewal.switch(number, subscription, on)
            try:
                order = self.order(number)
            except CompanionError as error:
                raise not_read_again() if error.kind is ErrorKind.UNREACHABLE else error from None
            now = next((plan for plan in order.subscriptions if plan.id == subscription.id), None)
            if now is None or not confirmed(now, receipt, on):
                raise not_switched()
            return order, receipt

    def receipts(self, number: str) -> tuple[Receipt, ...]:
        """The receipts kept for an order, newest first."""
        return self._cache.receipts(number)

    def grant(self, number: str, artifact_id: str) -> Grant:
        """A fresh signed URL for an artifact."""
        return self._sessions.authorised(number, lambda token: self._client.grant(number, artifact_id, token))

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

    def invoice(self, number: str) -> Invoice:
        """The invoice of an order; the one read last when the store cannot be reached."""
        with self.attempts.counted("reading the invoice", number):
            try:
                found = self._sessions.authorised(number, lambda token: self._client.invoice(number, token))
            except CompanionError as error:
                remembered = self._library.invoice(self.store, number)
                if remembered is None or error.kind is not ErrorKind.UNREACHABLE:
                    raise
                _log.info("showing the remembered invoice: %s", error.code)
                return remembered
        self._library.remember_invoice(self.store, number, found)
        return found

    def invoice_pdf(self, number: str) -> bytes:
        """The invoice of an order as PDF."""
        with self.attempts.counted("reading the invoice", number):
            return self._sessions.authorised(number, lambda token: self._client.invoice_pdf(number, token))

    def add_backup_medium(self, number: str) -> Order:
        """Add the physical backup medium to an order."""
        what = ("adding the backup medium", number)
        self._once(number, what, lambda token, key: self._client.add_backup_medium(number, token, key))
        self._note("backup medium added", number)
        return self.order(number)

    def take_seat(self, number: str, licence_id: str, seat_id: str, name: str) -> Licence:
        """Take a seat of a licence for a PC."""
        with self.attempts.counted("taking a seat", number):
            found = self._sessions.authorised(
                number, lambda token: self._client.take_seat(licence_id, seat_id, name, token)
            )
        self._note("seat taken", number, seat=seat_id)
        return found

    def free_seat(self, number: str, licence_id: str, seat_id: str) -> Licence:
        """Free a seat of a licence."""
        with self.attempts.counted("freeing a seat", number):
            found = self._sessions.authorised(number, lambda token: self._client.free_seat(licence_id, seat_id, token))
        self._note("seat freed", number, seat=seat_id)
        return found

    def open_case(self, number: str, summary: str, case_file: str) -> SupportCase:
        """Send a case to support and keep its number.

        While the answer to the same summary is outstanding, the case file that was sent first is sent again. What a
        person wrote into the summary is cleaned of secrets like the case file itself.
        """
        summary = redact(summary, self.secrets(), keep=self._cache.numbers())
        what = ("sending a case to support", number, summary)
        text = self._requests.begin(what, case_file).body or case_file
        case = self._once(number, what, lambda token, key: self._client.open_case(number, summary, text, token, key))
        known = KnownCase(opened_at=self._clock(), order_number=number, summary=summary, case=case)
        self._library.remember_case(self.store, known)
        self._note("case opened", number, case=case.case_number)
        return case

    def cases(self) -> tuple[KnownCase, ...]:
        """The cases that were opened with support, newest first."""
        return self._cache.cases()

    def _once(self, number: str, what: tuple[str, ...], send: Callable[[Secret, str], T]) -> T:
        """Do something at the store once, however often it is pressed or its answer is lost on the way."""
        with self.attempts.counted(what[0], number):
            request = self._requests.begin(what)
            return self._sessions.authorised(
                number, lambda token: self._requests.send(what, lambda: send(token, request.key))
            )

    def secrets(self) -> frozenset[str]:
        """Every text this process knows that nobody else may read: to be taken out of what leaves this PC."""
        found = set(self._sessions.tokens() | self._cache.keys())
        for number in self._cache.numbers():
            credentials = self._keychain.read(self._sessions.account(number))
            if credentials is not None:
                kept = (credentials.order_password, credentials.card_last_digits)
                found |= {secret.reveal() for secret in kept if secret is not None}
                found |= {credentials.email} if credentials.email else set()
        return frozenset(found)

    # Sessions

    def use_for_session(self, number: str, credentials: Credentials) -> None:
        """Open an order for this process only, without keeping its credentials."""
        with self.attempts.counted(LOG_IN, None):
            self._sessions.hold(number, self._sessions.log_in(number, credentials))

    def _note(self, event: str, number: str, **facts: str | int | float | bool | None) -> None:
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))
