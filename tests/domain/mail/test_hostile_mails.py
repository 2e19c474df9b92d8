"""E-mails that are made to take long: reading them stays proportional to their size."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from companion.domain.mail.confirmation import read_confirmation
from companion.domain.mail.message.letter import read_letter
from companion.services.purchases.intake import Intake

HEAD = b"From: a@b.example\r\nSubject: Order 123\r\nDate: Thu, 19 Mar 2026 20:00:00 +0100\r\n"
NOW = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)


def page(text: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + text


def plain(text: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text


def nested(count: int) -> bytes:
    parts = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each) for each in range(count))
    return HEAD + b"".join(parts) + b"Content-Type: text/plain\r\n\r\nhi"


def field(line: bytes) -> bytes:
    return HEAD + line + b"\r\n\r\n"


def part(line: bytes) -> bytes:
    return field(b"Content-Type: multipart/mixed; boundary=x") + b"--x\r\n" + line + b"\r\n\r\nhi\r\n--x--\r\n"


PART = b"--x\r\nContent-Type: text/plain\r\n\r\nOrder number: LF-1\r\n"
MAILS = {
    "parts": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + PART * 20_000,
    "nesting": lambda: nested(3000),
    "attached in each other": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\nFrom: a@b\r\n" * 3000,
    "a large table": lambda: page(b"<table>" + b"<tr><td>Order number</td><td>LF-1</td></tr>" * 20_000),
    "tables in tables": lambda: page(b"<table><tr><td>" * 20_000),
    "open tags": lambda: page(b"<" * 500_000),
    "open comments": lambda: page(b"<!--" * 200_000),
    "open quotes": lambda: page(b"<a href='x" * 100_000),
    "attributes": lambda: page(b"<p " + b"a=b " * 200_000 + b">"),
    "entities": lambda: page(b"&" * 500_000),
    "structured data": lambda: page(b'<script type="application/ld+json">' + b'{"@graph":[' * 50_000),
    "one long line": lambda: plain(b"a" * 1_000_000),
    "one long line of labels": lambda: plain(b"order number " * 80_000),
    "labels": lambda: plain(b"Order number: LF-1234-5678\r\n" * 40_000),
    "keys": lambda: plain(b"Licence key: ABCD-EFGH-IJKL-MNOP\r\n" * 20_000),
    "digits": lambda: plain(b"9" * 500_000),
    "dashes": lambda: plain(b"A-" * 300_000),
    "blanks": lambda: plain(b" " * 900_000),
    "line ends": lambda: plain(b"\r" * 900_000),
    "quotes of quotes": lambda: plain(b"> > > x\r\n" * 60_000),
    "sentences": lambda: plain(b"Your subscription will renew on 12 March 2027 for 12 EUR. " * 15_000),
    "header fields": lambda: HEAD + b"X-A: b\r\n" * 50_000 + b"\r\nx",
    "encoded words": lambda: b"From: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nx",
    "parameters": lambda: field(b"Content-Type: text/plain" + b";a=b" * 100_000),
    "an open quote among parameters": lambda: field(b'Content-Type: text/plain;"' + b";" * 100_000),
    "parameters on many lines": lambda: field(b"content-type: text/plain" + b'\r ;"' * 100_000),
    "a disposition": lambda: field(b'Content-Disposition: attachment;"' + b";" * 100_000),
    "a part's parameters": lambda: part(b'Content-Type: text/plain;"' + b";" * 100_000),
    "pieces of a name": lambda: part(b"Content-Type: a/b" + b"".join(b"; name*%d=a" % each for each in range(40_000))),
    "Punycode": lambda: field(b"Content-Type: text/plain; charset=punycode") + b"a" * 450_000 + b"-" + b"9a" * 220_000,
    "labels of Punycode": lambda: field(b"Content-Type: text/plain; charset=IDNA") + b"xn--a-" + b"b" * 900_000,
    "parentheses": lambda: b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MAILS)
def test_a_mail_made_to_take_long_does_not(name):
    data = MAILS[name]()
    begun = time.process_time()
    Intake(lambda: NOW).recognise("x", data)
    read_confirmation(data, None)
    # A second is usual on a slow machine; what grows with the square of the size takes minutes.
    assert time.process_time() - begun < 20


def test_a_charset_that_is_none_of_e_mails_is_not_used() -> None:
    mail = field(b"Content-Type: text/plain; charset=Unicode_Escape") + rb"Order \u006eumber: LF-1234-5678"
    letter = read_letter(mail)
    assert letter is not None
    assert [row.text for row in letter.plain] == [r"Order \u006eumber: LF-1234-5678"]


def test_a_long_file_name_in_many_pieces_is_read() -> None:
    pieces = b"".join(b";\r\n\tfilename*%d*=%s" % (each, b"%C3%A4" * 8) for each in range(1, 30))
    pieces = b";\r\n\tfilename*0*=utf-8''" + b"%C3%A4" * 8 + pieces
    letter = read_letter(part(b"Content-Disposition: attachment" + pieces))
    assert letter is not None
    assert letter.attachments == (("ä" * 240)[:200],)


@pytest.mark.parametrize("offset", ["+" + "01" * 400, "+9999", "-99999999999", "+2400"])
def test_an_offset_beyond_every_clock_is_no_date(offset):
    mail = HEAD.replace(b"+0100", offset.encode()) + b"\r\nOrder number: LF-1234-5678"
    assert Intake(lambda: NOW).recognise("x", mail) is not None
