"""HTTP sessions with the operating system's certificates and proxies, and without stored credentials."""

from __future__ import annotations

import base64
import http.cookiejar
import logging
import os
import re
import ssl
import urllib.parse
import urllib.request
from typing import Any

import requests
import requests.adapters
import urllib3

from companion import __version__
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.proxies import ProxySetting, bypasses, proxy_for
from companion.domain.core.words.error_words import failure
from companion.domain.entitlements.order_lookup import is_loopback
from companion.services.http.happy_eyeballs import POOLS

USER_AGENT = f"Companion/{__version__}"
CONNECT_SECONDS = 6.0
READ_SECONDS = 20.0


def proxies_for(url: str) -> dict[str, str]:
    """Returns the proxy that the operating system has set for `url`, by its scheme; none for this PC itself.

    Raises `CompanionError` ``proxy-unusable`` for a proxy of a kind that cannot be used.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.hostname is None or is_loopback(parts.hostname):
        return {}
    named = urllib.request.getproxies_environment()
    if bypasses(url, named.get("no")) or urllib.request.proxy_bypass(parts.hostname):
        return {}
    found = proxy_for(url, named if set(named) - {"no"} else _system_proxies())
    if found is None:
        return {}
    if not found.is_usable:
        raise _unusable(found)
    return {parts.scheme: found.address}


def _system_proxies() -> dict[str, str]:
    """The proxies of Windows' or macOS' own settings. `getproxies` passes over them once ``no_proxy`` is set."""
    for name in ("getproxies_registry", "getproxies_macosx_sysconf"):
        if reading := getattr(urllib.request, name, None):
            found: dict[str, str] = reading()
            return found
    return {}


def _unusable(proxy: ProxySetting) -> CompanionError:
    """The error for a proxy that cannot be used; it names the setting, and never its user and password."""
    variables = [name for name in os.environ if name.lower() == f"{proxy.kind}_proxy"]
    setting = f"The setting {min(variables, key=str.isupper)}" if variables else "The proxy setting of this PC"
    kind = "a SOCKS proxy" if proxy.is_socks else "a proxy of a kind that is not known"
    where = f" ({proxy.scheme}://{proxy.place})" if proxy.place and proxy.scheme else ""
    said = f"{setting} names {kind}{where}." if where else f"{setting} names a proxy, but its address cannot be read."
    return failure(ErrorCode.PROXY_UNUSABLE, message=f"{said} Companion can only use HTTP and HTTPS proxies.")


class _SystemTrustAdapter(requests.adapters.HTTPAdapter):
    """Checks servers against the operating system's certificates instead of a bundled list."""

    def __init__(self, retry: urllib3.Retry, connections: int) -> None:
        self._context: ssl.SSLContext | None = None
        super().__init__(max_retries=retry, pool_connections=connections, pool_maxsize=connections)

    def _trust(self) -> ssl.SSLContext:
        # Made late: a store on loopback never needs it, and loading it costs start-up time.
        if self._context is None:
            import truststore

            self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return self._context

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools whose connections race the addresses of a host."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> Any:
        """Replace the bundled list of certificates that requests would load by the system's."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool = {"ssl_context": self._trust(), "cert_reqs": "CERT_REQUIRED"}
        return host, pool

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._trust(), **options)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """The log-in for `proxy`, in UTF-8 as browsers send it; requests would send Latin-1, or fail where it ends."""
        user, password = requests.utils.get_auth_from_url(proxy)
        if not user:
            return {}
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {token}"}

    def cert_verify(self, *_: Any) -> None:
        """Keep requests from setting its bundled list on a pool that checks against the system's."""


class _SystemSession(requests.Session):
    """A session that asks the operating system for its proxies at every request, so that a changed network counts."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        options.setdefault("proxies", proxies_for(str(url)))
        options.setdefault("timeout", (CONNECT_SECONDS, READ_SECONDS))
        options.setdefault("allow_redirects", False)
        return super().request(method, url, *args, **options)

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Returns None: requests would read a redirect's whole body to prepare a request that is not sent."""
        return None


class _WithoutQueries(logging.Filter):
    """Cuts queries, which may hold signatures, out of what urllib3 logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record's arguments in place."""
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(each) for each in record.args)
        return True


def _without_query(value: object) -> object:
    if isinstance(value, int | float) or "?" not in str(value):
        return value
    return re.sub(r"\?\S*", "?…", str(value))


for _name in ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "urllib3.poolmanager"):
    logging.getLogger(_name).addFilter(_WithoutQueries())


def new_session(*, retry: urllib3.Retry | None = None, connections: int = 4) -> requests.Session:
    """Returns a session that follows no redirect by itself and sends nothing that was not given to it.

    It keeps no cookies, ignores ``.netrc`` and environment certificates' overrides (`trust_env` is off) and does not
    retry unless `retry` says so. Time limits default to 6 s for connecting and 20 s between bytes.
    """
    session = _SystemSession()
    session.trust_env = False
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    adapter = _SystemTrustAdapter(retry or urllib3.Retry(0, redirect=0, read=False), connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
