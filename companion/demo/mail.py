"""The store's outgoing mail: messages end as files in its outbox folder, where a person can open them."""

from __future__ import annotations

import datetime as dt
import email.message
import email.utils
import secrets
from pathlib import Path

from companion.demo.bodies import PasswordResetRequest
from companion.demo.database import Database
from companion.demo.orders.records import load
from companion.demo.sessions import Sessions
from companion.domain.core.model import Secret

_LIFE = dt.timedelta(hours=24)
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def send_new_password(
    database: Database, sessions: Sessions, outbox: Path, asked: PasswordResetRequest, now: dt.datetime
) -> None:
    """Mail one more order password, good for a day, to the customer's own address; nothing for an unknown order.

    The earlier password goes on working: a request by a stranger changes nothing for the customer.
    """
    with database.transaction() as connection:
        if asked.order_number is not None:
            record = load(connection, asked.order_number.strip().upper())
            numbers = (record.order.number,) if record else ()
        else:
            query = "SELECT DISTINCT order_number FROM cards WHERE email = ? ORDER BY order_number"
            numbers = tuple(row[0] for row in connection.execute(query, ((asked.email or "").strip().casefold(),)))
        for number in numbers:
            known = load(connection, number)
            if known is None or sessions.resets_exhausted(connection, number, now):
                continue
            password = Secret("-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)))
            sessions.add_password(connection, number, password, now + _LIFE)
            _write(outbox, known.billing.email, number, password, now)


def _write(outbox: Path, recipient: str, number: str, password: Secret, now: dt.datetime) -> None:
    message = email.message.EmailMessage()
    message["From"] = "Larkfield Software <orders@larkfield.example>"
    message["To"] = recipient
    message["Subject"] = f"Your new order password for {number}"
    message["Date"] = email.utils.format_datetime(now)
    message["Message-ID"] = f"<{secrets.token_hex(8)}@larkfield.example>"
    message.set_content(
        f"A new order password was requested.\n\nOrder number: {number}\n"
        f"Order password: {password.reveal()}\n\nIt works for 24 hours. Your earlier password goes on working.\n"
    )
    outbox.mkdir(parents=True, exist_ok=True)
    (outbox / f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.eml").write_bytes(message.as_bytes())
