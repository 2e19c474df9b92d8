"""What is fuzzed: each target reads bytes of another party, and shows what came of it as the program does.

A target returns a few words that tell one way through the code from another: an input with new ones joins the corpus.
It may raise `CompanionError`; everything else is a finding.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import yaml

from companion.domain.billing.auto_renewal import preview_sentences, preview_switch
from companion.domain.billing.charges import movement_sentence, timeline
from companion.domain.billing.returns import outlook_sentences, return_outlook, return_progress
from companion.domain.billing.shipping import parcel_sentences, parcels
from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.domain.core.text import plain_date, plain_money
from companion.domain.directory.maker import read_maker
from companion.domain.installation.files.formats.regions import BytesRegions
from companion.domain.installation.files.reading import read_identity
from companion.domain.installation.files.words import identity_lines
from companion.domain.mail.confirmation import read_confirmation
from companion.domain.mail.inputs import Recognised
from companion.domain.mail.message.compound_check import is_sound
from companion.domain.overview.product_cards import charge_sentence, product_cards, status_sentence
from companion.domain.purchases.facts import Source, SourceKind
from companion.domain.purchases.from_order import facts_of_order
from companion.domain.reminders.dates import ReminderFacts
from companion.domain.reminders.due import upcoming
from companion.domain.reminders.icalendar import calendar
from companion.domain.store.mail_patterns import without_faulty_patterns
from companion.domain.store.orders import Grant, Invoice, InvoiceList, Order, Session
from companion.domain.store.problems import Problem, explain_problem
from companion.domain.store.profile import MailPatterns, Profile
from companion.domain.store.unread import unread_sentences
from companion.services.downloads.state import journal
from companion.services.purchases.intake import Intake
from companion.services.storage.database import Library
from tests.kits.outlook import outlook_message
from tests.kits.windows_files import program, version

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
NOW = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
STORE = Source(kind=SourceKind.STORE, name="x")
ZONES = (ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12"))
MOST_SHOWN = 2_000_000
"""Characters that any of these inputs may lead to on a page."""

T = TypeVar("T")


class Target(NamedTuple):
    """A name, what runs an input, and the inputs to begin with."""

    name: str
    run: Callable[[bytes], str]
    seeds: Callable[[], tuple[bytes, ...]]


def _order(data: bytes) -> str:
    order = decode(data, Order, source="the store")
    profile = _profile_in_use()
    shown = list(unread_sentences(order.all_unread))
    for zone in ZONES:
        day = plain_date(zone)
        for card in product_cards([order], profile, NOW, zone):
            shown += [status_sentence(card, day), charge_sentence(card, day, plain_money)]
        shown += outlook_sentences(return_outlook(order, profile, NOW, zone), day, plain_money)
        shown += [str(return_progress(entry, profile, NOW, zone)) for entry in order.returns]
        shown += [movement_sentence(each, day, plain_money) for each in timeline(order, profile, NOW)]
        for parcel in parcels(order, profile, NOW, zone):
            shown += parcel_sentences(parcel, day)
        for licence in order.licences:
            plan = order.subscription_of(licence)
            if plan is not None:
                preview = preview_switch(order, plan, licence, False, profile, NOW, zone)
                shown += preview_sentences(preview, day, plain_money)
        dates = upcoming(ReminderFacts((order,), profile, zone), NOW)
        shown.append(calendar(dates, store="x", stamp=NOW, format_date=day, format_money=plain_money))
        shown += [str(fact) for fact in facts_of_order(order, STORE, "https://store.example", NOW)]
    again = decode(encode_without_secrets(order), Order, source="the library")
    assert again.all_unread == order.all_unread
    _check(shown)
    return " ".join(sorted({part.field.split("[")[0] for part in order.all_unread}))


def _profile(data: bytes) -> str:
    profile = without_faulty_patterns(decode(data, Profile, source="the store"))
    _check([str(profile)])
    if profile.mail is not None:
        read_confirmation(b"From: a@b.example\r\n\r\nOrder number: LF-1234-5678\r\n" + b"a" * 2000, profile.mail)
    return " ".join(sorted({part.field.split("[")[0] for part in profile.unread}))


def _answers(data: bytes) -> str:
    said = [_name_of(data, kind) for kind in (Grant, Invoice, InvoiceList, Session)]
    try:
        error = explain_problem(decode(data, Problem, source="the store"))
        _check([error.title, error.message, error.hint])
        said.append(error.code.value)
    except CompanionError:
        said.append("no problem")
    return " ".join(said)


def _name_of(data: bytes, kind: type[T]) -> str:
    try:
        _check([str(decode(data, kind, source="the store"))])
    except CompanionError as error:
        return error.message[-60:]
    return kind.__name__


def _mail(data: bytes) -> str:
    reading = read_confirmation(data, MailPatterns(order_number="(?i)order (LF-[0-9-]{4,20})"))
    found: Recognised = Intake(lambda: NOW).recognise("x", data)
    facts = found.draft.facts if found.draft is not None else ()
    _check([found.reason, *found.doubts, *(f"{fact.value} {fact.quote}" for fact in facts)])
    return f"{reading.refusal} {found.kind}"


def _outlook(data: bytes) -> str:
    found: Recognised = Intake(lambda: NOW).recognise("x.msg", data)
    facts = found.draft.facts if found.draft is not None else ()
    _check([found.reason, *found.doubts, *(f"{fact.value} {fact.quote}" for fact in facts)])
    return f"{is_sound(data)} {found.kind} {len(facts)}"


def _outlooks() -> tuple[bytes, ...]:
    headers = "From: Brook Audio <sales@brookaudio.example>\r\nDate: Tue, 21 Jul 2026 07:07:07 +0000\r\n\r\n"
    body = "Order number: BK-4410\r\nProduct: Brook Delay\r\nLicense key: BRK1-QQ22-WW33-EE44\r\n"
    page = "<table><tr><td>Order number</td><td>BK-4411</td></tr></table>"
    return tuple(outlook_message(headers=headers, subject="x", body=body, page=each) for each in ("", page))


def _journal(data: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{journal.ENDING}"
        path.write_bytes(data)
        found = journal.read(path)
    return "damaged" if found is None else f"{min(len(found.claims), 3)} claims"


def _library(data: bytes) -> str:
    store = "https://store.example"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        Library(path).close()
        with sqlite3.connect(path) as db:
            db.execute("INSERT INTO profiles VALUES (?, 'x', ?, 'yesterday')", (store, data))
            db.execute("INSERT INTO orders VALUES (?, 'LF-1', ?, ?, 'x', ?)", (store, _date(data), _date(data), data))
            db.execute("INSERT INTO receipts VALUES (?, 'r', 'LF-1', ?, ?)", (store, data, _date(data)))
            db.execute("INSERT INTO timeline (at, number, event, body) VALUES ('x', 'LF-1', 'x', ?)", (data,))
            db.execute("INSERT INTO reminders VALUES (?, 'a', 'LF-1', ?)", (store, data))
        db.close()
        library = Library(path)
        try:
            found = library.contents(store)
            library.timeline()
        finally:
            library.close()
    return f"{len(found.orders)} {found.profile is not None} {len(found.receipts)} {len(found.reminders)}"


def _date(data: bytes) -> str:
    return data[:30].decode("latin-1")


def _directory(data: bytes) -> str:
    _check([str(read_maker(data, "x.json", own=True))])
    return "read"


def _check(shown: list[str]) -> None:
    text = "\n".join(shown)
    assert len(text) <= MOST_SHOWN
    assert not any(sign in text for sign in "\x1b\x07\x9b\u202e\u2066\u200b\ufeff")


@functools.cache
def _profile_in_use() -> Profile:
    return decode((ROOT / "resources/profiles/larkfield.json").read_bytes(), Profile, source="the shipped profile")


def _examples(*schemas: str) -> tuple[bytes, ...]:
    """Returns the examples of the store's interface that are answers of these kinds."""
    document = yaml.safe_load((ROOT / "resources/store-api.yaml").read_text(encoding="utf-8"))
    found = []
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for media in response.get("content", {}).values():
                    if media.get("schema", {}).get("$ref", "").rpartition("/")[2] in schemas:
                        found += [
                            json.dumps(each["value"]).encode() for each in media["examples"].values() if "value" in each
                        ]
    return tuple(found)


def _files(*patterns: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def _journals() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.journal"
        header = journal.Header(generation="0" * 32, filename="x", source="0" * 64, block=1024, size=4096)
        made = journal.Journal(path, header)
        for stop in (1024, 2048, 4096):
            made.claim(journal.Claim(stop=stop, crc=stop))
        made.close()
        return (path.read_bytes(),)


def _installer(data: bytes) -> str:
    found = read_identity(BytesRegions(data), "setup.exe")
    _check(identity_lines(found, "setup.exe"))
    known = [name for name in ("product_name", "version", "publisher", "architecture") if getattr(found, name)]
    return " ".join([found.technology.value, str(found.complete), *known])


def _installers() -> tuple[bytes, ...]:
    resources = {16: {1: version({"ProductName": "Harbour Suite", "ProductVersion": "4.2.1"})}}
    nsis = program(resources=resources, overlay=b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst")
    signed = program(resources=resources, signature=b"signature")
    return (*_files("tests/kits/installers/*.msi"), nsis, signed, _debian_package(), _store_package())


def _debian_package() -> bytes:
    """A package whose fields lie in a plain archive, where they can be spoiled."""
    fields = b"Package: harbour\nVersion: 4.2.1-1\nArchitecture: amd64\nMaintainer: Harbour <a@b.example>\n"
    control = io.BytesIO()
    with tarfile.open(fileobj=control, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("./control")
        member.size, member.pax_headers = len(fields), {"comment": "1" * 200}
        archive.addfile(member, io.BytesIO(fields))
    members = (("debian-binary", b"2.0\n"), ("control.tar", control.getvalue()), ("data.tar.xz", b"data"))
    return b"!<arch>\n" + b"".join(
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data for name, data in members
    )


def _store_package() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("AppxManifest.xml"),
            '<Package xmlns="x"><Identity Name="Harbour" Version="4.2.1.0" Publisher="CN=Harbour"/></Package>',
        )
    return made.getvalue()


TARGETS = {
    target.name: target
    for target in (
        Target("order", _order, lambda: _examples("Order")),
        Target("profile", _profile, lambda: _files("resources/profiles/larkfield.json")),
        Target("answers", _answers, lambda: _examples("Grant", "Invoice", "InvoiceList", "Session", "Problem")),
        Target("mail", _mail, lambda: _files("tests/mails/*/*.eml", "tests/mails/*/*.html", "tests/mails/*/*.txt")),
        Target("outlook", _outlook, _outlooks),
        Target("journal", _journal, _journals),
        Target("library", _library, lambda: _examples("Order")),
        Target("installer", _installer, _installers),
        Target("directory", _directory, lambda: _files("resources/directory/*.json")),
    )
}


def corpus(name: str) -> tuple[bytes, ...]:
    """Returns the inputs of a target that were worth keeping, and those to begin with."""
    return (*TARGETS[name].seeds(), *(path.read_bytes() for path in sorted((CORPUS / name).glob("*"))))
