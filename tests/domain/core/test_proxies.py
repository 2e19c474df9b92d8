"""Which proxy a request goes through."""

from __future__ import annotations

import pytest

from companion.domain.core.proxies import bypasses, proxy_for

HERE = "https://store.example/x"


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, None),
        ({"https": ""}, None),
        ({"http": "http://p:1"}, None),
        ({"https": "http://p:1", "all": "http://q:2"}, "http://p:1"),
        ({"all": "http://q:2"}, "http://q:2"),
        ({"all": "q:2"}, "http://q:2"),
        ({"https": " q:2 "}, "http://q:2"),
        ({"https": "https://q:2"}, "https://q:2"),
    ],
)
def test_the_proxy_of_an_address(settings: dict[str, str], address: str | None) -> None:
    found = proxy_for(HERE, settings)
    assert (found.address if found else None) == address
    assert found is None or found.is_usable


@pytest.mark.parametrize(
    ("settings", "socks"),
    [
        ({"all": "socks5h://anna:canary@p:1080"}, True),
        ({"https": "socks://p:1080"}, True),
        ({"https": "SOCKS4A://p:1080"}, True),
        ({"socks": "http://p:1080"}, True),
        ({"socks": "p:1080"}, True),
        ({"https": "ftp://p:21"}, False),
        ({"https": "http://p:99999"}, False),
        ({"https": "http://:8080"}, False),
        ({"https": "http://[::1"}, False),
        ({"all": "pac+http://p/x.pac"}, False),
    ],
)
def test_a_proxy_that_cannot_be_used_is_known_as_one(settings: dict[str, str], socks: bool) -> None:
    found = proxy_for(HERE, settings)
    assert found is not None
    assert not found.is_usable
    assert found.is_socks is socks
    assert "canary" not in f"{found.scheme} {found.place} {found.kind}"


@pytest.mark.parametrize(
    ("url", "no_proxy", "direct"),
    [
        (HERE, None, False),
        (HERE, "", False),
        (HERE, ",", False),
        (HERE, "*", True),
        (HERE, "other, *", True),
        (HERE, "store.example", True),
        (HERE, "STORE.example.", True),
        (HERE, ".example", True),
        (HERE, "*.example", True),
        (HERE, "example", True),
        (HERE, "tore.example", False),
        (HERE, "store.example.org", False),
        (HERE, "a.test  store.example", True),
        (HERE, "store.example:443", True),
        (HERE, "store.example:8443", False),
        ("https://store.example:8443/", "store.example:8443", True),
        ("https://10.1.2.3/", "10.0.0.0/8", True),
        ("https://10.1.2.3/", "10.1.2.3", True),
        ("https://10.1.2.3/", "10.1.2.3:443", True),
        ("https://10.1.2.3/", "2.3", False),
        ("https://11.1.2.3/", "10.0.0.0/8", False),
        ("https://[2001:db8::7]/", "2001:db8::/32", True),
        ("https://[2001:db8::7]/", "[2001:db8::7]", True),
        ("https://[2001:db8::7]/", "[2001:db8::7]:443", True),
        ("https://[2001:db8::7]/", "[2001:db8::8]", False),
        (HERE, "10.0.0.0/8,store.example", True),
        (HERE, "not/a/network", False),
    ],
)
def test_what_is_reached_without_a_proxy(url: str, no_proxy: str | None, direct: bool) -> None:
    assert bypasses(url, no_proxy) is direct
