"""Addresses that imitate others: typed, dropped, in an e-mail, of a store, and opened."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.errors import CompanionError
from companion.domain.entitlements.order_lookup import check_store_url
from companion.domain.mail.inputs import InputKind
from companion.domain.purchases.facts import Field
from companion.domain.purchases.values import host_name, web_text
from companion.services.http.addresses import require_safe_url
from companion.services.platforms.common import web_pages
from companion.services.purchases.intake import Intake

NOW = dt.datetime(2026, 7, 21, 7, 7, 7, tzinfo=dt.UTC)
MIXED = "p\u0430ypal.com"
WHOLE = "\u0430\u0440\u0440\u04cf\u0435.com"
HOSTS = (MIXED, WHOLE, "xn--80ak6aa92e.com")
BRANDS = {"Larkfield": ("larkfield.com",)}


def intake() -> Intake:
    return Intake(lambda: NOW, brands=lambda: BRANDS)


def mail(sender: str, body: str) -> bytes:
    return (
        f"From: Shop <sales@{sender}>\r\nSubject: Your order\r\nDate: Tue, 21 Jul 2026 07:07:07 +0000\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{body}"
    ).encode()


ORDER = "<p>Order number: BK-4410</p><p>Product: Brook Delay</p><p>License key: BRK1-QQ22-WW33-EE44</p>"


@pytest.mark.parametrize("host", HOSTS)
def test_no_store_is_added_whose_address_imitates(host: str) -> None:
    with pytest.raises(CompanionError) as refused:
        check_store_url(f"https://shop.{host}/store")
    assert refused.value.code == "bad-store-url"
    assert "xn--" in refused.value.message


@pytest.mark.parametrize("host", HOSTS)
def test_nothing_is_asked_or_opened_there(host: str) -> None:
    for refuse in (require_safe_url, lambda url: web_pages.checked(url, frozenset({"https"}))):
        with pytest.raises(CompanionError) as refused:
            refuse(f"https://{host}/x")
        assert "to be taken for" in refused.value.message


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["", "/shop", "/files/setup.exe", "/?download_file=1&order=wc_order_x&email=a&key=b"])
def test_what_is_pasted_is_warned_of(host: str, path: str) -> None:
    found = intake().recognise_text("x", f"https://{host}{path}")
    assert found.kind in (InputKind.STORE_ADDRESS, InputKind.LINK)
    assert found.warning is not None
    assert "xn--" in found.warning
    assert f"{found.address}{found.reason}".isascii()


def test_an_address_that_only_looks_like_one_of_the_directory_is_warned_of() -> None:
    for host in ("1arkfield.com", "larkf\u00efeld.com", "lark-field.com"):
        found = intake().recognise_text("x", f"https://{host}/")
        assert found.warning is not None, host
        assert "Larkfield" in found.warning
    assert intake().recognise_text("x", "https://larkfield.com/").warning is None


@pytest.mark.parametrize("host", HOSTS)
def test_an_e_mail_from_there_is_warned_of(host: str) -> None:
    found = intake().recognise("x", mail(host, ORDER))
    assert found.warning is not None
    assert "xn--" in found.warning
    assert found.draft is not None
    domains = [fact.value for fact in found.draft.facts if fact.field is Field.SENDER_DOMAIN]
    assert all(domain.isascii() for domain in domains)


@pytest.mark.parametrize("host", HOSTS)
def test_an_e_mail_that_leads_there_is_warned_of(host: str) -> None:
    found = intake().recognise("x", mail("brookaudio.example", f"{ORDER}<a href='https://{host}/in'>Sign in</a>"))
    assert found.warning is not None
    assert "not what it seems" in found.warning


def test_addresses_of_languages_are_shown_in_ascii_and_work() -> None:
    assert check_store_url("https://m\u00fcller.de/") == "https://xn--mller-kva.de"
    assert web_text("https://m\u00fcller.de:8443/ab?c=\u00e4") == "https://xn--mller-kva.de:8443/ab?c=\u00e4"
    assert host_name("https://M\u00fcller.de/x") == "xn--mller-kva.de"
    assert require_safe_url("https://m\u00fcller.de/x")
    found = intake().recognise_text("x", "https://m\u00fcller.de/")
    assert (found.warning, found.reason) == (None, "The address of a web page at xn--mller-kva.de.")
