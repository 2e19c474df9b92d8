"""The store's side of the contract, as typed calls (``resources/store-api.yaml``)."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import logging
import re
import time
import urllib.parse
import uuid
from typing import Generic, TypeVar

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.money import Money
from companion.domain.core.serialization import to_builtins
from companion.domain.core.words.error_words import failure
from companion.domain.store.mail_patterns import without_faulty_patterns
from companion.domain.store.orders import (
    AutoRenewChange,
    Extension,
    Grant,
    Invoice,
    InvoiceList,
    Licence,
    Order,
    OrderCollection,
    Session,
    SupportCase,
)
from companion.domain.store.profile import Profile
from companion.domain.store.quotes import Quote
from companion.domain.store.returns import DestructionLetter, Return, ReturnReason
from companion.services.http.addresses import require_safe_url
from companion.services.http.patience import UNLIMITED, Patience
from companion.services.store.calls.answers import SESSIONS, Answer, NotOfferedError, changes, lost_unless_read
from companion.services.store.calls.exchanges import Exchanges, Request
from companion.services.store.keychain.keychain import Credentials

_log = logging.getLogger(__name__)
T = TypeVar("T")

CALL_SECONDS = 60.0
"""Seconds for one whole call: finding the name, proxy, greeting, head, body and repetitions."""
_JSON = "application/json"
_TIME_KEEPS = 60.0
"""Seconds for which the clock of an answer is carried on."""
_NOT_OFFERED = (400, 404, 405, 406, 410, 501)
"""What stores answer to a call that they do not know."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fresh(Generic[T]):
    """A value just read, its validator, and the store's clock at that time (None when it did not say)."""

    value: T
    etag: str | None
    store_time: dt.datetime | None


class StoreClient:
    """Calls one store. Every method blocks, and raises `CompanionError` with the reason in plain words.

    Orders are reached with the bearer `token` of an open session. A call that changes something carries an
    idempotency key, so that the same call, sent again after a lost answer, acts once. A call ends after
    `CALL_SECONDS`, whatever the store, the network or a name server does, and at once when the client is closed. What
    is known from before is asked for no longer than `patience` allows; a store that took longer once is then taken to
    be silent.
    """

    def __init__(self, url: str, *, seconds: float = CALL_SECONDS, patience: Patience = UNLIMITED) -> None:
        self._told_time: tuple[dt.datetime, float, float] | None = None
        self.url = require_safe_url(url).rstrip("/")
        self._exchanges = Exchanges(self.url, seconds, patience)

    def stop(self) -> None:
        """End the calls that are under way; they, and those that come later, raise `Cancelled`."""
        self._exchanges.stop()

    def close(self) -> None:
        """End the calls that are under way, and close the connections."""
        self._exchanges.close()

    def briefly(self, known: bool) -> contextlib.AbstractContextManager[None]:
        """Returns a context in which this thread asks for what is `known` from before, or what can be done later."""
        return self._exchanges.briefly(known)

    def profile(self, etag: str | None = None) -> Fresh[Profile] | None:
        """The vendor profile, or None when it is still the one `etag` names.

        Raises `CompanionError` ``not-a-store`` when the address answers but offers none.
        """
        try:
            fresh = self._get("/v1/profile", Profile, etag=etag)
            return dataclasses.replace(fresh, value=without_faulty_patterns(fresh.value)) if fresh is not None else None
        except CompanionError as error:
            if error.code != ErrorCode.NOT_FOUND:
                raise
            raise CompanionError(
                ErrorCode.NOT_A_STORE,
                "No store was found there",
                f"{urllib.parse.urlsplit(self.url).netloc} answers, but not as a store that works with Companion.",
                "Compare the address with the one in the store's confirmation e-mail.",
            ) from None

    def time(self) -> dt.datetime | None:
        """The store's clock, or None when it does not tell or cannot be reached; to the second.

        Any answer tells it: the store is asked for it only when none has come within the last minute.
        """
        if self._told_time is not None:
            told, steady, wall = self._told_time
            passed = time.monotonic() - steady
            # Where this PC slept or its clock was set in between, only a new answer tells.
            if passed < _TIME_KEEPS and abs(time.time() - wall - passed) < 1:
                return told + dt.timedelta(seconds=passed)
        try:
            with self.briefly(True):
                return self._answer("HEAD", "/v1/probe").store_time()
        except CompanionError:
            return None

    def open_session(self, number: str | None, credentials: Credentials) -> Session:
        """Log in with an order number and password, or with e-mail and card digits."""
        if credentials.order_password is not None:
            body = {"orderNumber": number, "orderPassword": credentials.order_password.reveal()}
        elif credentials.card_last_digits is not None:
            body = {"email": credentials.email, "cardLastDigits": credentials.card_last_digits.reveal()}
        else:
            raise ValueError("credentials hold neither a password nor card digits")
        return self._send("POST", SESSIONS, Session, body=body)

    def request_password_reset(self, *, number: str | None = None, email: str | None = None) -> None:
        """Ask the store to send a new order password; it never tells whether the order exists."""
        body = {"orderNumber": number} if number else {"email": email}
        self._answer("POST", "/v1/password-resets", body=body)

    def order(self, number: str, token: Secret, etag: str | None = None) -> Fresh[Order] | None:
        """An order, or None when it is still the one `etag` names."""
        return self._get(f"/v1/orders/{_part(number)}", Order, token=token, etag=etag)

    def orders(self, token: Secret, etag: str | None = None) -> Fresh[OrderCollection] | None:
        """All orders that a token opens, or None when they are still those that `etag` names.

        Raises `NotOfferedError` where the store has no such call.
        """
        try:
            return self._get("/v1/orders", OrderCollection, token=token, etag=etag, optional=True)
        except CompanionError as error:
            if error.code != ErrorCode.MALFORMED_ANSWER:
                raise
            raise NotOfferedError from error

    def switch_auto_renew(self, subscription_id: str, version: str, on: bool, token: Secret) -> AutoRenewChange:
        """Switch auto-renewal of the subscription as `version` names it; the store refuses if it has changed since."""
        path = f"/v1/subscriptions/{_part(subscription_id)}/auto-renew"
        headers = {"If-Match": _quoted(version)}
        return self._send("PUT", path, AutoRenewChange, body={"autoRenew": on}, token=token, headers=headers)

    def grant(self, number: str, artifact_id: str, token: Secret) -> Grant:
        """A fresh signed URL for an artifact and what it must yield; a relative URL is made absolute."""
        path = f"/v1/orders/{_part(number)}/downloads/{_part(artifact_id)}/grant"
        grant = self._send("POST", path, Grant, token=token, body={})
        return msgspec.structs.replace(grant, url=require_safe_url(urllib.parse.urljoin(self.url + "/", grant.url)))

    def request_extension(self, number: str, artifact_id: str, token: Secret, key: str) -> Extension:
        """Ask the store to reopen a closed download window."""
        path = f"/v1/orders/{_part(number)}/downloads/{_part(artifact_id)}/extension"
        return self._send("POST", path, Extension, token=token, body={}, key=key)

    def request_return(
        self,
        number: str,
        reason: ReturnReason,
        token: Secret,
        key: str,
        *,
        line_item_ids: tuple[str, ...] = (),
        subscription_id: str | None = None,
    ) -> Return:
        """Ask for a return of an order's line items, or of an unwanted renewal of a subscription."""
        body: dict[str, object] = {"reason": reason.value, "lineItemIds": list(line_item_ids)}
        if subscription_id is not None:
            body["subscriptionId"] = subscription_id
        return self._send("POST", f"/v1/orders/{_part(number)}/returns", Return, token=token, body=body, key=key)

    def accept_letter(self, return_id: str, letter: DestructionLetter, token: Secret, key: str) -> Return:
        """Accept the Electronic Letter of Destruction exactly as it was read."""
        body = {"accepted": True, "text": letter.text}
        path = f"/v1/returns/{_part(return_id)}/destruction-letter"
        return self._send("POST", path, Return, token=token, body=body, key=key)

    def invoices(self, number: str, token: Secret) -> InvoiceList:
        """All invoices of an order. Raises `NotOfferedError` where the store has no such call."""
        fresh = self._get(f"/v1/orders/{_part(number)}/invoices", InvoiceList, token=token, optional=True)
        assert fresh is not None  # noqa: S101 - without an ETag there is no 304
        return fresh.value

    def invoice(self, number: str, token: Secret, invoice_number: str | None = None) -> Invoice:
        """The invoice of the purchase, or the one with this number.

        Raises `NotOfferedError` where the store has no invoice of that number, or none by number.
        """
        path, by_number = _invoice_path(number, invoice_number), invoice_number is not None
        fresh = self._get(path, Invoice, token=token, optional=by_number)
        assert fresh is not None  # noqa: S101 - without an ETag there is no 304
        return fresh.value

    def invoice_pdf(self, number: str, token: Secret, invoice_number: str | None = None) -> bytes:
        """The same invoice as the store's own PDF. Raises `NotOfferedError` as `invoice` does."""
        path, by_number = _invoice_path(number, invoice_number), invoice_number is not None
        answer = self._answer("GET", path, token=token, accept="application/pdf", optional=by_number)
        if not answer.body.startswith(b"%PDF-"):
            raise failure(ErrorCode.MALFORMED_ANSWER)
        return answer.body

    def quote_backup_medium(self, number: str, token: Secret) -> Quote | None:
        """The final price of the backup medium for this order, None at a store that names none beforehand."""
        try:
            fresh = self._get(f"/v1/orders/{_part(number)}/backup-media/quote", Quote, token=token)
        except CompanionError as error:
            if error.code != ErrorCode.NOT_FOUND:
                raise
            return None
        return fresh.value if fresh is not None else None

    def add_backup_medium(self, number: str, agreed: Money | None, token: Secret, key: str) -> Order:
        """Add the physical backup medium to a download order; the store refuses at any other price than `agreed`."""
        # Only a store that names the price beforehand knows this member, and requests carry no others.
        body = {} if agreed is None else {"agreedTotal": to_builtins(agreed)}
        return self._send("POST", f"/v1/orders/{_part(number)}/backup-media", Order, token=token, body=body, key=key)

    def take_seat(self, licence_id: str, seat_id: str, name: str, token: Secret) -> Licence:
        """Take a seat of a licence for a PC; taking it again changes nothing."""
        path = f"/v1/licences/{_part(licence_id)}/seats/{_part(seat_id)}"
        return self._send("PUT", path, Licence, token=token, body={"name": name})

    def free_seat(self, licence_id: str, seat_id: str, token: Secret) -> Licence:
        """Free the seat of a PC that no longer uses the licence."""
        path = f"/v1/licences/{_part(licence_id)}/seats/{_part(seat_id)}"
        return self._send("DELETE", path, Licence, token=token)

    def open_case(self, order_number: str | None, summary: str, case_file: str, token: Secret, key: str) -> SupportCase:
        """Send a case with its redacted case file to support."""
        body = {"orderNumber": order_number, "summary": summary, "caseFile": case_file}
        return self._send("POST", "/v1/support/cases", SupportCase, token=token, body=body, key=key)

    def _get(
        self,
        path: str,
        kind: type[T],
        *,
        token: Secret | None = None,
        etag: str | None = None,
        optional: bool = False,
    ) -> Fresh[T] | None:
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._answer("GET", path, token=token, headers=headers, optional=optional)
        if answer.status == 304:
            return None
        return Fresh(answer.read(kind), answer.headers.get("ETag"), answer.store_time())

    def _send(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: object = None,
        token: Secret | None = None,
        headers: dict[str, str] | None = None,
        key: str | None = None,
    ) -> T:
        answer = self._answer(method, path, body=body, token=token, headers=headers, key=key)
        with lost_unless_read(method, path):
            return answer.read(kind)

    def _answer(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        token: Secret | None = None,
        headers: dict[str, str] | None = None,
        key: str | None = None,
        accept: str = _JSON,
        optional: bool = False,
    ) -> Answer:
        """Send one request and return its answer; whatever is not a success is raised as a `CompanionError`.

        A store need not know an `optional` call: that it does not is raised as `NotOfferedError`.
        """
        sent = {"Accept": f"{accept}, application/problem+json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {_header_safe(token)}"
        if method == "POST":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        try:
            answer = self._exchanges.send(Request(method, path, body, sent), again=changes(method, path))
        except CompanionError as error:
            error.may_have_acted &= changes(method, path)
            raise
        if (told := answer.store_time()) is not None:
            self._told_time = told, time.monotonic(), time.time()
        _log.info("%s %s -> %d", method, path.split("?")[0], answer.status)
        if answer.status == 304 or 200 <= answer.status < 300:
            return answer
        if optional and answer.status in _NOT_OFFERED:
            raise NotOfferedError
        with lost_unless_read(method, path):
            raise answer.refusal()


_HEADER_VALUE = re.compile(r"[!-~]{1,8192}")


def _header_safe(token: Secret) -> str:
    """Returns a token that can stand in a header field (RFC 6750 §2.1 asks for less); the store made it."""
    text = token.reveal()
    if _HEADER_VALUE.fullmatch(text) is None:
        raise failure(
            ErrorCode.MALFORMED_ANSWER,
            message="The store opened the order with a token that cannot be sent back: it is too long, or holds "
            "characters that no request can carry. This is the store's fault.",
        )
    return text


def _invoice_path(number: str, invoice_number: str | None) -> str:
    order = f"/v1/orders/{_part(number)}"
    return f"{order}/invoice" if invoice_number is None else f"{order}/invoices/{_part(invoice_number)}"


def _part(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _quoted(version: str) -> str:
    return version if version.startswith('"') else f'"{version}"'
