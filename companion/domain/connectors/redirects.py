"""Whether a redirect may be followed with a key in the form: only to the very server that was asked."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

_PORTS = {"https": 443, "http": 80}


def following_address(asked: str, location: str) -> str | None:
    """Returns the address that a redirect from `asked` leads to, or None where it leads to another server.

    The same server is the same host, with or without ``www.``, at the same port; from http to https only where both
    have their usual ports. A malformed `location` leads nowhere.
    """
    try:
        target = urljoin(asked, location)
        before, after = urlsplit(asked), urlsplit(target)
        same = _host(before) == _host(after) != "" and _same_port(before, after)
    except ValueError:
        return None
    return target if same and "@" not in after.netloc else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower().removeprefix("www.")


def _same_port(before: SplitResult, after: SplitResult) -> bool:
    usual = [parts.port in (None, _PORTS.get(parts.scheme)) for parts in (before, after)]
    if before.scheme == after.scheme:
        return all(usual) or before.port == after.port
    return all(usual) and (before.scheme, after.scheme) == ("http", "https")
