"""Log-ins: salted password hashes, short-lived bearer tokens, and locks against guessing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
import secrets
import sqlite3

import msgspec

from companion.demo.bodies import CardLogIn, OrderLogIn
from companion.demo.database import Database, read_meta, write_meta
from companion.demo.problems import Refusal
from companion.domain.core.model import Secret
from companion.domain.store.orders import Session

_WRONG = "These credentials do not belong together."


@dataclasses.dataclass(frozen=True, slots=True)
class LogInLimits:
    """How many wrong log-ins within `window` lock one order number or e-mail address, and one network address."""

    per_subject: int = 5
    per_address: int = 60
    window: dt.timedelta = dt.timedelta(minutes=5)


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What a bearer token opens."""

    order_numbers: tuple[str, ...]


class Sessions:
    """The log-ins of one store. `life` is how long a token lives, `password_cost` the scrypt cost N of new hashes."""

    def __init__(self, database: Database, *, life: dt.timedelta, limits: LogInLimits, password_cost: int) -> None:
        self._database = database
        self._life = life
        self._limits = limits
        self._cost = password_cost
        with database.transaction() as connection:
            self._pepper = _kept_secret(connection, "pepper")

    def add_log_in(
        self, connection: sqlite3.Connection, number: str, password: Secret, email: str, card_digits: Secret
    ) -> None:
        """Let an order be opened with its password, and with the e-mail address and the last 4 or 5 card digits."""
        self.add_password(connection, number, password)
        for digits in (card_digits.reveal(), card_digits.reveal()[-4:]):
            row = (number, email.casefold(), self._digest(digits))
            connection.execute("INSERT INTO cards VALUES (?, ?, ?)", row)

    def add_password(
        self, connection: sqlite3.Connection, number: str, password: Secret, expires_at: dt.datetime | None = None
    ) -> None:
        """Let one more password open an order, for good or until `expires_at`."""
        salt = secrets.token_bytes(16)
        row = (number, salt, self._cost, _hashed(password, salt, self._cost), _stamp(expires_at))
        connection.execute("INSERT INTO passwords VALUES (?, ?, ?, ?, ?)", row)

    def resets_exhausted(self, connection: sqlite3.Connection, number: str, now: dt.datetime) -> bool:
        """Whether an order was sent enough new passwords for now; if not, this one counts."""
        subject = self._digest(f"reset:{number}")
        since = (now - self._limits.window).timestamp()
        query = "SELECT count(*) FROM attempts WHERE subject = ? AND at > ?"
        (count,) = connection.execute(query, (subject, since)).fetchone()
        if count >= self._limits.per_subject:
            return True
        connection.execute("INSERT INTO attempts VALUES (?, ?)", (subject, now.timestamp()))
        return False

    def open(self, log_in: OrderLogIn | CardLogIn, address: str, now: dt.datetime) -> Session:
        """Log in. Raises `Refusal` ``credentials-wrong`` or ``too-many-attempts``; neither tells what exists."""
        name = log_in.order_number if isinstance(log_in, OrderLogIn) else log_in.email
        subject, place = self._digest(f"subject:{name.casefold()}"), self._digest(f"address:{address}")
        noted = self._note_attempt(subject, place, now)
        numbers = self._opened_by(log_in, now)
        if not numbers:
            raise Refusal("credentials-wrong", _WRONG)
        token = secrets.token_urlsafe(32)
        expires = now + self._life
        with self._database.transaction() as connection:
            # What was noted beforehand, so that guesses sent side by side count, was no wrong attempt after all.
            connection.execute("DELETE FROM attempts WHERE subject = ? OR rowid = ?", (subject, noted))
            connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (now.timestamp(),))
            row = (_token_hash(token), msgspec.json.encode(numbers).decode(), expires.timestamp())
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", row)
        return Session(token=Secret(token), expires_at=expires, order_numbers=numbers)

    def opened(self, authorization: str | None, now: dt.datetime) -> Opened:
        """What the ``Authorization`` header opens. Raises `Refusal` ``session-expired``."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and token:
            with self._database.transaction() as connection:
                row = connection.execute(
                    "SELECT orders FROM sessions WHERE token = ? AND expires_at > ?",
                    (_token_hash(token.strip()), now.timestamp()),
                ).fetchone()
            if row is not None:
                return Opened(msgspec.json.decode(row[0], type=tuple[str, ...]))
        challenge = (("WWW-Authenticate", 'Bearer realm="orders"'),)
        raise Refusal("session-expired", "Log in to the order first.", headers=challenge)

    def _note_attempt(self, subject: bytes, place: bytes, now: dt.datetime) -> int | None:
        """Count one more attempt, unless there were too many; names the entry of the network address."""
        since = now - self._limits.window
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE at <= ?", (since.timestamp(),))
            for who, most in ((subject, self._limits.per_subject), (place, self._limits.per_address)):
                times = connection.execute("SELECT at FROM attempts WHERE subject = ? ORDER BY at", (who,)).fetchall()
                if len(times) >= most:
                    free = times[len(times) - most][0] + self._limits.window.total_seconds()
                    wait = free - now.timestamp()
                    raise Refusal("too-many-attempts", "Log-ins are locked for a while.", retry_after=wait)
            moment = now.timestamp()
            connection.execute("INSERT INTO attempts VALUES (?, ?)", (subject, moment))
            return connection.execute("INSERT INTO attempts VALUES (?, ?)", (place, moment)).lastrowid

    def _opened_by(self, log_in: OrderLogIn | CardLogIn, now: dt.datetime) -> tuple[str, ...]:
        if isinstance(log_in, CardLogIn):
            query = "SELECT DISTINCT order_number FROM cards WHERE email = ? AND digest = ? ORDER BY order_number"
            with self._database.transaction() as connection:
                wanted = (log_in.email.strip().casefold(), self._digest(log_in.card_last_digits))
                return tuple(row[0] for row in connection.execute(query, wanted))
        number, password = log_in.order_number.strip().upper(), Secret(log_in.order_password)
        query = "SELECT salt, cost, hash FROM passwords WHERE order_number = ? AND ifnull(expires_at, ?) >= ?"
        with self._database.transaction() as connection:
            rows = connection.execute(query, (number, now.timestamp(), now.timestamp())).fetchall()
        # An unknown order takes as long as a wrong password, or the time would tell that it does not exist.
        rows = rows or [(bytes(16), self._cost, bytes(32))]
        fits = [hmac.compare_digest(_hashed(password, salt, cost), expected) for salt, cost, expected in rows]
        return (number,) if any(fits) else ()

    def _digest(self, text: str) -> bytes:
        # Keyed, because four digits have too few values for any unkeyed hash to hide them.
        return hmac.digest(self._pepper, text.encode(), "sha256")


def _kept_secret(connection: sqlite3.Connection, name: str) -> bytes:
    value = read_meta(connection, name)
    if value is None:
        value = secrets.token_bytes(32)
        write_meta(connection, name, value)
    return value


def signing_key(database: Database) -> bytes:
    """The key that signs download addresses: made once, then kept."""
    with database.transaction() as connection:
        return _kept_secret(connection, "signing-key")


def _hashed(password: Secret, salt: bytes, cost: int) -> bytes:
    text = password.reveal().encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=cost, r=8, p=1, dklen=32)


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _stamp(moment: dt.datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
