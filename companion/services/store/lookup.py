"""Finding orders: at the store, in a confirmation e-mail, and with the credentials of the keychain."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.core.words.error_words import failure
from companion.domain.entitlements.artifacts import has_ended
from companion.domain.store.orders import Grant, Order, Session
from companion.domain.store.profile import Profile
from companion.services.app.input_file import read_start
from companion.services.storage.database import Library
from companion.services.storage.records import KnownOrder, TimelineEntry
from companion.services.storage.removed_orders import RemovedOrders
from companion.services.storage.tables.orders import OrderRows
from companion.services.store.attempts import Attempts
from companion.services.store.cache import OrderCache, check_number
from companion.services.store.calls.client import Fresh, StoreClient
from companion.services.store.keychain.keychain import Credentials, Kept, Keychain, KeychainState
from companion.services.store.keychain.licence_keys import LicenceKeys
from companion.services.store.look_plans import plan_of, remember_plan
from companion.services.store.pending_seats import PendingSeats
from companion.services.store.renewal_switch import RenewalSwitch
from companion.services.store.sessions import Sessions

if TYPE_CHECKING:
    from companion.domain.mail.confirmation import MailReading

_log = logging.getLogger(__name__)

LOG_IN = "opening an order"
_ADDED = "order added"
_MOST_STEPS = 50


class Added(NamedTuple):
    """The orders that were opened, as the store spells their numbers, and where their credentials are kept."""

    numbers: tuple[str, ...]
    kept: Kept


class RemovedOrder(NamedTuple):
    """Everything that was forgotten with an order, its secrets among it, for `put_back`."""

    number: str
    rows: OrderRows
    credentials: Credentials | None
    keys: Mapping[str, Secret]
    """The licence keys that were kept, by the id of their licence."""


class OrderLookup:
    """Opens orders and reads what belongs to them. Nothing at the store is changed by it.

    Safe to use from several threads; every method may block on the store or the keychain.
    """

    def __init__(
        self,
        client: StoreClient,
        keychain: Keychain,
        sessions: Sessions,
        cache: OrderCache,
        renewal: RenewalSwitch,
        seats: PendingSeats,
        attempts: Attempts,
        library: Library,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._client = client
        self._keychain = keychain
        self._sessions = sessions
        self._licence_keys = LicenceKeys(keychain, sessions.account)
        self._cache = cache
        self._renewal = renewal
        self._seats = seats
        self._attempts = attempts
        self._library = library
        self._removed = RemovedOrders(library, clock)
        self._clock = clock

    def profile(self) -> Profile:
        """The vendor profile: asked for anew, or the remembered one when the store cannot be reached."""
        remembered = self._library.profile(self._cache.store)
        try:
            with self._client.briefly(remembered is not None):
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
        self._library.remember_profile(self._cache.store, fresh.value, fresh.etag, self._clock())
        return fresh.value

    # Adding and removing

    def add(self, number: str, password: Secret) -> Added:
        """Open an order with its password, remember it, and keep the password in the keychain.

        Raises what the store says to a wrong pair; nothing is kept then. The number is kept as the store spells it.
        """
        credentials = Credentials(order_password=password)
        with self._attempts.counted(LOG_IN, None):
            session = self._sessions.log_in(number, credentials)
        spelled = [opened for opened in session.order_numbers if opened.casefold() == number.casefold()]
        return self._add(session, credentials, tuple(spelled) or session.order_numbers)

    def read_confirmation(self, path: Path) -> MailReading:
        """What a confirmation e-mail (``.eml``) says of its order, with the store's patterns where they are known.

        Raises `CompanionError` ``file-not-readable``.
        """
        from companion.domain.mail.confirmation import LARGEST

        return self.read_mail(read_start(path, LARGEST + 1))

    def read_mail(self, data: bytes) -> MailReading:
        """What the bytes of an e-mail say of their order; an order in it is looked for even without the store."""
        # The reading of e-mails is most of what this module would load, and most jobs on orders read none.
        from companion.domain.mail.confirmation import read_confirmation

        try:
            patterns = self.profile().mail
        except CompanionError as error:
            _log.info("reading a mail without the store's patterns: %s", error.code)
            patterns = None
        return read_confirmation(data, patterns)

    def add_by_card(self, email: str, digits: Secret) -> Added:
        """Find all orders of an e-mail address and card, remember them, and keep both in the keychain."""
        credentials = Credentials(email=email, card_last_digits=digits)
        with self._attempts.counted(LOG_IN, None):
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
            self._removed.bring_back(self._cache.store, number)
            self._licence_keys.keep(fresh.value, None)
            self._believe_again(number)
            if self._keychain.keep(self._sessions.account(number), credentials) is Kept.SESSION:
                kept = Kept.SESSION
            self._note(_ADDED, number, kept=kept.value)
        return Added(numbers, kept)

    def remove(self, number: str, *, for_good: bool = False) -> RemovedOrder:
        """Forget an order: its credentials leave the keychain first, then its notes the library.

        What is returned can be given to `put_back` as long as this process runs: nothing secret is left elsewhere.
        Unless it is `for_good`, what was noted of it is kept for some time, and comes back when it is added again.
        Raises `CompanionError` ``order-unknown`` when it was never added.
        """
        known, account = self._cache.known(number), self._sessions.account(number)
        licences = known.order.licences if known.order is not None else ()
        kept = {licence.id: self._licence_keys.read(number, licence.id) for licence in licences}
        keys = {licence: key for licence, key in kept.items() if key is not None}
        removed = RemovedOrder(
            number, self._library.order_rows(self._cache.store, number), self._keychain.read(account), keys
        )
        self._licence_keys.forget(number, licences)
        self._keychain.forget(account)
        self._sessions.drop(number)
        if for_good:
            self._removed.forget(self._cache.store, number)
        else:
            self._removed.keep(self._cache.store, number, removed.rows)
        self._hand_on_files(number)
        self._cache.remove(number)
        self._note("order removed", number)
        return removed

    def _hand_on_files(self, number: str) -> None:
        """Leave what is known of files to the other orders that have the same ones: their windows may be closed."""
        store, now = self._cache.store, self._clock()
        files = self._library.files(store)
        mine = [file for file in files if file.number == number]
        known = {(file.number, file.artifact) for file in files}
        others = (each.order for each in self._cache.remembered() if mine and each.number != number)
        for order in (each for each in others if each is not None):
            theirs = {each.artifact_id for each in order.downloads if not has_ended(order, each, now)}
            for file in mine:
                if file.artifact in theirs and (order.number, file.artifact) not in known:
                    self._library.remember_file(store, order.number, file.path, file.grant)

    def put_back(self, removed: RemovedOrder) -> None:
        """Undo `remove`; an order that was added again meanwhile stays as it is now."""
        number = removed.number
        if self._cache.has(number):
            return
        self._library.put_order_back(removed.rows)
        self._removed.forget(self._cache.store, number)
        if removed.credentials is not None:
            self._keychain.keep(self._sessions.account(number), removed.credentials)
        self._licence_keys.put_back(number, removed.keys)
        self._cache.put_back(self._cache.known(number), removed.keys)
        self._note("order put back", number)

    def licence_key(self, number: str, licence_id: str) -> Secret | None:
        """Returns the key of a licence as it was last told, without asking the store; None when it is not kept.

        Raises `CompanionError` ``order-unknown``.
        """
        order = self._cache.known(number).order
        licences = order.licences if order is not None else ()
        told = next((licence.key for licence in licences if licence.id == licence_id), None)
        return told if told is not None else self._licence_keys.read(number, licence_id)

    @property
    def keychain_refused(self) -> bool:
        """Whether the person did not unlock the keychain when they were asked; nothing is asked for this."""
        return self._keychain.refused

    def keychain_state(self) -> KeychainState:
        """Returns where passwords and keys would be kept now, without asking the person for anything."""
        return self._keychain.state()

    def unlock_keychain(self) -> KeychainState:
        """Ask the person to unlock the keychain, because they want to be asked."""
        return self._keychain.unlock()

    def in_keychain(self, number: str) -> bool | None:
        """Whether the keychain holds the credentials of an order; None when there is none or it cannot be asked."""
        return self._keychain.holds(self._sessions.account(number))

    def was_kept(self, number: str) -> bool | None:
        """Returns whether a keychain ever took the credentials of an order; None when that was not noted."""
        steps = self._library.steps((_ADDED,), number, _MOST_STEPS)
        return any(step.facts.get("kept") == Kept.KEYCHAIN for step in steps) if steps else None

    def request_password_reset(self, *, number: str | None = None, email: str | None = None) -> None:
        """Ask the store to e-mail a new order password."""
        self._client.request_password_reset(number=number, email=email)

    def use_for_session(self, number: str, credentials: Credentials) -> None:
        """Open an order for this process only, without keeping its credentials."""
        known = self._cache.has(number) and self._cache.known(number).order is not None
        with self._attempts.counted(LOG_IN, None), self._client.briefly(known):
            self._sessions.hold(number, self._sessions.log_in(number, credentials))
        self._believe_again(number)

    def _believe_again(self, number: str) -> None:
        """A password that works takes the place of one that was refused."""
        plan = plan_of(self._library, self._cache.store)
        if number in plan.refused:
            refused = tuple(each for each in plan.refused if each != number)
            remember_plan(self._library, self._cache.store, msgspec.structs.replace(plan, refused=refused))

    # Reading

    def refresh(self, number: str) -> KnownOrder:
        """An order as the store sees it now."""
        known = self._cache.known(number)
        etag = self.validator(known)
        with self._client.briefly(known.order is not None):
            fresh = self._sessions.authorised(number, lambda token: self._client.order(number, token, etag))
        return self.take(known, fresh)

    def validator(self, known: KnownOrder) -> str | None:
        """Returns the ETag to ask with, or None when an answer without the order would leave its keys unknown."""
        etag = self._cache.etag(known)
        if etag is None and known.etag is not None and known.order is not None:
            keys = self._licence_keys.all_kept(known.order)
            if keys is not None:
                return self._cache.put_back(known, keys)
        return etag

    def take(self, known: KnownOrder, fresh: Fresh[Order] | None) -> KnownOrder:
        """Remember what the store has just said of an order; None says that it is still `known`."""
        found = self._cache.unchanged(known) if fresh is None else self._cache.remember(known, fresh)
        if fresh is not None:
            self._licence_keys.keep(fresh.value, known.order)
        if found.order is not None:
            self._renewal.fetch_lost_receipts(found.order)
            self._seats.catch_up(found.order)
        return found

    def order(self, number: str) -> Order:
        """An order as the store sees it now; raises whatever kept it from being read."""
        found = self.refresh(number).order
        assert found is not None  # noqa: S101 - a refresh that returns has read the order
        return found

    def order_or_kept(self, number: str) -> tuple[Order, CompanionError | None]:
        """An order as the store sees it now, or as it was last read with why the store could not be reached."""
        try:
            return self.order(number), None
        except CompanionError as error:
            kept = self._cache.known(number).order if error.kind is ErrorKind.UNREACHABLE else None
            if kept is None:
                raise
            return kept, error

    def grant(self, number: str, artifact_id: str) -> Grant:
        """A fresh signed URL for an artifact."""
        return self._sessions.authorised(number, lambda token: self._client.grant(number, artifact_id, token))

    def secrets(self) -> frozenset[str]:
        """Every secret this process knows: to be taken out of what leaves this PC."""
        found = set(self._sessions.tokens() | self._cache.keys())
        for number in self._cache.numbers():
            credentials = self._keychain.read(self._sessions.account(number))
            if credentials is not None:
                kept = (credentials.order_password, credentials.card_last_digits)
                found |= {secret.reveal() for secret in kept if secret is not None}
                found |= {credentials.email} if credentials.email else set()
        return frozenset(found)

    def _note(self, event: str, number: str, **facts: str | int | float | bool | None) -> None:
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))
