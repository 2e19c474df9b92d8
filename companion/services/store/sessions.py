"""Sessions at the store: short-lived tokens, opened again without asking the person while the credentials are known."""

from __future__ import annotations

import datetime as dt
import threading
import urllib.parse
from collections.abc import Callable
from typing import TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.store.orders import Session
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials, Keychain

T = TypeVar("T")

# A token that is about to end would end in the middle of the work.
_TOKEN_MARGIN = dt.timedelta(seconds=30)


class Sessions:
    """Holds one token for each order, in memory only. Safe to use from several threads."""

    def __init__(self, client: StoreClient, keychain: Keychain, clock: Callable[[], dt.datetime]) -> None:
        self._client = client
        self._keychain = keychain
        self._clock = clock
        self._tokens: dict[str, tuple[Secret, dt.datetime]] = {}
        self._opened: dict[Secret, set[str]] = {}
        self._lock = threading.Lock()

    def account(self, number: str) -> str:
        """The keychain's name for the credentials of an order."""
        return account_of(self._client.url, number)

    def log_in(self, number: str | None, credentials: Credentials) -> Session:
        """Open a session at the store; its token is not held before `hold`."""
        return self._client.open_session(number, credentials)

    def hold(self, number: str, session: Session) -> None:
        """Use a session's token for an order from now on."""
        with self._lock:
            self._forget(number)
            self._tokens[number] = (session.token, session.expires_at)
            self._opened.setdefault(session.token, set()).add(number)

    def drop(self, number: str) -> None:
        """Forget the token of an order."""
        with self._lock:
            self._forget(number)

    def _forget(self, number: str) -> None:
        held = self._tokens.pop(number, None)
        if held is None:
            return
        opened = self._opened[held[0]]
        opened.remove(number)
        if not opened:
            del self._opened[held[0]]

    def tokens(self) -> frozenset[str]:
        """Every token that is held: to be taken out of what leaves this PC."""
        with self._lock:
            return frozenset(token.reveal() for token, _ in self._tokens.values())

    def opened_by(self, token: Secret) -> frozenset[str]:
        """Returns the orders for which this token is held."""
        with self._lock:
            return frozenset(self._opened.get(token, ()))

    def authorised(self, number: str, work: Callable[[Secret], T]) -> T:
        """Run `work` with a token, logging in when there is none or the store has ended it."""
        token, fresh = self._token(number)
        try:
            return work(token)
        except CompanionError as error:
            if error.code != ErrorCode.SESSION_EXPIRED or fresh:
                raise
        self.drop(number)
        return work(self._token(number)[0])

    def _token(self, number: str) -> tuple[Secret, bool]:
        """A token and whether it was made just now."""
        with self._lock:
            held = self._tokens.get(number)
        if held is not None and held[1] - _TOKEN_MARGIN > self._clock():
            return held[0], False
        credentials = self._keychain.read(self.account(number))
        if credentials is None:
            if held is not None:
                return held[0], False
            raise self._credentials_needed()
        session = self.log_in(number, credentials)
        # One log-in may open all orders of a customer: none of them needs another one.
        for opened in {number, *session.order_numbers}:
            self.hold(opened, session)
        return session.token, True

    def _credentials_needed(self) -> CompanionError:
        first = "Unlock the keychain, or enter" if self._keychain.refused else "Enter"
        return CompanionError(
            ErrorCode.CREDENTIALS_NEEDED,
            "The order has to be opened again",
            self._keychain.trouble or "Its password is not in this computer's keychain.",
            f"{first} the order password from the confirmation e-mail.",
        )


def account_of(store: str, number: str) -> str:
    """Returns the keychain's name for the credentials of an order of the store at this address."""
    parts = urllib.parse.urlsplit(store)
    return f"{number} at {parts.netloc}{parts.path}"
