"""Receipts once more, in a file of their own beside the library: lines that are only ever added.

Each line begins with the SHA-256 digest of the rest, so that a line that was cut or damaged is recognised and costs
only itself. A library that is lost never takes a receipt along: it is the person's proof.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from companion.domain.core.model import EARLIEST, Model
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.domain.store.orders import Receipt
from companion.services.app.atomic_file import append_durably
from companion.services.storage.rows import body_or_none, fetched

_log = logging.getLogger(__name__)

_DIGEST = 64
READ_RECEIPTS = "SELECT store, number, body FROM receipts"
"""What the rows are read by that are compared with the file."""


class KeptReceipt(Model, frozen=True):
    """A receipt with the store it is from and the order it belongs to."""

    store: str
    number: str
    receipt: Receipt


class ReceiptFile:
    """The receipts beside the library at `library`."""

    def __init__(self, library: Path) -> None:
        self.path = library.with_name("receipts.jsonl")

    def any(self) -> bool:
        """Whether a receipt was ever kept."""
        with contextlib.suppress(OSError):
            return self.path.stat().st_size > 0
        return False

    def add(self, *kept: KeptReceipt) -> None:
        """Add receipts; a disk that takes none is noted, since the library has them too and they are added later."""
        lines = (encode_without_secrets(each) for each in kept)
        # The line break in front ends a line that was cut.
        content = b"".join(b"\n" + hashlib.sha256(line).hexdigest().encode() + b" " + line for line in lines)
        try:
            append_durably(self.path, content + b"\n")
        except OSError as error:
            _log.warning("a receipt could not be kept twice: %s", error.strerror)

    def read(self) -> tuple[KeptReceipt, ...]:
        """Returns the receipts of all lines that are whole."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError:
            return ()
        found = []
        for line in lines:
            body = line[_DIGEST + 1 :]
            if body and line[:_DIGEST] == hashlib.sha256(body).hexdigest().encode():
                with contextlib.suppress(Exception):
                    found.append(decode(body, KeptReceipt, source="the receipts"))
        return tuple(found)

    def exchange(self, db: sqlite3.Connection) -> int:
        """Give the library the receipts that it lacks and the file those that it lacks, in a transaction of `db`.

        Returns how many the library lacked.
        """
        lacking, unkept = self.differences(fetched(db, READ_RECEIPTS))
        if lacking:
            db.executemany("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)", map(receipt_row, lacking))
        if unkept:
            self.add(*unkept)
        return len(lacking)

    def differences(self, rows: Iterable[tuple[object, ...]]) -> tuple[list[KeptReceipt], list[KeptReceipt]]:
        """Returns what the library with these rows (`READ_RECEIPTS`) lacks, and what the file lacks."""
        kept = {_address(each): each for each in self.read()}
        known = {
            _address(each): each
            for store, number, body in rows
            if (receipt := body_or_none(body, Receipt)) is not None
            for each in [KeptReceipt(store=str(store), number=str(number), receipt=receipt)]
        }
        lacking = [each for address, each in kept.items() if address not in known]
        return lacking, [each for address, each in known.items() if address not in kept]


def _address(kept: KeptReceipt) -> tuple[str, str]:
    return kept.store, kept.receipt.id


def receipt_row(kept: KeptReceipt) -> tuple[str, str, str, bytes, str]:
    """Returns a receipt as a row of the library."""
    receipt = kept.receipt
    received = (receipt.received_at or EARLIEST).isoformat()
    return kept.store, receipt.id, kept.number, encode_without_secrets(receipt), received
