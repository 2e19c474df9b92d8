"""The demo's ordinary shops, asked as the real systems are."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from companion.demo.shops import edd, woocommerce
from companion.demo.shops.files import archive

EXPIRES = dt.date(2027, 5, 9)
HERE = "https://companion-0a1b.invalid"


@pytest.fixture
def edd_shop(tmp_path: Path) -> Iterator[edd.EddShop]:
    with contextlib.closing(edd.EddShop(tmp_path, expires=EXPIRES)) as shop:
        yield shop


@pytest.fixture
def woo_shop() -> Iterator[woocommerce.WooCommerceShop]:
    with contextlib.closing(woocommerce.WooCommerceShop()) as shop:
        yield shop


def ask(shop: edd.EddShop, action: str, **fields: str) -> dict[str, Any]:
    form = {"edd_action": action, "license": edd.KEY, "item_id": "44", "url": HERE, **fields}
    answer = requests.post(shop.url, form, timeout=10)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_looking_takes_no_seat(edd_shop: edd.EddShop) -> None:
    for _ in range(3):
        told = ask(edd_shop, "check_license")
    assert (told["license"], told["site_count"], told["activations_left"]) == ("inactive", 0, 3)
    assert told["expires"] == "2027-05-09 23:59:59"
    assert edd_shop.sites == []


def test_a_seat_is_taken_once_and_outlives_the_shop(edd_shop: edd.EddShop, tmp_path: Path) -> None:
    assert ask(edd_shop, "activate_license")["site_count"] == 1
    assert ask(edd_shop, "activate_license", url="http://WWW.companion-0a1b.invalid:8080/x")["site_count"] == 1
    assert ask(edd_shop, "check_license")["license"] == "valid"
    assert ask(edd_shop, "check_license", url="https://other.invalid")["license"] == "site_inactive"
    edd_shop.close()
    with contextlib.closing(edd.EddShop(tmp_path, expires=EXPIRES)) as again:
        assert ask(again, "deactivate_license")["license"] == "deactivated"
        assert ask(again, "deactivate_license")["license"] == "failed"
        assert ask(again, "check_license")["site_count"] == 0


def test_more_seats_than_there_are_are_refused(edd_shop: edd.EddShop) -> None:
    for number in range(3):
        assert ask(edd_shop, "activate_license", url=f"https://pc{number}.invalid")["success"]
    refused = ask(edd_shop, "activate_license")
    assert (refused["success"], refused["error"], refused["max_sites"]) == (False, "no_activations_left", 3)
    assert len(edd_shop.sites) == 3


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"license": "wrong"}, "missing"),
        ({"item_id": "45"}, "invalid_item_id"),
        ({"item_id": "", "item_name": "Another"}, "item_name_mismatch"),
        ({"url": ""}, "missing_url"),
    ],
)
def test_what_cannot_be_activated(edd_shop: edd.EddShop, fields: dict[str, str], error: str) -> None:
    assert ask(edd_shop, "activate_license", **fields)["error"] == error
    assert edd_shop.sites == []


def test_an_unknown_key_and_an_unknown_product(edd_shop: edd.EddShop) -> None:
    unknown = ask(edd_shop, "check_license", license="wrong")
    assert (unknown["success"], unknown["license"]) == (False, "invalid")
    assert ask(edd_shop, "get_version")["new_version"] == edd.NEWEST_VERSION
    other = ask(edd_shop, "get_version", item_id="0")
    assert other["new_version"] is False
    assert other["msg"]


def test_the_receipts_link_leads_to_the_file(edd_shop: edd.EddShop) -> None:
    answer = requests.get(edd_shop.link, timeout=10)
    assert answer.content == archive(edd.PRODUCT)
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    wrong = requests.get(edd_shop.link.replace("token=", "token=x"), timeout=10)
    assert (wrong.status_code, wrong.headers["Content-Type"].partition(";")[0]) == (403, "text/html")
    assert requests.get(edd_shop.url, timeout=10).headers["Content-Type"].startswith("text/html")


def test_the_order_mails_link_leads_to_the_file(woo_shop: woocommerce.WooCommerceShop) -> None:
    whole = requests.get(woo_shop.link, timeout=10)
    assert whole.content == archive(woocommerce.PRODUCT)
    assert woocommerce.FILE in whole.headers["Content-Disposition"]
    assert "ETag" not in whole.headers
    rest = requests.get(woo_shop.link, headers={"Range": "bytes=1000-"}, timeout=10)
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    past = requests.get(woo_shop.link, headers={"Range": f"bytes={len(whole.content)}-"}, timeout=10)
    assert past.status_code == 416


def test_other_addresses_are_pages_for_people(woo_shop: woocommerce.WooCommerceShop) -> None:
    for path, status in (("/", 200), ("/wp-json/", 404), ("/?download_file=31&order=wc_order_x&key=y", 404)):
        answer = requests.get(f"{woo_shop.url}{path}", timeout=10)
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, "text/html")
