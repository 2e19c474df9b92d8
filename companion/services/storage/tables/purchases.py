"""Purchases and their facts as rows of the library: one row for each fact, so that a damaged one costs only itself."""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, canonical
from companion.domain.purchases.matching import SearchMarks
from companion.domain.purchases.purchase import Purchase
from companion.domain.purchases.receipts import EmailReceipt
from companion.services.storage.receipt_file import KeptEmail, email_receipt_row
from companion.services.storage.rows import fetched, moment, moment_or_none, read_bodies
from companion.services.storage.tables.base import Tables, derived_in_memory

_log = logging.getLogger(__name__)

CREATE = """
    CREATE TABLE purchases (id TEXT PRIMARY KEY, added_at TEXT NOT NULL);
    CREATE TABLE facts (
        purchase TEXT NOT NULL, about TEXT NOT NULL, field TEXT NOT NULL, source_kind TEXT NOT NULL,
        source_name TEXT NOT NULL, value TEXT NOT NULL, quote TEXT NOT NULL, said_at TEXT NOT NULL,
        PRIMARY KEY (purchase, about, field, source_kind, source_name)) WITHOUT ROWID;
    """
INDEXES = """
    CREATE INDEX facts_by_value ON facts (field, value COLLATE NOCASE);
    CREATE INDEX facts_by_item ON facts (field, about);
    CREATE INDEX facts_of_odd_numbers ON facts (purchase)
        WHERE field = 'orderNumber' AND (value GLOB '##*' OR value GLOB '*[^ -~]*');
    """
RECEIPTS = """
    CREATE TABLE email_receipts (id TEXT NOT NULL, purchase TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (id, purchase));
    """
PURCHASE_COLUMNS = ("id", "added_at")
FACT_COLUMNS = ("purchase", "about", "field", "source_kind", "source_name", "value", "quote", "said_at")
_VALUES = ", ".join(FACT_COLUMNS[1:])
_PURCHASES = f"""
    SELECT id, added_at, (
        SELECT json_group_array(CASE WHEN max({_VALUES}) >= x'' THEN NULL ELSE json_array({_VALUES}) END)
        FROM facts WHERE purchase = purchases.id)
    FROM purchases
    """  # noqa: S608 - our own names
"""Each purchase with all its facts as one text: fetched row by row they would take most of the time.

JSON has no bytes, which are greater than any text.
"""
# In the order in which they were written: several of one mailbox are added at the same moment.
_ALL = f"{_PURCHASES} ORDER BY rowid"
_SOME = f"{_PURCHASES} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY rowid"  # noqa: S608
_ONE = f"{_PURCHASES} WHERE id = ?"
_NUMBERED = "SELECT 1 FROM facts AS other WHERE other.purchase = facts.purchase AND +other.field = 'orderNumber'"
_LIKE = f"""
    SELECT purchase FROM facts WHERE field = 'orderNumber' AND value COLLATE NOCASE IN (SELECT value FROM json_each(?))
    UNION SELECT purchase FROM facts INDEXED BY facts_of_odd_numbers
        WHERE field = 'orderNumber' AND (value GLOB '##*' OR value GLOB '*[^ -~]*')
    UNION SELECT purchase FROM facts WHERE field = 'key' AND value COLLATE NOCASE IN (SELECT value FROM json_each(?))
    UNION SELECT purchase FROM facts WHERE field = 'product' AND about IN (SELECT value FROM json_each(?))
    UNION SELECT purchase FROM facts
        WHERE field = 'product' AND about IN (SELECT value FROM json_each(?)) AND NOT EXISTS ({_NUMBERED})
    """  # noqa: S608
"""Purchases with one of these order numbers, keys, products, or products where no number is known.

SQLite folds the case of ASCII only: the few numbers with other signs are always among the answers.
"""
_FACTS_OF = f"SELECT {', '.join(FACT_COLUMNS)} FROM facts WHERE purchase = ?"  # noqa: S608

_KEY = 5
"""So many columns of a fact are its key."""
_FORGET = f"DELETE FROM facts WHERE {' AND '.join(f'{name} = ?' for name in FACT_COLUMNS[:_KEY])}"  # noqa: S608
_REMEMBER = f"INSERT OR REPLACE INTO facts VALUES ({', '.join('?' * len(FACT_COLUMNS))})"  # noqa: S608

_Row = tuple[object, ...]
_Values = tuple[str, str, str, str, str, str, str]
"""The columns of a fact but the first, all of them texts."""
Change = Callable[[Purchase | None], Purchase | None]
"""What becomes of a purchase: None where there is none, and None to remove it."""


class PurchaseTable(Tables):
    """Everything that is owned, whatever store it came from."""

    def purchases(self) -> tuple[Purchase, ...]:
        """Everything that is owned, whatever store it came from, oldest first."""
        return _oldest_first(self._decoded.of("purchases", self._rows(_ALL), _purchase))

    def purchases_like(self, marks: SearchMarks) -> tuple[Purchase, ...]:
        """The purchases that have one of `marks`, and perhaps some more, oldest first; no others are read."""
        numbers = [form for number in marks.numbers for form in (number, f"#{number}")]
        wanted = [json.dumps(sorted(each)) for each in (numbers, marks.keys, marks.products, marks.unnumbered)]
        with self._reading():
            ids = json.dumps([str(id_) for (id_,) in self._rows(_LIKE, *wanted)])
            return _oldest_first(map(_purchase, self._rows(_SOME, ids)))

    def purchases_beginning(self, begin: str, most: int) -> tuple[str, ...]:
        """The ids of purchases that begin with a text, at most so many."""
        query = "SELECT id FROM purchases WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
        return tuple(str(id_) for (id_,) in self._rows(query, begin, f"{begin}\U0010ffff", most))

    def product_names(self) -> tuple[str, ...]:
        """The names of products that any source tells."""
        rows = self._rows("SELECT DISTINCT value FROM facts WHERE field = ? ORDER BY value", Field.PRODUCT.value)
        return tuple(str(name) for (name,) in rows)

    def purchase(self, id_: str) -> Purchase | None:
        """One purchase, or None."""
        return next(map(_purchase, self._rows(_ONE, id_)), None)

    def change_purchase(self, id_: str, change: Change) -> Purchase | None:
        """Read a purchase and write what `change` makes of it (None removes it) as one step; returns that."""
        return self.change_purchases({id_: change})[id_]

    @derived_in_memory
    def change_purchases(
        self, changes: Mapping[str, Change], receipts: Iterable[EmailReceipt] = ()
    ) -> dict[str, Purchase | None]:
        """Do what `change_purchase` does to several purchases (by their ids), all as one step.

        `receipts` are kept for good, in the library and beside it.
        """
        with self._writing(lasting=True) as db:
            self._keep_receipts(db, receipts)
            return {id_: _change(db, id_, change) for id_, change in changes.items()}

    def email_receipts(self) -> tuple[EmailReceipt, ...]:
        """The receipts of all purchases that came by e-mail, also of purchases that were removed."""
        rows = self._rows("SELECT body FROM email_receipts ORDER BY id, purchase")
        return read_bodies((body for (body,) in rows), EmailReceipt)

    def _keep_receipts(self, db: sqlite3.Connection, receipts: Iterable[EmailReceipt]) -> None:
        new = []
        for receipt in receipts:
            *address, body = email_receipt_row(receipt)
            added = db.execute("INSERT OR IGNORE INTO email_receipts VALUES (?, ?, ?)", (*address, body))
            if added.rowcount > 0:
                new.append(KeptEmail(email=receipt))
        if new:
            self._place.receipts.add(*new)


def _change(db: sqlite3.Connection, id_: str, change: Change) -> Purchase | None:
    before = next(map(_purchase, fetched(db, _ONE, (id_,))), None)
    after = change(before)
    if after is not None:
        _write(db, after, fetched(db, _FACTS_OF, (id_,)))
    elif before is not None:
        _remove(db, id_)
    return after


def _purchase(row: _Row) -> Purchase:
    id_, added_at, facts = row
    read = map(_fact, _fact_rows(str(facts)))
    return Purchase(id=str(id_), added_at=moment(added_at), facts=tuple([fact for fact in read if fact is not None]))


def _fact_rows(text: str) -> list[_Values]:
    """The values of the facts of a purchase, in the order of their keys; a fact that is no text is left out."""
    try:
        rows = _ROWS.decode(text)
    except msgspec.ValidationError:
        rows = [row for each in msgspec.json.decode(text) if (row := _values(each)) is not None]
    rows.sort()
    return rows


def _values(row: object) -> _Values | None:
    try:
        values: _Values = msgspec.convert(row, _Values)
    except msgspec.ValidationError:
        _log.warning("a fact that is no text is left out")
        return None
    return values


def _oldest_first(purchases: Iterable[Purchase]) -> tuple[Purchase, ...]:
    return tuple(sorted(purchases, key=lambda purchase: purchase.added_at))


def _write(db: sqlite3.Connection, purchase: Purchase, there: Sequence[_Row]) -> None:
    """Write a purchase as it is now, over the rows that are `there`: only what differs, so that a look writes little.

    Facts that it no longer has are removed; rows that cannot be read are kept, unless a fact takes their place.
    """
    db.execute("INSERT OR IGNORE INTO purchases VALUES (?, ?)", (purchase.id, purchase.added_at.isoformat()))
    before = {row[:_KEY]: row for row in there}
    after: dict[_Row, _Row] = {}
    for fact in purchase.facts:
        row = (
            *(purchase.id, fact.about, fact.field.value, fact.source.kind.value, fact.source.name),
            *(fact.value, fact.quote or "", fact.said_at.isoformat()),
        )
        after[row[:_KEY]] = row
    db.executemany(_FORGET, [key for key, row in before.items() if key not in after and _is_read(row)])
    db.executemany(_REMEMBER, [row for key, row in after.items() if before.get(key) != row])


def _remove(db: sqlite3.Connection, id_: str) -> bool:
    """Remove a purchase; False when there was none."""
    db.execute("DELETE FROM facts WHERE purchase = ?", (id_,))
    return db.execute("DELETE FROM purchases WHERE id = ?", (id_,)).rowcount > 0


def _is_read(row: _Row) -> bool:
    values = _values(row[1:])
    return values is not None and _fact(values) is not None


def _fact(values: _Values) -> Fact | None:
    """The fact of a row; None for one of a newer program, or one that has been damaged."""
    about, field, kind, name, value, quote, said_at = values
    try:
        known = _FIELDS[field]
        return Fact(
            field=known,
            value=_canonical(known, value),
            source=_source(kind, name),
            said_at=_said(said_at),
            about=about,
            quote=quote or None,
        )
    except (ValueError, KeyError):
        _log.warning("a fact of the field %r could not be read and is left out", field[:40])
        return None


# Thousands of rows are read at once, and most of what they hold is in many of them.
_ROWS = msgspec.json.Decoder(list[_Values])
_FIELDS = {field.value: field for field in Field}
_canonical = functools.lru_cache(maxsize=50_000)(canonical)


@functools.lru_cache(maxsize=1000)
def _source(kind: str, name: str) -> Source:
    return Source(kind=SourceKind(kind), name=name)


@functools.lru_cache(maxsize=10_000)
def _said(text: str) -> dt.datetime:
    said = moment_or_none(text)
    if said is None:
        raise ValueError("the moment cannot be read")
    return said
