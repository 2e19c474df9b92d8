import datetime as dt

import pytest

from companion.domain.mail.text.recognise import (
    as_count,
    as_key,
    as_order_number,
    find_amount,
    find_date,
    find_keys,
    says_never,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-01-08", "2027-01-08"),
        ("2027/01/08", "2027-01-08"),
        ("8 January 2027", "2027-01-08"),
        ("8th of January, 2027", "2027-01-08"),
        ("January 8, 2027", "2027-01-08"),
        ("Jan 8th 2027", "2027-01-08"),
        ("08-Jan-2027", "2027-01-08"),
        ("22 Nov, 2026 @ 2:10pm PST", "2026-11-22"),
        ("8. Januar 2027", "2027-01-08"),
        ("8. Jänner 2027", "2027-01-08"),
        ("1er mars 2027", "2027-03-01"),
        ("15 août 2027", "2027-08-15"),
        ("15 AOUT 2027", "2027-08-15"),
        ("8 de enero de 2027", "2027-01-08"),
        ("14 julio, 2026", "2026-07-14"),
        ("8 gennaio 2027", "2027-01-08"),
        ("8 maart 2027", "2027-03-08"),
        ("8 de março de 2027", "2027-03-08"),
        ("2027年1月8日", "2027-01-08"),
        ("08.01.2027", "2027-01-08"),
        ("08.01.27", "2027-01-08"),
        ("25/12/2027", "2027-12-25"),
        ("12/25/2027", "2027-12-25"),
        ("31.02.2027", None),
        ("8 Foo 2027", None),
        ("9999-99-99", None),
        ("tomorrow", None),
        ("1.2.3", None),
        ("0001-01-01", None),
    ],
)
def test_dates(text, day):
    found = find_date(text, day_first=None)
    assert (found.day.isoformat() if found is not None else None) == day
    assert found is None or found.doubtful is None


def test_a_date_whose_day_and_month_could_be_swapped_is_doubtful():
    found = find_date("05/06/2027", day_first=None)
    assert found is not None
    assert {found.day, found.doubtful} == {dt.date(2027, 5, 6), dt.date(2027, 6, 5)}
    known = find_date("05/06/2027", day_first=True)
    assert known is not None
    assert (known.day, known.doubtful) == (dt.date(2027, 6, 5), None)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("€49.00", "49.00 EUR"),
        ("49,00 €", "49.00 EUR"),
        ("EUR 1.049,50", "1049.50 EUR"),
        ("1 049,50 EUR", "1049.50 EUR"),
        ("CHF 1'049.50", "1049.50 CHF"),
        ("US$24", "24.00 USD"),
        ("$24.00 CAD", "24.00 CAD"),
        ("£1,234", "1234.00 GBP"),
        ("12,800円", "12800 JPY"),
        ("¥9,900(税込)", "9900 JPY"),
        ("R$ 1.129,90", "1129.90 BRL"),
        ("€ 249,--", "249.00 EUR"),
        ("-€5.00", "-5.00 EUR"),
        ("49.00", None),
        ("€1.234.56", None),
        ("49.999 EUR and more", "49999.00 EUR"),
        ("€" + "9" * 40, None),
    ],
)
def test_amounts(text, amount):
    found = find_amount(text)
    assert (found.money.plain() if found is not None else None) == amount


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("LF-4821-0937", "LF-4821-0937"),
        ("#18 (November 26, 2026)", "18"),
        ("WIE261001-1200-33301", "WIE261001-1200-33301"),
        ("EUR260824-8841", "EUR260824-8841"),
        ("ZW/2026/00817.", "ZW/2026/00817"),
        ("EUR 49.00", None),
        ("$49.00", None),
        ("26.03.2026", None),
        ("18 items", None),
        ("pending", None),
        ("", None),
        ("9" * 300, None),
    ],
)
def test_order_numbers(text, number):
    assert as_order_number(text) == number


@pytest.mark.parametrize(
    ("text", "labelled", "key"),
    [
        ("ABCD-1234-EFGH-5678", False, "ABCD-1234-EFGH-5678"),
        ("ABCD-1234-EFGH-5678.", False, "ABCD-1234-EFGH-5678"),
        ("1b2c3d4e5f60718293a4b5c6d7e8f901", False, "1b2c3d4e5f60718293a4b5c6d7e8f901"),
        ("JACA 1188 22KL 90PQ 7XYZ", True, "JACA 1188 22KL 90PQ 7XYZ"),
        ("bGljZW5jZS1rZXkgaXMgaGVyZQ==", True, "bGljZW5jZS1rZXkgaXMgaGVyZQ=="),
        ("4410-9920-1188-3377", True, "4410-9920-1188-3377"),
        ("setup-1.2.3.exe", True, None),
        ("your-key-is-below", True, None),
        ("https://shop.example/AAAA-1111-BBBB", True, None),
        ("26.03.2026", True, None),
        ("2026-03-26", True, None),
        ("none", True, None),
        ("A" * 600, True, None),
    ],
)
def test_keys(text, labelled, key):
    assert as_key(text, labelled=labelled) == key


def test_what_can_hardly_be_anything_but_a_key_is_found_in_a_line():
    assert find_keys("Keep ABCD-1234-EFGH-5678 in a safe place, order 2026-01-02") == ["ABCD-1234-EFGH-5678"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3", 3),
        ("up to 5 devices", 5),
        ("3台", 3),
        ("bis zu 2 Geräte", 2),
        ("0", None),
        ("many", None),
        ("3 or 4", None),
    ],
)
def test_counts(text, count):
    assert as_count(text) == count


@pytest.mark.parametrize("text", ["Never", "lifetime", "Jamais", "Nunca", "Mai", "Nooit", "unbefristet", "無期限"])
def test_words_that_say_never(text):
    assert says_never(text)


def test_a_blank_is_not_never():
    assert not says_never("")
