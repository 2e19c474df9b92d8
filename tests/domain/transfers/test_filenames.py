"""File names that every system accepts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError
from companion.domain.transfers.filenames import (
    LONGEST,
    filename_of_disposition,
    filename_of_url,
    name_in_address,
    name_of_download,
    order_folder,
    safe_filename,
    store_folder,
)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("Setup 2.1 (x64).exe", "Setup 2.1 (x64).exe"),
        ("Größe–日本.msi", "Größe–日本.msi"),
        ("../../x", "x"),
        ("..\\..\\x", "x"),
        ("C:\\Windows\\x.exe", "x.exe"),
        ("a:b", "a_b"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("COM1 .txt", "_COM1 .txt"),
        ("LPT9.a.b", "_LPT9.a.b"),
        ("console.txt", "console.txt"),
        ("x.exe. . ", "x.exe"),
        ("a\x00b\nc", "a_b_c"),
        ("fdp\u202eexe.pdf", "fdpexe.pdf"),
        ('<>"|?*', None),
        ("..", None),
        ("", None),
        ("a/", None),
        ("...", None),
    ],
)
def test_filenames(given_name: str, safe: str | None) -> None:
    if safe is None:
        with pytest.raises(CompanionError, match="no usable name"):
            safe_filename(given_name)
    else:
        assert safe_filename(given_name) == safe


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_safe_names_are_safe_and_stay_as_they_are(text: str) -> None:
    try:
        name = safe_filename(text)
    except CompanionError:
        return
    assert 0 < len(name.encode()) <= LONGEST
    assert not set(name) & set('<>:"/\\|?*\x00')
    assert not name.endswith((".", " "))
    assert safe_filename(name) == name


def test_name_of_a_url() -> None:
    assert filename_of_url("https://a.example/b/Setup%20x.exe?sig=1#f") == "Setup x.exe"
    assert filename_of_url("https://a.example/b/..%2F..%2Fx") == "x"
    with pytest.raises(CompanionError):
        filename_of_url("https://a.example/")


@pytest.mark.parametrize("number", ["LF-5930-2216", "1001", "A" * 60])
def test_a_usual_order_number_is_the_name_of_its_folder(number: str) -> None:
    assert order_folder(number) == number


_NUMBERS = [
    "AB/1",
    "AB_1",
    "AB-1",
    "ab-1",
    "AB 1",
    "AB\\1",
    "",
    "order",
    "ORDER",
    "x" * 61,
    "x" * 62,
    "X" * 61,
    "X" * 62,
]
_LIKE_A_FOLDER = [order_folder("AB/1"), order_folder("AB/1").upper(), order_folder("")]


def test_two_orders_never_share_a_folder_even_where_case_does_not_count() -> None:
    numbers = [*_NUMBERS, *_LIKE_A_FOLDER]
    assert len({order_folder(number).casefold() for number in numbers}) == len(numbers)


@given(st.lists(st.text("aAB1-_/. ", max_size=6), unique=True, min_size=2, max_size=20))
def test_different_numbers_have_different_folders(numbers: list[str]) -> None:
    assert len({order_folder(number).casefold() for number in numbers}) == len(numbers)


@pytest.mark.parametrize(
    "number", ["../../etc", "/abs", "..", "a\\b", "x" * 300, "", "CON", "nul", "COM1", "CON\n", "é"]
)
def test_an_order_folder_is_one_harmless_name_everywhere(number: str) -> None:
    name = order_folder(number)
    assert safe_filename(name) == name
    assert len(name) <= 60
    assert name.isascii()


def test_each_address_of_a_store_has_a_readable_folder_of_its_own() -> None:
    host = "https://shop.example"
    names = [
        store_folder(address) for address in (host, f"{host}:8443", f"{host}/a", f"{host}/b", "https://shop_example")
    ]
    assert len(set(names)) == 5
    assert all(name.startswith("shop_example_") and safe_filename(name) == name for name in names)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('attachment; filename="setup.exe"', "setup.exe"),
        ("attachment; filename=setup.exe", "setup.exe"),
        ("ATTACHMENT ;FileName = setup.exe ", "setup.exe"),
        ('attachment; filename="a;b \\"c\\".exe"; size=3', 'a;b "c".exe'),
        ("attachment; filename*=UTF-8''%e2%82%ac%20rates.exe; filename=rates.exe", "€ rates.exe"),
        ("attachment; filename=rates.exe; filename*=utf-8'en'%e2%82%ac.exe", "€.exe"),
        ("attachment; filename*=iso-8859-1''%e4.exe", "ä.exe"),
        ("attachment; filename*=shift_jis''%83.exe; filename=plain.exe", "plain.exe"),
        ("attachment; filename*=nonsense; filename=plain.exe", "plain.exe"),
        ("attachment; filename=first.exe; filename=second.exe", "first.exe"),
        ('attachment; filename="Gr\u00c3\u00b6\u00c3\u009fe.exe"', "Größe.exe"),
        ('attachment; filename="unterminated.exe', '"unterminated.exe'),
        ("attachment", None),
        ("attachment; filename=", None),
        ('attachment; filename=""', None),
        ("", None),
        ("filename=bare.exe", "bare.exe"),
    ],
)
def test_the_name_in_a_content_disposition(field: str, name: str | None) -> None:
    assert filename_of_disposition(field) == name


@given(st.text(max_size=300))
def test_any_content_disposition_leads_to_a_safe_name(field: str) -> None:
    for text in (field, f'attachment; filename="{field}"', f"attachment; filename*=UTF-8''{field}"):
        name = name_of_download(filename_of_disposition(text), "https://a.example/", None)
        assert safe_filename(name) == name


def test_a_very_long_content_disposition_is_read_in_bounded_time() -> None:
    assert filename_of_disposition("; a=" * 1_000_000 + "; filename=x") is None
    assert filename_of_disposition('; filename="' + "\\" * 1_000_000) is not None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/files/setup.exe?x=1", "setup.exe"),
        ("https://a.example/index.php?eddfile=1:2:3", None),
        ("https://a.example/?download_file=3", None),
        ("https://a.example", None),
        ("https://a.example/..", None),
        ("https://[", None),
    ],
)
def test_a_script_or_nothing_names_no_file(url: str, name: str | None) -> None:
    assert name_in_address(url) == name


@pytest.mark.parametrize(
    ("told", "url", "fallback", "name"),
    [
        ("told.exe", "https://a.example/address.exe", "Product", "told.exe"),
        ("...", "https://a.example/address.exe", "Product", "address.exe"),
        (None, "https://a.example/index.php", "Product: One", "Product_ One"),
        (None, "https://a.example/", None, "download"),
        ("..", "https://a.example/", "///", "download"),
    ],
)
def test_the_name_of_a_download(told: str | None, url: str, fallback: str | None, name: str) -> None:
    assert name_of_download(told, url, fallback) == name
