"""Receipts once more, in a file of their own beside the library: lines that are only ever added.

Each line begins with the SHA-256 digest of the rest, so that a line that was cut or damaged is recognised and costs
only itself. A library that is lost never takes a receipt along: it is the person's proof.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from companion.domain.core.model import EARLIEST, Model
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.domain.purchases.receipts import EmailReceipt
from companion.domain.store.orders import Receipt
from companion.services.app.atomic_file import append_durably
from companion.services.app.input_file import open_plain
from companion.services.storage.rows import body_or_none, fetched, read_bodies

_log = logging.getLogger(__name__)

_DIGEST = 64
READ_RECEIPTS = "SELECT store, number, body FROM receipts"
READ_EMAILS = "SELECT body FROM email_receipts"
"""What the rows are read by that are compared with the file."""


class KeptReceipt(Model, frozen=True):
    """A receipt with the store it is from and the order it belongs to."""

    store: str
    number: str
    receipt: Receipt


class KeptEmail(Model, frozen=True):
    """A receipt that came by e-mail."""

    email: EmailReceipt


Kept = KeptReceipt | KeptEmail


class ReceiptFile:
    """The receipts beside the library at `library`."""

    def __init__(self, library: Path) -> None:
        self.path = library.with_name("receipts.jsonl")

    def any(self) -> bool:
        """Whether a receipt was ever kept."""
        with contextlib.suppress(OSError):
            return self.path.stat().st_size > 0
        return False

    def add(self, *kept: Kept) -> None:
        """Add receipts; a disk that takes none is noted, since the library has them too and they are added later."""
        lines = (encode_without_secrets(each) for each in kept)
        # The line break in front ends a line that was cut.
        content = b"".join(b"\n" + _digest(line) + b" " + line for line in lines)
        try:
            append_durably(self.path, content + b"\n")
        except OSError as error:
            _log.warning("a receipt could not be kept twice: %s", error.strerror)

    def read(self) -> tuple[Kept, ...]:
        """Returns the receipts of all lines that are whole."""
        try:
            with open_plain(self.path) as file:
                lines = file.read().split(b"\n")
        except OSError:
            return ()
        found: list[Kept] = []
        for line in lines:
            body = line[_DIGEST + 1 :]
            if body and line[:_DIGEST] == _digest(body):
                kind: type[Kept] = KeptEmail if body.startswith(b'{"email"') else KeptReceipt
                with contextlib.suppress(Exception):
                    found.append(decode(body, kind, source="the receipts"))
        return tuple(found)

    def exchange(self, db: sqlite3.Connection) -> int:
        """Give the library the receipts that it lacks and the file those that it lacks, in a transaction of `db`.

        Returns how many the library lacked.
        """
        lacking, unkept = self.differences(fetched(db, READ_RECEIPTS), fetched(db, READ_EMAILS))
        emails = [email_receipt_row(kept.email) for kept in lacking if isinstance(kept, KeptEmail)]
        others = [receipt_row(kept) for kept in lacking if isinstance(kept, KeptReceipt)]
        db.executemany("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)", others)
        db.executemany("INSERT OR REPLACE INTO email_receipts VALUES (?, ?, ?)", emails)
        if unkept:
            self.add(*unkept)
        return len(lacking)

    def differences(
        self, rows: Iterable[tuple[object, ...]], emails: Iterable[tuple[object, ...]]
    ) -> tuple[list[Kept], list[Kept]]:
        """Returns what the library with these rows (`READ_RECEIPTS`, `READ_EMAILS`) lacks, and what the file lacks."""
        kept = {_address(each): each for each in self.read()}
        held: list[Kept] = [
            KeptReceipt(store=str(store), number=str(number), receipt=receipt)
            for store, number, body in rows
            if (receipt := body_or_none(body, Receipt)) is not None
        ]
        held += [KeptEmail(email=each) for each in read_bodies((body for (body,) in emails), EmailReceipt)]
        known = {_address(each): each for each in held}
        lacking = [each for address, each in kept.items() if address not in known]
        return lacking, [each for address, each in known.items() if address not in kept]


def _address(kept: Kept) -> tuple[str, str, str]:
    if isinstance(kept, KeptEmail):
        return "email", kept.email.purchase, kept.email.id
    return "store", kept.store, kept.receipt.id


def receipt_row(kept: KeptReceipt) -> tuple[str, str, str, bytes, str]:
    """Returns a receipt as a row of the library."""
    receipt = kept.receipt
    received = (receipt.received_at or EARLIEST).isoformat()
    return kept.store, receipt.id, kept.number, encode_without_secrets(receipt), received


def email_receipt_row(receipt: EmailReceipt) -> tuple[str, str, bytes]:
    """Returns a receipt that came by e-mail as a row of the library."""
    return receipt.id, receipt.purchase, encode_without_secrets(receipt)


def _digest(line: bytes) -> bytes:
    import hashlib  # here, because it brings OpenSSL along and few starts read or write a receipt

    return hashlib.sha256(line).hexdigest().encode()
