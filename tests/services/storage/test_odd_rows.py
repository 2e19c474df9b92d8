"""One row of the library that cannot be read is set apart; every other one is shown and can be changed as before."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase
from companion.domain.reminders.dates import ReminderKind, Subject
from companion.domain.reminders.due import Reminder
from companion.domain.reminders.history import InboxEntry
from companion.domain.store.idempotency import IdempotentRequest
from companion.domain.store.orders import Grant, Receipt
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.storage.database import Library
from companion.services.storage.records import KnownStore, ReminderChange, TimelineEntry
from tests.kits.build import Build

STORE = "https://a.example"
NOW = dt.datetime(2027, 1, 8, 9, tzinfo=dt.UTC)
PERSON = Source(kind=SourceKind.PERSON)
REQUEST = IdempotentRequest(key="k", asked_at=NOW)

BODIES = {
    "not JSON": b"{",
    "empty": b"",
    "another type": b"[1, 2]",
    "no object": b"7",
    "not UTF-8": b"\xff\xfe\x00",
    "deep": b"[" * 100_000,
    "of another time": b'{"number": "1", "status": "onHold"}',
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with contextlib.closing(Library(tmp_path / "library.db")) as opened:
        yield opened


@pytest.fixture
def run(library: Library, tmp_path: Path) -> Callable[..., int]:
    """Runs one statement in the library's file, as another program would."""

    def change(statement: str, *values: object) -> int:
        with contextlib.closing(sqlite3.connect(tmp_path / "library.db", isolation_level=None)) as db:
            return db.execute(statement, values).rowcount

    return change


def queued(name: str) -> QueueEntry:
    return QueueEntry(key=DownloadKey(order_number=name, artifact_id="setup"), name=name, folder="/x")


def reminder(number: str) -> InboxEntry:
    subject = Subject(kind=ReminderKind.RENEWAL, order_number=number, about="s", name="Suite", date=NOW)
    return InboxEntry(reminder=Reminder(subject=subject, lead="P7D", days=7), decided_at=NOW)


def receipt(name: str) -> Receipt:
    return Receipt(
        id=name, subscription_id="s", auto_renew=False, received_at=NOW, effective_at=NOW, still_active_until=NOW,
        statement="It is off.",
    )  # fmt: skip


def purchase(name: str) -> Purchase:
    said = {Field.ORDER_NUMBER: name, Field.MAKER: "Larkfield"}
    facts = tuple(Fact(field=field, value=value, source=PERSON, said_at=NOW) for field, value in said.items())
    return Purchase(id=name, added_at=NOW, facts=facts)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_order_that_cannot_be_read_is_one_that_was_not_read_yet(
    library: Library, run: Callable[..., int], body: bytes
) -> None:
    for number in ("1", "2", "3"):
        library.add_order(STORE, number, NOW)
        library.remember_order(STORE, Build.order(number=number), '"tag"', NOW)
    assert run("UPDATE orders SET body = ? WHERE number = '2'", body) == 1
    found = library.orders(STORE)
    assert [known.number for known in found] == ["1", "2", "3"]
    assert [known.order is None for known in found] == [False, True, False]
    # Without a validator the store answers with all of it, so the next look mends the row.
    assert (found[1].etag, found[1].read_at) == (None, None)
    assert library.order(STORE, "2") == found[1]
    assert library.contents(STORE).orders == found
    assert library.remember_order(STORE, Build.order(number="2"), None, NOW)
    assert all(known.order is not None for known in library.orders(STORE))


MOMENTS = (
    *("", "soon", "2027-01-08", "2027-01-08T09:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    *(b"\xff\xfe", 7, 9e99),
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_that_cannot_be_read_takes_nothing_along(
    library: Library, run: Callable[..., int], moment: object
) -> None:
    for name in ("1", "2"):
        library.add_order(STORE, name, NOW)
        library.remember_order(STORE, Build.order(number=name), None, NOW)
        library.change_purchase(name, lambda _, name=name: purchase(name))  # type: ignore[misc]
        library.remember_store(KnownStore(address=f"https://{name}.example", kind="edd", name=name, added_at=NOW))
    run("UPDATE orders SET added_at = ?, read_at = ? WHERE number = '1'", moment, moment)
    run("UPDATE purchases SET added_at = ? WHERE id = '1'", moment)
    run("UPDATE facts SET said_at = ? WHERE purchase = '1' AND field = 'maker'", moment)
    run("UPDATE stores SET added_at = ? WHERE address = 'https://1.example'", moment)
    assert {known.number for known in library.orders(STORE)} == {"1", "2"}
    assert {known.id: len(known.facts) for known in library.purchases()} == {"1": 1, "2": 2}
    assert {known.address for known in library.stores()} == {"https://1.example", "https://2.example"}
    earliest, latest = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2201, 1, 1, tzinfo=dt.UTC)
    of_all = [known.added_at for known in library.orders(STORE)]
    of_all += [known.added_at for known in library.purchases()]
    of_all += [known.added_at for known in library.stores()]
    assert all(earliest <= added_at <= latest for added_at in of_all)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_rows_of_every_other_table_leave_out_what_cannot_be_read(
    library: Library, run: Callable[..., int], body: bytes, tmp_path: Path
) -> None:
    grant = Grant(
        artifact_id="a", url="https://x.example/f", url_expires_at=NOW, filename="Setup.run",
        size=7, sha256="0" * 64, version="1", publisher="Larkfield",
    )  # fmt: skip
    for name in ("1", "2"):
        library.remember_file(STORE, name, tmp_path / name, grant)
        library.note(TimelineEntry(at=NOW, event=name, order_number=name, facts={}))
        library.update_request(STORE, name, lambda _: REQUEST)
        change = ReminderChange(None, reminder(name))
        assert library.replace_reminders(STORE, [change]) == (True,)
    library.change_queue(STORE, (), (queued("1"), queued("2")))
    for table, key in (("files", "number"), ("timeline", "number"), ("intents", "what"), ("reminders", "number")):
        assert run(f"UPDATE {table} SET body = ? WHERE {key} = '1'", body) == 1, table  # noqa: S608 - our own names
    run("UPDATE queue SET body = ? WHERE number = '1'", body)
    assert [file.number for file in library.files(STORE)] == ["2"]
    assert [step.event for step in library.timeline()] == ["2"]
    assert library.steps(("1", "2"), "1", 5) == ()
    assert library.request(STORE, "1") is None
    assert library.request(STORE, "2") is not None
    assert [known.reminder.subject.order_number for known in library.reminders(STORE)] == ["2"]
    assert [known.key.order_number for known in library.queue(STORE)] == ["2"]
    assert len(library.contents(STORE).queue) == 1
    # What cannot be read is no obstacle to writing it anew.
    assert library.replace_reminders(STORE, [ReminderChange(None, reminder("1"))]) == (True,)
    assert isinstance(library.update_request(STORE, "1", lambda _: REQUEST), IdempotentRequest)
    assert all(isinstance(known, InboxEntry) for known in library.reminders(STORE))
    assert len(library.reminders(STORE)) == 2


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_invoices_cases_and_profiles_that_cannot_be_read_are_not_known_yet(
    library: Library, run: Callable[..., int], body: bytes
) -> None:
    run("INSERT INTO invoices (store, number, body) VALUES (?, '1', ?)", STORE, body)
    run("INSERT INTO invoice_lists VALUES (?, '1', ?, NULL)", STORE, body)
    run("INSERT INTO numbered_invoices VALUES (?, '1', 'I-1', ?, NULL)", STORE, body)
    run("INSERT INTO cases VALUES (?, 'C-1', ?, ?)", STORE, body, NOW.isoformat())
    run("INSERT INTO profiles VALUES (?, 'tag', ?, ?)", STORE, body, NOW.isoformat())
    assert library.invoice(STORE, "1") is None
    assert library.invoices(STORE, "1") is None
    assert library.invoice(STORE, "1", "I-1") is None
    assert library.cases(STORE) == ()
    assert library.profile(STORE) is None
    assert library.contents(STORE).profile is None


def test_a_queued_download_that_cannot_be_read_is_kept_when_the_queue_is_written(
    library: Library, run: Callable[..., int]
) -> None:
    library.change_queue(STORE, (), (queued("1"), queued("2"), queued("3")))
    run("UPDATE queue SET body = '{\"later\": 1}' WHERE number = '1'")
    library.change_queue(STORE, library.queue(STORE), (queued("3"), queued("2"), queued("4")))
    assert [known.key.order_number for known in library.queue(STORE)] == ["3", "2", "4"]
    assert run("UPDATE queue SET position = 9 WHERE number = '1' AND body = '{\"later\": 1}'") == 1


def test_facts_of_a_newer_program_are_kept_when_their_purchase_is_changed(
    library: Library, run: Callable[..., int]
) -> None:
    library.change_purchase("1", lambda _: purchase("1"))
    run("UPDATE facts SET field = 'colour' WHERE field = 'maker'")
    after = purchase("1")
    library.change_purchase("1", lambda _: after)
    found = library.purchase("1")
    assert found is not None
    assert set(found.facts) == set(after.facts)
    assert run("UPDATE facts SET quote = 'x' WHERE field = 'colour'") == 1
    library.change_purchase("1", lambda _: None)
    assert run("UPDATE facts SET quote = 'x' WHERE purchase = '1'") == 0


@pytest.mark.parametrize("value", [b"\xff\xfe", 7, 9e99], ids=str)
def test_columns_of_another_type_take_nothing_along(library: Library, run: Callable[..., int], value: object) -> None:
    library.remember_setting("a", "1")
    library.remember_setting("b", "2")
    library.change_purchase("1", lambda _: purchase("1"))
    library.change_purchase("2", lambda _: purchase("2"))
    run("UPDATE settings SET value = ? WHERE name = 'a'", value)
    run("UPDATE facts SET value = ?, quote = ? WHERE purchase = '1' AND field = 'orderNumber'", value, value)
    assert library.settings()["b"] == "2"
    assert {known.id for known in library.purchases()} == {"1", "2"}
    assert len({known.id: known.facts for known in library.purchases()}["2"]) == 2


def test_a_text_that_is_not_utf_8_takes_nothing_along(library: Library, run: Callable[..., int]) -> None:
    for name in ("1", "2"):
        library.add_order(STORE, name, NOW)
        library.change_purchase(name, lambda _, name=name: purchase(name))  # type: ignore[misc]
        library.remember_setting(name, name)
    broken = "CAST(x'fffe41' AS TEXT)"
    run(f"UPDATE orders SET etag = {broken} WHERE number = '1'")  # noqa: S608
    run(f"UPDATE facts SET value = {broken} WHERE purchase = '1' AND field = 'maker'")  # noqa: S608
    run(f"UPDATE settings SET value = {broken} WHERE name = '1'")  # noqa: S608
    assert [known.number for known in library.orders(STORE)] == ["1", "2"]
    assert {known.id for known in library.purchases()} == {"1", "2"}
    assert library.settings()["2"] == "2"


COLUMNS = ("about", "field", "source_kind", "source_name", "value", "quote", "said_at")


@pytest.mark.parametrize("odd", ["x'fffe'", "CAST(x'fffe41' AS TEXT)", "CAST(x'e2' AS TEXT)"])
@pytest.mark.parametrize("column", COLUMNS)
def test_an_odd_value_in_any_column_costs_no_other_fact(
    library: Library, run: Callable[..., int], column: str, odd: str
) -> None:
    library.change_purchase("1", lambda _: purchase("1"))
    library.change_purchase("2", lambda _: purchase("2"))
    assert run(f"UPDATE facts SET {column} = {odd} WHERE purchase = '1' AND field = 'maker'") == 1  # noqa: S608
    whole = purchase("1").facts
    for found in (library.purchases(), [library.purchase("1"), library.purchase("2")]):
        facts = {known.id: known.facts for known in found if known is not None}
        assert len(facts["2"]) == 2
        assert [fact for fact in facts["1"] if fact.field is not Field.MAKER] == [
            fact for fact in whole if fact.field is not Field.MAKER
        ]


@pytest.mark.parametrize(
    "text", ["a\x00b", 'a "quoted" \\ text', "[1, null]", "\U0001f511 Schlüssel", "a\tb\nc", "\x7f"]
)
def test_every_text_of_a_fact_is_read_as_it_was_written(library: Library, text: str) -> None:
    maker = Fact(field=Field.MAKER, value="Larkfield", source=PERSON, said_at=NOW, about=text, quote=text)
    written = Purchase(id="1", added_at=NOW, facts=(maker,))
    library.change_purchase("1", lambda _: written)
    assert library.purchases() == (written,)
    assert library.purchase("1") == written


def test_facts_are_read_in_the_order_of_their_keys(library: Library) -> None:
    abouts = ["z", "a", "ä", "Z", "", "\U0001f511", "\uffee", "a b"]
    facts = [Fact(field=Field.MAKER, value=about or "-", source=PERSON, said_at=NOW, about=about) for about in abouts]
    library.change_purchase("1", lambda _: Purchase(id="1", added_at=NOW, facts=tuple(facts)))
    (found,) = library.purchases()
    assert [fact.about for fact in found.facts] == sorted(abouts)
