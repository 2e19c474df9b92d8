"""What is dropped and is no e-mail is named, with what to do instead; texts that only begin like one are read."""

from __future__ import annotations

import pytest

from companion.domain.mail.message.other_files import link_in, other_file


@pytest.mark.parametrize(
    ("head", "name", "words", "advice"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "invoice.pdf", "document (PDF)", "copy it and paste it here"),
        (b"%PDF-1.4", "invoice", "document (PDF)", "the e-mail that it came with"),
        (b"\x89PNG\r\n\x1a\n\0\0", "screen.png", "picture", "by hand"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "photo.jpg", "picture", "by hand"),
        (b"BM\x36\0\0\0\0\0\0\0", "scan.bmp", "picture", "by hand"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "shop.webp", "picture", "by hand"),
        (b"\0\0\0\x1cftypheic\0\0", "photo.heic", "picture", "by hand"),
        (b"PK\x03\x04\x14\0", "order.docx", "document", "copy it"),
        (b"{\\rtf1\\ansi", "order.rtf", "document", "copy it"),
        (b"PK\x03\x04\x14\0", "mails.tgz", "archive", "Unpack it first"),
        (b"\x1f\x8b\x08\0", "mails.tar.gz", "archive", "Unpack it first"),
        (b"L\0\0\0\x01\x14\x02\0", "Harbour", "shortcut", "what it points to"),
        (b"MZ\x90\0\x03\0", "setup.part", "program", "Install a file…"),
        (b"\x7fELF\x02\x01\x01\0", "harbour", "program", "Install a file…"),
    ],
)
def test_it_says_what_a_file_is_and_what_to_do(head: bytes, name: str, words: str, advice: str) -> None:
    found = other_file(head, name)
    assert found is not None
    assert words in found.what
    assert advice in found.advice


@pytest.mark.parametrize(
    "head",
    [
        b"From: shop@harbour.example\n",
        b"BMW, your order 4711",
        b"MZ-4711-ABCD",
        b"1234ftyp",
        b"",
        b"<html>",
        b"Order 4711",
    ],
)
def test_a_text_is_never_taken_for_something_else(head: bytes) -> None:
    assert other_file(head, "order.txt") is None


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"[InternetShortcut]\r\nIDList=\r\nURL=https://shop.example/order/4711\r\n", "Shop.url"),
        ("[InternetShortcut]\r\nURL=https://shop.example/order/4711\r\n".encode("utf-16"), "Shop.url"),
        (b"[Desktop Entry]\nType=Link\nURL[$e]=https://shop.example/order/4711\n", "Shop.desktop"),
        (
            b"<dict><key>URL</key>\n<string>https://shop.example/order/4711</string></dict>",
            "Shop.webloc",
        ),
    ],
)
def test_the_link_that_a_browser_left_on_the_desktop_is_found(data: bytes, name: str) -> None:
    assert link_in(data, name) == "https://shop.example/order/4711"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"[InternetShortcut]\r\nURL=file:///etc/passwd\r\n", "Shop.url"),
        (b"[Desktop Entry]\nExec=rm -rf ~\n", "Shop.desktop"),
        (b"URL=https://shop.example", "mail.eml"),
        (b"", "Shop.webloc"),
    ],
)
def test_nothing_else_in_such_a_file_is_followed(data: bytes, name: str) -> None:
    assert link_in(data, name) is None
