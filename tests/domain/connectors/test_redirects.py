"""Where a key may follow a redirect to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.connectors.redirects import following_address

SHOP = "https://shop.example/"


@pytest.mark.parametrize(
    ("asked", "location", "leads_to"),
    [
        (SHOP, "https://www.shop.example/", "https://www.shop.example/"),
        ("https://www.shop.example/", SHOP, SHOP),
        (SHOP, "/de/", "https://shop.example/de/"),
        (SHOP, "https://SHOP.example:443/", "https://SHOP.example:443/"),
        ("http://127.0.0.1:5000/", "/x", "http://127.0.0.1:5000/x"),
        ("http://localhost/", "https://localhost/", "https://localhost/"),
        (SHOP, "http://shop.example/", None),
        (SHOP, "https://shop.example:8443/", None),
        ("https://shop.example:8443/", SHOP, None),
        ("http://127.0.0.1:5000/", "http://127.0.0.1/", None),
        ("http://127.0.0.1:5000/", "https://127.0.0.1/", None),
        (SHOP, "https://accounts.shop.example/", None),
        (SHOP, "https://shop.example.evil.example/", None),
        (SHOP, "https://shop.example@evil.example/", None),
        (SHOP, "https://user@shop.example/", None),
        (SHOP, "//evil.example/", None),
        (SHOP, "ftp://shop.example/", None),
        (SHOP, "http://[", None),
        (SHOP, "https://shop.example:99999/", None),
        (SHOP, "javascript:alert(1)", None),
    ],
)
def test_only_the_same_server_is_followed(asked: str, location: str, leads_to: str | None) -> None:
    assert following_address(asked, location) == leads_to


@pytest.mark.slow
@given(st.text(max_size=60))
def test_no_location_leads_elsewhere(location: str) -> None:
    found = following_address(SHOP, location)
    assert found is None or found.lower().startswith(("https://shop.example", "https://www.shop.example"))
