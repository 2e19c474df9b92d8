import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.redaction import REMOVED, redaction

PLAIN = redaction()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Authorization: Bearer abc.DEF-123", "Authorization: •••"),
        ("sent Bearer s3cretTokenValue now", "sent Bearer ••• now"),
        ("GET https://dl.example/f.exe?sig=a1b2&e=9 200", "GET https://dl.example/f.exe?••• 200"),
        ("https://ann:pw@store.example/x", "https://•••@store.example/x"),
        ("https://ann:pw@store.example/x?sig=1", "https://•••@store.example/x?•••"),
        ("to ann.lee+x@mail.example.org today", "to ••• today"),
        ("email=ann%40mail.example.org", "email=•••"),
        ("key ABCD-EF12-3456-GHIJ.", "key •••."),
        ("key ABCDE-FGHIJ-KLMNO-PQRST-UVWXY", "key •••"),
        ("key aBcD-eFgH-iJkL", "key •••"),
        ("key ABCDE FGH12 34567 89012", "key •••"),
        ("key A1B2C3D4E5F6G7H8", "key •••"),
        ("card 4111 1111 1111 1111 declined", "card ••• declined"),
        ("card ending in 12345", "card ending in •••"),
        (r"C:\Users\ann\Downloads\a.exe", r"C:\Users\•••\Downloads\a.exe"),
        (r"C:\Users\Ann Lee\Downloads\a.exe", r"C:\Users\•••\Downloads\a.exe"),
        (r"'C:\\Users\\ann\\a.exe'", r"'C:\\Users\\•••\\a.exe'"),
        (r"in C:\Users\ann", r"in C:\Users\•••"),
        ("file:///C:/Users/Ann%20Lee/a.exe", "file:///C:/Users/•••/a.exe"),
        ("path=C%3A%5CUsers%5Cann%5Ca.exe", "path=C%3A%5CUsers%5C•••%5Ca.exe"),
        ("/home/ann/.cache/companion", "/home/•••/.cache/companion"),
        ("/var/home/ann/x", "/var/home/•••/x"),
        ("/Users/ann/Library: denied", "/Users/•••/Library: denied"),
        ("/mnt/c/Users/ann/x", "/mnt/c/Users/•••/x"),
        ('{"orderPassword": "a\'b \\" c", "n": 1}', '{"orderPassword": "•••", "n": 1}'),
        ("{'token': 'abc'}", "{'token': '•••'}"),
        ("order_password=hunter2&x=1", "order_password=•••&x=1"),
        ("jwt eyJhbGciOi.eyJzdWIi.c2ln", "jwt •••"),
        ("password=••••x y", "password=••• y"),
    ],
)
def test_what_must_not_be_read_is_removed(line, left):
    assert PLAIN(line) == left


@pytest.mark.parametrize(
    "line",
    [
        "Downloading 4096 of 67108864 bytes from https://dl.example/harbour.exe",
        "sha-256 " + "0a" * 32,
        "2027-03-10T12:00:00+00:00 INFO companion.services.download resumed at 1048576",
        "error code 0x80070643, exit code 1603, Windows 10.0.19045",
        "order LF-1001: auto-renewal is off",
        "the well-known long-term plan",
        "the password is wrong",
        "call +1 800 555 0100",
        "WARNING THERE IS NOT ENOUGH SPACE LEFT",
    ],
)
def test_what_support_needs_stays(line):
    assert PLAIN(line) == line


def test_an_order_number_that_looks_like_a_key_can_be_kept():
    line = "order 2027-1001-5555 and key 2027-1001-5556"
    assert redaction(keep=["2027-1001-5555"])(line) == "order 2027-1001-5555 and key •••"


def test_known_secrets_are_removed_however_they_are_written():
    secret = 'pä ß"w\\&1'
    redact = redaction([secret])
    for written in (secret, quote(secret), quote(secret, safe=""), repr(secret), 'x"p\\u00e4 \\u00df\\"w\\\\&1"'):
        assert "w" not in redact(f"<{written}>")


def test_even_a_short_known_secret_goes():
    assert redaction(["7q"])("a7qb") == f"a{REMOVED}b"


PIECES = st.sampled_from(
    [
        *("password", "token", "=", ":", '"', "'", " ", "://", "https", "@", "?", "#", "-", ".", "\\", "/", "\n"),
        *("Users", "home", "C:", "Bearer ", "Authorization: ", "ABCD-1234-EFGH", "4111111111111111", "a.b", "eyJ"),
        *("•", "•••", "%40", "%5C", "ending in 12345", "card ", "x", "é", "\ud800", "1234", "A1B2C3D4E5F6G7H8"),
    ]
)
NASTY = st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=60))


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(NASTY, st.lists(NASTY.filter(bool), max_size=3))
def test_a_second_run_changes_nothing(text, secrets):
    redact = redaction(secrets)
    once = redact(text)
    assert redact(once) == once


CANARY = st.text("bcdfghjkmnpqrstvwxz23456789", min_size=8, max_size=20).map(lambda text: f"Zq{text}7K")


@settings(max_examples=300, deadline=None)
@given(NASTY, CANARY, NASTY)
def test_a_known_secret_never_survives(before, canary, after):
    assert canary not in redaction([canary])(f"{before}{canary}{after}")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        [
            "Authorization: Bearer {}",
            "authorization: Basic {}",
            '"orderPassword":"{}"',
            "'accessToken': '{}'",
            "password={}",
            "client_secret: {}",
            "https://dl.example/f?sig={}",
            "https://dl.example/f?x=1&y={}#z",
            "https://{}@dl.example/f",
            "https://dl.example/cb#access={}",
            "{}@mail.example",
            "C:\\Users\\{}\\x",
            "/home/{}/x",
            "Set-Cookie: id={}; Path=/",
        ]
    ),
    CANARY,
    st.text(" \nabc.,", max_size=8),
)
def test_an_unknown_secret_in_a_usual_place_never_survives(form, canary, around):
    assert canary not in PLAIN(around + " " + form.format(canary) + " " + around)


@pytest.mark.parametrize(
    "unit",
    [
        *("a", "a-", "A1", "1 ", "@", "a@", "://", "https://", "https://a?", "password", "password=", '"password":"'),
        *("C:\\Users\\", "/home/", "a.", "%40", "eyJ", "eyJ.", "Bearer ", "card ", "\\", "•", "1234-", "ABCD-", "'"),
    ],
)
def test_time_stays_proportional_to_the_text(unit):
    def seconds(length):
        text = unit * (length // len(unit))
        begun = time.process_time()
        PLAIN(text)
        return time.process_time() - begun

    # Quadratic work would make 200,000 characters take minutes.
    assert seconds(200_000) < 5
