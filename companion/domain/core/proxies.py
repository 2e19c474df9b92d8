"""Which proxy a request goes through, by the settings of the system."""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from collections.abc import Mapping
from typing import NamedTuple

USABLE = ("http", "https")
_PORTS = {"http": 80, "https": 443}


class ProxySetting(NamedTuple):
    """A proxy as it is set: `kind` is what the setting is for (``https``, ``all``, ``socks``), `address` may hold a
    password. `scheme` and `place` (host and port) may be shown; None where the address cannot be read."""

    kind: str
    address: str
    scheme: str | None
    place: str | None

    @property
    def is_usable(self) -> bool:
        """Whether requests can go through this proxy."""
        return self.scheme in USABLE and self.place is not None

    @property
    def is_socks(self) -> bool:
        """Whether it is a SOCKS proxy, in any of its versions."""
        return (self.scheme or "").startswith("socks")


def proxy_for(url: str, settings: Mapping[str, str]) -> ProxySetting | None:
    """Returns the proxy that `settings` (by scheme) name for an address; None where it is reached directly.

    ``all`` stands in for a scheme that has no proxy of its own, and ``socks`` for both.
    """
    scheme = urllib.parse.urlsplit(url).scheme
    for kind in (scheme, "all", "socks"):
        if address := settings.get(kind, "").strip():
            return _read(kind, address)
    return None


def _read(kind: str, address: str) -> ProxySetting:
    whole = address if "://" in address else f"{'socks' if kind == 'socks' else 'http'}://{address}"
    try:
        parts = urllib.parse.urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ProxySetting(kind, whole, None, None)
    scheme = "socks" if kind == "socks" and parts.scheme in USABLE else parts.scheme
    place = (f"{host}:{port}" if port else host) if host else None
    return ProxySetting(kind, whole, scheme, place)


def bypasses(url: str, no_proxy: str | None) -> bool:
    """Returns whether `no_proxy` takes an address out: by name and all below it, port, network or ``*``."""
    parts = urllib.parse.urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or _PORTS.get(parts.scheme)
    entries = re.split(r"[,\s]+", (no_proxy or "").lower())
    return any(entry == "*" or (entry and _matches(entry, host, port)) for entry in entries)


def _matches(entry: str, host: str, port: int | None) -> bool:
    number = _address(host)
    if number is not None:
        try:
            return number in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            pass
    name, colon, asked = entry.rpartition(":")
    if colon and asked.isdigit() and "]" not in asked:
        return int(asked) == port and _matches(name, host, port)
    name = entry.strip("[]").removeprefix("*").strip(".")
    return bool(name) and (host == name or (number is None and host.endswith(f".{name}")))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
