"""What a person typed to find an order: tidied, checked, and told which input to look at when it cannot be right."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.core.untrusted.host_names import ascii_netloc, imitation_sentence

# Hyphens, dashes and minus signs that word processors and web pages put where a plain one was meant.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
# Zero-width signs and the soft hyphen: pasted along, never seen.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_LOCAL_HOSTS = ("localhost",)


def tidy_order_number(text: str) -> str:
    """The order number as the store writes it: no blanks, plain dashes and digits, no leading ``#``.

    Letters keep their case. Raises `CompanionError` ``bad-order-number``.
    """
    number = _plain(text).lstrip("#")
    if not number:
        raise _wrong(
            ErrorCode.BAD_ORDER_NUMBER, "The order number is missing", "No order number was given.", _NUMBER_HINT
        )
    if "@" in number:
        raise _wrong(
            ErrorCode.BAD_ORDER_NUMBER,
            "That is an e-mail address",
            "An e-mail address was given where the order number belongs.",
            "To find your orders by e-mail address, choose that way and have your card at hand.",
        )
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?", number):
        raise _wrong(
            ErrorCode.BAD_ORDER_NUMBER,
            "Check the order number",
            "An order number has only letters, digits and dashes in it, and not more than 64.",
            _NUMBER_HINT,
        )
    return number


def known_number(typed: str, known: Iterable[str]) -> str:
    """The known order number that is meant, however its capitals and dashes were typed; else `typed` as it is."""
    plain = typed.replace("-", "").casefold()
    alike = [number for number in known if number.replace("-", "").casefold() == plain]
    return alike[0] if len(alike) == 1 else typed


def tidy_email(text: str) -> str:
    """The e-mail address without blanks, ``mailto:`` or angle brackets; the part after @ in lower case.

    Raises `CompanionError` ``bad-email``; whether the address exists only the store knows.
    """
    address = _without_invisible(unicodedata.normalize("NFKC", text)).strip()
    address = re.sub(r"(?i)^mailto:", "", address.strip("<>")).strip("<> \t")
    local, at, domain = address.rpartition("@")
    fits = at and local and re.fullmatch(r"[^\s@<>,;\"\\]{1,64}", local) and _is_domain(domain)
    if not fits or len(address) > 254:
        raise _wrong(
            ErrorCode.BAD_EMAIL,
            "Check the e-mail address",
            "This does not look like an e-mail address." if address else "No e-mail address was given.",
            "Type the address your order confirmation was sent to, such as name@example.com.",
        )
    return f"{local}@{domain.lower()}"


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(re.fullmatch(r"[^\W_](?:[\w-]{0,61}[^\W_])?", label) for label in labels)


def tidy_card_digits(text: str) -> Secret:
    """The last 4 or 5 digits of the card. Raises `CompanionError` ``bad-card-digits``, which never repeats them."""
    digits = _plain(text).replace("-", "").strip("*•xX")
    if re.fullmatch(r"[0-9]{4,5}", digits):
        return Secret(digits)
    if re.fullmatch(r"[0-9]{12,19}", digits):
        message = (
            "This is a whole card number. Only its last 4 or 5 digits are needed, and nothing more should be given."
        )
    else:
        message = "4 or 5 digits are needed, and nothing else."
    raise _wrong(
        ErrorCode.BAD_CARD_DIGITS,
        "Check the card digits",
        message,
        "Look at the front of the card you paid with, and type only the last 4 or 5 digits of its number.",
    )


def tidy_order_password(text: str) -> Secret:
    """The order password with blanks around it removed and its case kept. Raises `CompanionError` ``bad-password``."""
    password = text.strip().strip(_INVISIBLE).strip()
    if not password or len(password) > 256 or any(unicodedata.category(sign) == "Cc" for sign in password):
        raise _wrong(
            ErrorCode.BAD_PASSWORD,
            "Check the order password",
            "No order password was given." if not password else "This cannot be an order password.",
            "It is in the confirmation e-mail of your order. Capital and small letters matter.",
        )
    return Secret(password)


def check_store_url(text: str) -> str:
    """The store's address without a trailing slash: https, or http on this PC alone.

    A host without a scheme gets https. Raises `CompanionError` ``bad-store-url`` for anything that carries a user
    name, a query or a fragment, or that would send credentials in clear.
    """
    address = _without_invisible(text).strip()
    if "://" not in address:
        address = f"https://{address}"
    if re.search(r"[\s\\\x00-\x1f]", address):
        raise _bad_store("There is a blank or a sign in it that does not belong in an address.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad_store("This does not look like a web address.") from None
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise _bad_store("This does not look like a web address.")
    if "@" in parts.netloc:
        raise _bad_store("A store's address holds no user name or password.")
    if "?" in address or "#" in address:
        raise _bad_store("A store's address ends before any question mark or hash sign.")
    netloc = ascii_netloc(parts.netloc)
    if not netloc.partition(":")[0] or " " in netloc or "\u2026" in netloc:
        raise _bad_store("This does not look like a web address.")
    imitation = imitation_sentence(host)
    if imitation is not None:
        raise _bad_store(imitation)
    if parts.scheme == "http" and not is_loopback(host):
        raise _bad_store("Over http, others could read your order password in transit. A store must use https.")
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether `host` is this PC itself: ``localhost``, ``127.0.0.0/8`` or ``::1``."""
    if host.lower() in _LOCAL_HOSTS:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_NUMBER_HINT = "Copy the order number from the confirmation e-mail of your order."


def _plain(text: str) -> str:
    """`text` in plain digits and dashes, without any blank or invisible sign (pasted text is full of them)."""
    normal = unicodedata.normalize("NFKC", _without_invisible(text).translate(_DASHES)).translate(_DASHES)
    return "".join(normal.split())


def _without_invisible(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, _INVISIBLE)))


def _bad_store(message: str) -> CompanionError:
    return _wrong(
        ErrorCode.BAD_STORE_URL,
        "Check the store's address",
        message,
        "It begins with https:// and is on the store's own page, for example https://store.example.com.",
    )


def _wrong(code: ErrorCode, title: str, message: str, hint: str) -> CompanionError:
    return CompanionError(code, title, message, hint, kind=ErrorKind.USAGE)
