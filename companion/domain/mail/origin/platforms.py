"""Which shop system or payment service sent an e-mail, by its sender, its links and the form of its text."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from companion.domain.purchases.values import host_name

if TYPE_CHECKING:
    from companion.domain.mail.message.letter import Letter


class Platform(enum.StrEnum):
    """A shop system or payment service. The values are those of the JSON output."""

    STORE_API = "storeApi"
    WOOCOMMERCE = "woocommerce"
    EDD = "edd"
    LEMON_SQUEEZY = "lemonSqueezy"
    GUMROAD = "gumroad"
    FASTSPRING = "fastspring"
    PADDLE = "paddle"
    TWO_CHECKOUT = "2checkout"
    CLEVERBRIDGE = "cleverbridge"
    MYCOMMERCE = "mycommerce"
    SHOPIFY = "shopify"
    POLAR = "polar"
    KEYGEN = "keygen"
    STRIPE = "stripe"
    STEAM = "steam"
    HUMBLE = "humble"
    MICROSOFT = "microsoft"
    ITCH = "itch"


TITLES = {
    Platform.STORE_API: "the Store API",
    Platform.WOOCOMMERCE: "WooCommerce",
    Platform.EDD: "Easy Digital Downloads",
    Platform.LEMON_SQUEEZY: "Lemon Squeezy",
    Platform.GUMROAD: "Gumroad",
    Platform.FASTSPRING: "FastSpring",
    Platform.PADDLE: "Paddle",
    Platform.TWO_CHECKOUT: "2Checkout",
    Platform.CLEVERBRIDGE: "Cleverbridge",
    Platform.MYCOMMERCE: "MyCommerce",
    Platform.SHOPIFY: "Shopify",
    Platform.POLAR: "Polar",
    Platform.KEYGEN: "Keygen",
    Platform.STRIPE: "Stripe",
    Platform.STEAM: "Steam",
    Platform.HUMBLE: "Humble Bundle",
    Platform.MICROSOFT: "Microsoft",
    Platform.ITCH: "itch.io",
}

HOSTS: dict[Platform, tuple[str, ...]] = {
    Platform.LEMON_SQUEEZY: ("lemonsqueezy.com", "lemonsqueezy-mail.com"),
    Platform.GUMROAD: ("gumroad.com", "gumroad.net"),
    Platform.FASTSPRING: ("fastspring.com", "onfastspring.com"),
    Platform.PADDLE: ("paddle.com", "paddle.net"),
    Platform.TWO_CHECKOUT: ("2checkout.com", "2co.com", "avangate.com", "avangate.net", "verifone.com"),
    Platform.CLEVERBRIDGE: ("cleverbridge.com",),
    Platform.MYCOMMERCE: ("mycommerce.com", "shareit.com", "digitalriver.com", "regnow.com", "element5.com"),
    Platform.SHOPIFY: ("shopify.com", "shopifyemail.com", "myshopify.com"),
    Platform.POLAR: ("polar.sh",),
    Platform.STRIPE: ("stripe.com",),
    Platform.STEAM: ("steampowered.com",),
    Platform.HUMBLE: ("humblebundle.com",),
    Platform.MICROSOFT: ("microsoft.com", "microsoftonline.com", "microsoftstore.com"),
    Platform.ITCH: ("itch.io",),
}
"""Hosts that belong to the service itself. Payment services sell for many makers, so the sender is not the maker."""

SELLS_FOR_OTHERS = frozenset(
    {
        *(Platform.LEMON_SQUEEZY, Platform.GUMROAD, Platform.FASTSPRING, Platform.PADDLE, Platform.TWO_CHECKOUT),
        *(Platform.CLEVERBRIDGE, Platform.MYCOMMERCE, Platform.POLAR, Platform.STRIPE, Platform.SHOPIFY),
    }
)


class Recognised(NamedTuple):
    """A platform, and by what it was recognised, as part of a sentence ("its sender and its links")."""

    platform: Platform
    by: str


def recognise(letter: Letter) -> Recognised | None:
    """Returns the platform of an e-mail: by its sender, else by its links, else by the form of its text."""
    sender, hosts = letter.sender_domain or "", _hosts(letter)
    of_sender = _of_host(sender)
    of_links = next((found for host in hosts if (found := _of_host(host)) is not None), None)
    for platform, test in _FORMS:
        how = test(letter)
        if how:
            return Recognised(platform, how)
    if of_sender is not None:
        return Recognised(of_sender, "its sender and its links" if of_links is of_sender else "its sender")
    if of_links is not None and of_links not in (Platform.STRIPE, Platform.MICROSOFT, Platform.SHOPIFY):
        return Recognised(of_links, "its links")
    return None


def belongs(host: str, owner: str) -> bool:
    """Whether `host` is `owner` or below it."""
    return host == owner or host.endswith(f".{owner}")


def _hosts(letter: Letter) -> list[str]:
    return [host for link in letter.links[:300] if (host := host_name(link.address))]


def _of_host(host: str) -> Platform | None:
    for platform, owners in HOSTS.items():
        if any(belongs(host, owner) for owner in owners):
            return platform
    return None


def is_woocommerce_download(address: str) -> bool:
    """Whether an address is a download link of WooCommerce (``?download_file=…&order=wc_order_…&key=…``)."""
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        return False
    return "download_file" in query and query.get("order", [""])[0].startswith("wc_order_")


def is_edd_download(address: str) -> bool:
    """Whether an address is a download link of Easy Digital Downloads (``?eddfile=ORDER:ITEM:FILE…``)."""
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        return False
    return "eddfile" in query or ("download_key" in query and "download" in query)


def edd_parts(address: str) -> tuple[str, str] | None:
    """Returns order number and product id out of a download link of Easy Digital Downloads."""
    try:
        value = parse_qs(urlsplit(address).query).get("eddfile", [""])[0]
    except ValueError:
        return None
    parts = value.split(":")
    return (parts[0], parts[1]) if len(parts) >= 3 and parts[0].isdigit() and parts[1].isdigit() else None


WOO_HEADING = re.compile(
    r"(?i)^\[[^\[\]]{1,60}?(?:[#№]\s?|n[o°.]{1,2}\s?|\s)(?P<number>[A-Z0-9-]{0,30}\d[A-Z0-9-]{0,30})\]"
    r"\s*\((?P<date>.{6,60})\)$"
)
"""WooCommerce's heading of an order: "[Order #18] (November 26, 2026)"."""


def _woocommerce(letter: Letter) -> str:
    if any(is_woocommerce_download(link.address) for link in letter.links):
        return "its download links"
    rows = (*letter.plain, *letter.rich)
    if any(WOO_HEADING.match(row.text[:200]) for row in rows[:400]):
        return "the form of its heading"
    if any("woocommerce" in link.address.lower() or "/view-order/" in link.address for link in letter.links):
        return "its links"
    return "its structured data" if any("wc_order_" in block for block in letter.json_ld) else ""


def _edd(letter: Letter) -> str:
    if any(is_edd_download(link.address) for link in letter.links):
        return "its download links"
    renewal = any("edd_license_key=" in link.address or "edd_action=" in link.address for link in letter.links)
    return "its links" if renewal else ""


def _shopify(letter: Letter) -> str:
    by_link = any(belongs(host, "myshopify.com") or belongs(host, "shopify.com") for host in _hosts(letter))
    return "its links" if by_link and not belongs(letter.sender_domain or "", "shopify.com") else ""


_FORMS: tuple[tuple[Platform, Callable[[Letter], str]], ...] = (
    (Platform.WOOCOMMERCE, _woocommerce),
    (Platform.EDD, _edd),
    (Platform.SHOPIFY, _shopify),
)
