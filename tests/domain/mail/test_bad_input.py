"""Hostile and broken input: the work is bounded by limits, whatever the input's size or form."""

import tracemalloc
from itertools import pairwise

import pytest

from companion.domain.mail.inputs import InputKind
from companion.domain.mail.message.files import FileKind, kind_of, mails_of_mailbox, without_attachments
from companion.domain.mail.message.html import read_html
from companion.domain.mail.message.letter import letter_of_text, read_letter
from companion.domain.mail.message.rows import bounded, rows_of_text, tidy
from companion.services.app.cancellation import Cancellation
from companion.services.purchases.intake import Intake
from tests.mails.score import GENUINE, NOW, mails, score

HEAD = b"From: Shop <a@shop.example>\nSubject: Order\n"
MOST_VISIBLE = 200_000


def intake():
    return Intake(lambda: NOW)


def visible(letter):
    return sum(len(cell) for rows in (letter.plain, letter.rich) for row in rows for cell in row.cells)


def test_attachments_are_cut_before_parsing_and_texts_are_not():
    picture = (
        b"--b\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n" + b"A" * 5_000_000 + b"\n"
    )
    text = b"--b\nContent-Type: text/plain\n\nOrder number: AB-1234\n"
    data = HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + picture + text + picture + b"--b--\n"
    assert len(without_attachments(data)) < 10_000
    letter = read_letter(data)
    assert letter is not None
    assert [row.text for row in letter.plain] == ["Order number: AB-1234"]
    assert letter.attachments == ("a.png", "a.png")


def test_a_small_mail_is_left_as_it_is():
    data = HEAD + b"\nx"
    assert without_attachments(data) is data


def test_an_attached_mail_is_not_cut_like_a_file():
    inner = HEAD + b"\n" + b"Order number: AB-1234\n" * 20_000
    part = b'--b\nContent-Type: application/octet-stream; name="a.eml"\n\n' + inner
    letter = read_letter(HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + part + b"\n--b--\n")
    assert letter is not None
    assert letter.forwarded
    assert letter.plain[0].text == "Order number: AB-1234"


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\n" + b"Order number: 12345\n" * 100_000,
        HEAD + b"\n" + b"a" * 5_000_000,
        HEAD + b"\n" + b"1 " * 2_000_000,
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=41" * 2_000_000,
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 2_000_000,
        HEAD + b"Content-Type: text/html\n\n<table>" + b"<tr><td>Order<td>1</tr>" * 100_000,
        HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + ("\ufdfa" * 300_000).encode(),
    ],
    ids=["lines", "one line", "words", "quoted-printable", "soft breaks", "rows", "signs that become many"],
)
def test_the_visible_text_of_a_mail_is_bounded(data):
    letter = read_letter(data)
    assert letter is not None
    assert visible(letter) <= MOST_VISIBLE


def test_memory_stays_bounded_when_an_encoding_is_undone():
    data = HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=41" * 8_000_000
    tracemalloc.start()
    try:
        read_letter(data)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_rows_are_bounded_in_number_and_size():
    rows = bounded(rows_of_text("x\n" * 100_000))
    assert len(rows) <= 20_000
    assert len(tidy("\ufdfa" * 10_000)) <= 2000
    assert len(read_html("<p>x</p>" * 100_000).rows) <= 20_000
    assert len(read_html('<a href="x">y</a>' * 100_000).links) <= 2000


def nest(depth, lines):
    begun = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(depth)
    )
    return HEAD + begun + b"Content-Type: text/plain\n\n" + b"Order number: AB-1234\n" * lines


def test_a_mail_whose_nesting_times_lines_is_too_much_is_not_parsed():
    assert read_letter(nest(10, 10)) is not None
    assert read_letter(nest(61, 10)) is None
    assert read_letter(nest(55, 100_000)) is None
    assert read_letter(HEAD + b"X: y\n" * 200_000) is None


def test_more_mails_within_mails_than_anybody_forwards_are_passed_over():
    data = HEAD + b"\nOrder number: AB-1234\n"
    for _ in range(12):
        data = HEAD + b"Content-Type: message/rfc822\n\n" + data
    letter = read_letter(data)
    assert letter is None or not letter.plain


def test_a_broken_outlook_file_names_the_way():
    for rest in (b"", b"\x00" * 100_000, b"\xff" * 100_000):
        found = intake().recognise("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rest)
        assert found.kind is InputKind.UNKNOWN
        assert any(".eml" in doubt for doubt in found.doubts)


def test_a_pasted_megabyte_is_bounded():
    for text in (
        "ABCD-" * 200_000,
        "ABCD-1234-EFGH-5678\n" * 50_000,
        "Order number " * 80_000,
        "https://a.example/" * 60_000,
    ):
        found = intake().recognise_text("pasted", text)
        assert found.draft is None or len(found.draft.secrets) <= 200
        assert visible(letter_of_text(text)) <= MOST_VISIBLE


def test_a_pile_of_keys_and_links_is_cut():
    links = "".join(f"https://a.example/?download_file={n}&order=wc_order_{n}\n" for n in range(5000))
    keys = "".join(f"License key: AB{n:02d}-1234-EFGH-5678\n" for n in range(3000))
    found = intake().recognise("x", HEAD + b"\n" + (links + keys).encode())
    assert found.draft is not None
    assert len(found.draft.secrets) <= 140
    assert len(found.draft.facts) <= 400


def test_one_broken_mail_of_a_mailbox_takes_no_other_with_it(tmp_path):
    good = next(path for path in mails(GENUINE) if path.name == "byte-order-mark-first.eml").read_bytes()[3:]
    box = tmp_path / "a.mbox"
    broken = [nest(70, 3), HEAD + b"Content-Type: text/plain; charset=klingon\n\n\xff\xfe", b"no header at all\n"]
    box.write_bytes(b"".join(b"From x Mon\n" + mail + b"\n\n" for mail in (*broken, good, *broken, good)))
    found = [*intake().read_file(box, Cancellation())]
    assert [each.kind for each in found] == [InputKind.EMAIL, InputKind.EMAIL]


def test_a_mailbox_is_read_in_pieces_of_any_size():
    text = b"From a Mon\nA: 1\n\nx\n>From y\n\nFrom b Mon\nB: 2\n\nFrom is a word\n\nFrom c\nC: 3\n"
    lines = text.splitlines(keepends=True)
    whole = [*mails_of_mailbox(iter([text]))]
    assert [*mails_of_mailbox(iter(lines))] == whole


@pytest.mark.slow
@pytest.mark.parametrize("path", [*mails(GENUINE)][::4], ids=lambda path: path.name)
def test_a_mail_that_is_cut_off_anywhere_is_read_without_an_error(path):
    data = path.read_bytes()
    steps = range(0, len(data), max(1, len(data) // 25))
    for begin, end in pairwise(steps):
        intake().recognise("x", data[:end])
        intake().recognise("x", data[begin:])


def test_the_kinds_of_files_are_told_apart():
    assert kind_of(b"\x00\x01\x02") is FileKind.OTHER
    assert kind_of(b"<html>") is FileKind.HTML
    assert kind_of(b"hello") is FileKind.TEXT
    assert kind_of(HEAD + b"\nx") is FileKind.EMAIL
    assert kind_of((HEAD + b"\nx").decode().encode("utf-16")) is FileKind.EMAIL
    assert kind_of(b"From a Mon\n" + HEAD + b"\nx") is FileKind.MAILBOX


def test_large_genuine_mails_are_read_like_small_ones(tmp_path):
    """Cutting attachments changes nothing of what is read."""
    path = next(path for path in mails(GENUINE) if path.name == "cleverbridge-de.eml")
    data = path.read_bytes().replace(b"JVBERi0xLjQgaW52ZW50ZWQK", b"QUFB" * 1_000_000)
    assert len(data) > 4_000_000
    (tmp_path / path.name).write_bytes(data)
    (tmp_path / f"{path.name}.json").write_bytes(path.with_name(f"{path.name}.json").read_bytes())
    found = score(tmp_path / path.name)
    assert (found.wrong, found.missing, found.problems) == (frozenset(), frozenset(), ())
