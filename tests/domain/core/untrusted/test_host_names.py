"""Host names that imitate others are found, and those of languages are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.untrusted.host_names import (
    ascii_host,
    ascii_netloc,
    imitation_of,
    imitation_sentence,
    latin_look,
)

IMITATING = {
    "p\u0430ypal.com": "paypal.com",
    "\u0430\u0440\u0440\u04cf\u0435.com": "apple.com",
    "xn--80ak6aa92e.com": "apple.com",
    "www.micr\u03bfsoft.com": "www.microsoft.com",
    "\u03bf\u03bf\u03ba.com": "ook.com",
    "g\u043e\u043egle.co.uk": "google.co.uk",
    "g\u0585\u0585gle.com": "google.com",
    "shop.larkf\u0456eld.example": "shop.larkfield.example",
    "LARKF\u0406ELD.example": "larkfield.example",
    "p\u0430ypal\u3002com": "paypal.com",
    "p\u0430ypal.\u0440\u0444": "paypal.p\u0444",
}
HONEST = [
    "larkfield.example", "127.0.0.1", "localhost", "[::1]", "", ".", "m\u00fcller.de", "xn--mller-kva.de",
    "caf\u00e9-no\u00ebl.fr", "\u043f\u0440\u0438\u0432\u0435\u0442.com",
    "\u043f\u0440\u0438\u0432\u0435\u0442.\u0440\u0444",
    "\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac.gr", "\u6771\u4eac\u30bf\u30ef\u30fc.jp",
    "abc\u65e5\u672c\u3054.jp",
    "\ud55c\uad6d.kr", "xn--", "xn--\u00e4", "a--b.com", "\u0441\u043e\u0440.\u0440\u0444", "stra\u00dfe.de",
]  # fmt: skip


@pytest.mark.parametrize(("host", "look"), IMITATING.items())
def test_what_imitates_is_named_with_what_it_looks_like(host: str, look: str) -> None:
    assert imitation_of(host) == look
    assert latin_look(host) == look
    sentence = imitation_sentence(host)
    assert sentence is not None
    assert "xn--" in sentence
    assert look in sentence


@pytest.mark.parametrize("host", HONEST)
def test_what_languages_write_is_left_alone(host: str) -> None:
    assert imitation_of(host) is None
    assert imitation_sentence(host) is None


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("M\u00fcller.DE", "xn--mller-kva.de"),
        ("\u0430\u0440\u0440\u04cf\u0435.com", "xn--80ak6aa92e.com"),
        ("shop.example", "shop.example"),
        ("a\u202eb.example", "ab.example"),
        ("0 \u2024", "0."),
        ("shop\u2024example", "shop.example"),
    ],
)
def test_a_host_is_shown_in_its_ascii_form(host: str, shown: str) -> None:
    assert ascii_host(host) == shown


@pytest.mark.parametrize(
    ("netloc", "shown"),
    [
        ("Shop.example:8443", "shop.example:8443"),
        ("m\u00fcller.de:80", "xn--mller-kva.de:80"),
        ("[::1]:5", "[::1]:5"),
        # An empty port is the usual one (RFC 3986, 6.2.3).
        ("Shop.example:", "shop.example"),
        ("m\u00fcller.de:", "xn--mller-kva.de"),
        ("[::1]:", "[::1]"),
        (":", ""),
    ],
)
def test_a_port_stays_with_its_host(netloc: str, shown: str) -> None:
    assert ascii_netloc(netloc) == shown


@given(st.text(max_size=300))
def test_nothing_that_is_shown_can_act(host: str) -> None:
    shown = ascii_host(host)
    assert shown.rstrip("\u2026").isascii()
    assert ascii_host(shown) == shown or "\u2026" in shown
    imitation_sentence(host)
