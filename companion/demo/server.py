"""A whole store in one folder, on loopback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from companion.demo.api.app import StoreApplication
from companion.demo.api.calls import Store
from companion.demo.customers import Account, accounts, first_records
from companion.demo.database import Database, read_meta, write_meta
from companion.demo.downloads.artifact import ready_artifact
from companion.demo.downloads.files import Pace
from companion.demo.orders.purchases import Shop
from companion.demo.orders.records import save
from companion.demo.serving import LoopbackServer, requests_at
from companion.demo.sessions import LogInLimits, Sessions, signing_key
from companion.domain.core.model import Secret
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode
from companion.domain.store.profile import Profile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MIB = 1024 * 1024


def utc_now() -> dt.datetime:
    """The time now, in UTC."""
    return dt.datetime.now(dt.UTC)


class DemoStore:
    """A running store; its state lies in `root` and outlives it.

    `profile` is the vendor's profile (JSON), `system` the platform its artifact is for, `size` the artifact's bytes.
    `rate` slows downloads to that many bytes per second. `drop_answer` is asked after the store has acted on a
    request (a WSGI environment) and makes the connection break before the answer when it says yes. `around` wraps the
    application, so that a test can watch every request and answer. `password_cost` is the scrypt cost N.
    Serves from the moment it is made until `close`. Raises `OSError` when the address cannot be had.
    """

    accounts: tuple[Account, ...]

    def __init__(
        self,
        root: Path,
        *,
        profile: bytes,
        system: str,
        size: int = 64 * MIB,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], dt.datetime] = utc_now,
        session_life: dt.timedelta = dt.timedelta(minutes=15),
        url_life: dt.timedelta = dt.timedelta(minutes=10),
        log_in_limits: LogInLimits | None = None,
        password_cost: int = 2**14,
        rate: int | None = None,
        drop_answer: Callable[[dict[str, Any]], bool] | None = None,
        around: Callable[[WSGIApplication], WSGIApplication] | None = None,
    ) -> None:
        root = root.resolve()
        root.mkdir(parents=True, exist_ok=True)
        vendor = decode(profile, Profile, source="the profile")
        self._database = Database(root / "store.db")
        self._pace = Pace(rate)
        try:
            sessions = Sessions(
                self._database, life=session_life, limits=log_in_limits or LogInLimits(), password_cost=password_cost
            )
            folder = root / "artifacts"
            artifact = ready_artifact(folder, self._database, vendor, Platform(system), size)
            self.accounts = accounts()
            shop = Shop(vendor.policies, vendor.store.statement_descriptor, artifact)
            _begin(self._database, sessions, shop, self.accounts, clock())
            store = Store(
                database=self._database,
                sessions=sessions,
                profile=vendor,
                profile_document=profile,
                artifact=artifact,
                artifacts=folder,
                outbox=root / "outbox",
                signing_key=signing_key(self._database),
                url_life=url_life,
                pace=self._pace,
            )
            application: WSGIApplication = StoreApplication(store, clock)
            application = around(application) if around else application
            application = _dropping(application, drop_answer) if drop_answer else application
            self._server = LoopbackServer(host, port, application, requests_at(clock))
        except BaseException:
            self._database.close()
            raise
        self.port, self.url = self._server.port, self._server.url

    def serve_forever(self) -> None:
        """Wait until the store is closed from another thread, or Ctrl-C is pressed."""
        self._server.wait()

    def close(self) -> None:
        """Stop serving and close the files; closing twice does no harm."""
        self._pace.stop()
        self._server.close()
        self._database.close()

    def __enter__(self) -> DemoStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _begin(database: Database, sessions: Sessions, shop: Shop, offered: tuple[Account, ...], now: dt.datetime) -> None:
    """Fill an empty store; one that was started before keeps what it has."""
    with database.transaction() as connection:
        if read_meta(connection, "first-start") is not None:
            return
        start = now.astimezone(dt.UTC).replace(microsecond=0)
        for record in first_records(shop, start):
            save(connection, record)
        for account in offered:
            digits = Secret(account.card_last_digits)
            sessions.add_log_in(connection, account.order_number, Secret(account.order_password), account.email, digits)
        write_meta(connection, "first-start", start.isoformat().encode())


def _dropping(application: WSGIApplication, drop: Callable[[dict[str, Any]], bool]) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = application(environ, start_response)
        if drop(environ):
            if hasattr(response, "close"):
                response.close()
            raise ConnectionAbortedError("the answer is lost on purpose")
        return response

    return answer
