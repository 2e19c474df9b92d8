"""Purchases and their facts as rows of the library: one row for each fact, so that a damaged one costs only itself."""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
_ORDER = "ORDER BY purchase, about, field, source_kind, source_name"
"""That of the primary key: nothing is left to be sorted."""
_READ_ALL = f"SELECT {', '.join(FACT_COLUMNS)} FROM facts {_ORDER}"  # noqa: S608 - our own names
_READ_SOME = f"""
    SELECT {", ".join(FACT_COLUMNS)} FROM facts WHERE purchase IN (SELECT value FROM json_each(?)) {_ORDER}
    """  # noqa: S608
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
_READ_ONE = f"SELECT {', '.join(FACT_COLUMNS)} FROM facts WHERE purchase = ? {_ORDER}"  # noqa: S608

_KEY = 5
"""So many columns of a fact are its key."""
_FORGET = f"DELETE FROM facts WHERE {' AND '.join(f'{name} = ?' for name in FACT_COLUMNS[:_KEY])}"  # noqa: S608
_REMEMBER = f"INSERT OR REPLACE INTO facts VALUES ({', '.join('?' * len(FACT_COLUMNS))})"  # noqa: S608

_Row = tuple[object, ...]
Change = Callable[[Purchase | None], Purchase | None]
"""What becomes of a purchase: None where there is none, and None to remove it."""


class PurchaseTable(Tables):
    """Everything that is owned, whatever store it came from."""

    def purchases(self) -> tuple[Purchase, ...]:
        """Everything that is owned, whatever store it came from, oldest first."""
        with self._reading():
            # In the order in which they were written: several of one mailbox are added at the same moment.
            rows = self._rows("SELECT id, added_at FROM purchases ORDER BY rowid")
            facts = self._rows(_READ_ALL)
        return _oldest_first(self._decoded.of("purchases", _grouped(rows, facts), _purchase))

    def purchases_like(self, marks: SearchMarks) -> tuple[Purchase, ...]:
        """The purchases that have one of `marks`, and perhaps some more, oldest first; no others are read."""
        numbers = [form for number in marks.numbers for form in (number, f"#{number}")]
        wanted = [json.dumps(sorted(each)) for each in (numbers, marks.keys, marks.products, marks.unnumbered)]
        with self._reading():
            ids = json.dumps([str(id_) for (id_,) in self._rows(_LIKE, *wanted)])
            query = "SELECT id, added_at FROM purchases WHERE id IN (SELECT value FROM json_each(?)) ORDER BY rowid"
            groups = _grouped(self._rows(query, ids), self._rows(_READ_SOME, ids))
            return _oldest_first(_purchase(group) for group in groups)

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
        with self._reading():
            rows = self._rows("SELECT id, added_at FROM purchases WHERE id = ?", id_)
            return _first(rows, self._rows(_READ_ONE, id_))

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
    rows = fetched(db, "SELECT id, added_at FROM purchases WHERE id = ?", (id_,))
    facts = fetched(db, _READ_ONE, (id_,))
    before = _first(rows, facts)
    after = change(before)
    if after is not None:
        _write(db, after, facts)
    elif before is not None:
        _remove(db, id_)
    return after


def _grouped(rows: Iterable[_Row], facts: Iterable[_Row]) -> Iterator[tuple[_Row, tuple[_Row, ...]]]:
    """Yields each row (id, added_at) of a purchase with the rows of its facts."""
    known: dict[str, list[_Row]] = {}
    for fact in facts:
        known.setdefault(str(fact[0]), []).append(fact)
    for row in rows:
        yield row, tuple(known.get(str(row[0]), ()))


def _purchase(group: tuple[_Row, tuple[_Row, ...]]) -> Purchase:
    (id_, added_at), rows = group
    facts = (_fact(row) for row in rows)
    return Purchase(id=str(id_), added_at=moment(added_at), facts=tuple(fact for fact in facts if fact is not None))


def _first(rows: Iterable[_Row], facts: Iterable[_Row]) -> Purchase | None:
    return next((_purchase(group) for group in _grouped(rows, facts)), None)


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
    db.executemany(_FORGET, [key for key, row in before.items() if key not in after and _fact(row) is not None])
    db.executemany(_REMEMBER, [row for key, row in after.items() if before.get(key) != row])


def _remove(db: sqlite3.Connection, id_: str) -> bool:
    """Remove a purchase; False when there was none."""
    db.execute("DELETE FROM facts WHERE purchase = ?", (id_,))
    return db.execute("DELETE FROM purchases WHERE id = ?", (id_,)).rowcount > 0


def _fact(row: _Row) -> Fact | None:
    """The fact of a row; None for one of a newer program, or one that has been damaged."""
    if set(map(type, row)) != {str}:
        _log.warning("a fact that is no text is left out")
        return None
    _, about, field, kind, name, value, quote, said_at = row
    try:
        known = _FIELDS[field]
        return Fact(
            field=known,
            value=_canonical(known, value),
            source=_source(kind, name),
            said_at=_said(said_at),
            about=str(about),
            quote=str(quote) or None,
        )
    except (ValueError, KeyError):
        _log.warning("a fact of the field %r could not be read and is left out", str(field)[:40])
        return None


# Thousands of rows are read at once, and most of what they hold is in many of them.
_FIELDS: dict[object, Field] = {field.value: field for field in Field}
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
