"""The tables of the library, made step by step: a file of any older program is brought to the newest form."""

from __future__ import annotations

from companion.services.storage.tables import purchases

MIGRATIONS = (
    """
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE profiles (store TEXT PRIMARY KEY, etag TEXT, body BLOB NOT NULL, read_at TEXT NOT NULL);
    CREATE TABLE orders (
        store TEXT NOT NULL, number TEXT NOT NULL, added_at TEXT NOT NULL,
        etag TEXT, body BLOB, read_at TEXT, PRIMARY KEY (store, number));
    CREATE TABLE receipts (
        store TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, received_at TEXT NOT NULL,
        PRIMARY KEY (store, id));
    CREATE TABLE files (
        store TEXT NOT NULL, number TEXT NOT NULL, artifact TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, number, artifact));
    CREATE TABLE queue (store TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, position));
    CREATE TABLE timeline (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, number TEXT, event TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE reminders (
        store TEXT NOT NULL, address TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, address));
    """,
    """
    CREATE TABLE intents (
        store TEXT NOT NULL, what TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (store, what));
    CREATE TABLE invoices (
        store TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (store, number));
    CREATE TABLE cases (
        store TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, opened_at TEXT NOT NULL, PRIMARY KEY (store, id));
    CREATE INDEX timeline_by_event ON timeline (event, id);
    """,
    # A queued download was named by one text, NUMBER/ARTIFACT, in which the number may hold a slash too: the longest
    # number of a known order that fits decides, otherwise the last slash.
    """
    ALTER TABLE queue RENAME TO queue_by_reference;
    CREATE TABLE queue (
        store TEXT NOT NULL, position INTEGER NOT NULL, number TEXT NOT NULL, artifact TEXT NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (store, position));
    INSERT INTO queue
        SELECT store, position, number, artifact, CAST(json_set(json_remove(body, '$.id', '$.reference'),
            '$.key', json_object('orderNumber', number, 'artifactId', artifact)) AS BLOB)
        FROM (
            SELECT store, position, body, number, substr(reference, length(number) + 2) AS artifact
            FROM (
                SELECT store, position, body, reference, COALESCE(
                    (SELECT number FROM orders
                     WHERE orders.store = old.store AND substr(reference, 1, length(number) + 1) = number || '/'
                     ORDER BY length(number) DESC LIMIT 1),
                    substr(rtrim(reference, replace(reference, '/', '')), 1,
                           length(rtrim(reference, replace(reference, '/', ''))) - 1)) AS number
                FROM (SELECT store, position, CAST(body AS TEXT) AS body,
                             json_extract(CAST(body AS TEXT), '$.reference') AS reference
                      FROM queue_by_reference WHERE json_valid(CAST(body AS TEXT))) AS old));
    DROP TABLE queue_by_reference;
    """,
    purchases.CREATE,
    # The one store that was remembered, and every store that an order was added of.
    """
    CREATE TABLE stores (address TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, added_at TEXT NOT NULL);
    INSERT INTO stores SELECT store, 'storeApi', '', min(added_at) FROM orders GROUP BY store;
    INSERT OR IGNORE INTO stores SELECT value, 'storeApi', '', '1970-01-01T00:00:00+00:00' FROM settings
        WHERE name = 'store';
    """,
    purchases.INDEXES,
    # Which version of the program brought the file to which form: what an older one has to name as needed.
    """
    CREATE TABLE programs (form INTEGER PRIMARY KEY, version TEXT NOT NULL);
    """,
    purchases.RECEIPTS,
    # When an invoice was read; of those kept before, that is not known. A file that was put together from saved rows
    # may lack a table.
    """
    CREATE TABLE IF NOT EXISTS invoices (
        store TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (store, number));
    ALTER TABLE invoices ADD COLUMN read_at TEXT;
    """,
    # `invoices` holds the one invoice that older stores have for an order; these hold all of them by their numbers.
    """
    CREATE TABLE IF NOT EXISTS invoice_lists (
        store TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, read_at TEXT,
        PRIMARY KEY (store, number));
    CREATE TABLE IF NOT EXISTS numbered_invoices (
        store TEXT NOT NULL, number TEXT NOT NULL, invoice TEXT NOT NULL, body BLOB NOT NULL, read_at TEXT,
        PRIMARY KEY (store, number, invoice));
    """,
)
