"""What a person dropped, pasted or typed: an e-mail, a licence key, an order number, a link or a store's address."""

from __future__ import annotations

import datetime as dt
import enum
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from companion.domain.core.model import Secret
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.core.untrusted.host_names import imitation_sentence
from companion.domain.mail.message.rows import tidy
from companion.domain.mail.origin import platforms
from companion.domain.mail.reading import Reading
from companion.domain.mail.text.recognise import as_key, as_order_number
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.purchases.values import host_name, web_text


class InputKind(enum.StrEnum):
    """What was recognised. The values are those of ``companion add --json``."""

    EMAIL = "email"
    KEY = "key"
    LINK = "link"
    ORDER_NUMBER = "orderNumber"
    STORE_ADDRESS = "storeAddress"
    LICENCE_FILE = "licenceFile"
    UNKNOWN = "unknown"


class Recognised(NamedTuple):
    """One thing that was recognised in one input, and by what.

    `draft` is what would be added once the person has confirmed it; `missing` names what only the person can tell.
    `address` is that of a store, for `STORE_ADDRESS`.
    """

    input: str
    kind: InputKind
    platform: str | None
    reason: str
    draft: Draft | None = None
    doubts: tuple[str, ...] = ()
    warning: str | None = None
    missing: tuple[str, ...] = ()
    address: str | None = None


_MISSING_PRODUCT = "What is the product called?"
_MISSING_STORE = "Which shop is it from?"


def recognise_reading(name: str, reading: Reading, now: dt.datetime) -> Recognised:
    """Returns what an e-mail holds; `name` is the name of its file, or what it was pasted as."""
    if not reading.is_purchase:
        return Recognised(name, InputKind.UNKNOWN, None, reading.reason, doubts=reading.unread, warning=reading.warning)
    draft = draft_of_reading(reading, now)
    named = any(fact.field is Field.PRODUCT for fact in draft.facts)
    return Recognised(
        name,
        InputKind.EMAIL,
        reading.platform.value if reading.platform is not None else None,
        reading.reason,
        draft,
        reading.doubts,
        reading.warning,
        () if named else (_MISSING_PRODUCT,),
    )


def draft_of_reading(reading: Reading, now: dt.datetime) -> Draft:
    """Returns what an e-mail says as a draft whose source is the sender and whose time is the mail's."""
    said_at = reading.sent_at if reading.sent_at is not None and reading.sent_at <= now else now
    source = Source(kind=SourceKind.EMAIL, name=reading.sender or "an e-mail")
    return draft_of(
        [(found.field, found.value, found.item) for found in reading.findings],
        source,
        said_at,
        keys=[(found.product, found.key) for found in reading.keys],
        links=[(found.name, found.address) for found in reading.links],
        quotes={(found.field, found.item): found.quote for found in reading.findings},
    )


def recognise_text(name: str, text: str, now: dt.datetime) -> Recognised | None:
    """Returns what a short text is: an address, a key or an order number. None for anything longer or unclear."""
    lines = [line for line in (tidy(part) for part in text.strip().splitlines()) if line]
    if not lines or len(lines) > 12 or len(text) > 4000:
        return None
    if len(lines) == 1 and re.match(r"(?i)https?://\S+$", text.strip()):
        return _address(name, text.strip(), now)
    if len(lines) == 1 and re.fullmatch(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?", lines[0]):
        return _address(name, f"https://{lines[0]}", now)
    # A key that a mail program broke into lines is one key; lines of several words are something else.
    key = as_key("".join(lines), labelled=True) if len(lines) == 1 or not any(" " in line for line in lines) else None
    if key is not None and not (len(lines) == 1 and _is_rather_a_number(key)):
        return _key(name, key, now)
    number = as_order_number(lines[0]) if len(lines) == 1 and len(lines[0].split()) <= 2 else None
    if number is not None:
        draft = draft_of([(Field.ORDER_NUMBER, number, "")], Source(kind=SourceKind.PERSON), now)
        reason = "A short text with digits, as order numbers are."
        return Recognised(name, InputKind.ORDER_NUMBER, None, reason, draft, missing=(_MISSING_STORE, _MISSING_PRODUCT))
    return None


def _is_rather_a_number(key: str) -> bool:
    """Whether a text that could be a key is more likely an order number: short, or only digits and one dash."""
    plain = key.replace("-", "")
    return len(plain) < 12 or (plain.isdigit() and len(plain) < 16 and key.count("-") < 3)


def _key(name: str, key: str, now: dt.datetime) -> Recognised:
    draft = draft_of([], Source(kind=SourceKind.PERSON), now, keys=[("", Secret(key))])
    return Recognised(
        name, InputKind.KEY, None, "A text in the form of a licence key.", draft, missing=(_MISSING_PRODUCT,)
    )


def _host_as_typed(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _address(name: str, address: str, now: dt.datetime) -> Recognised | None:
    warning = imitation_sentence(_host_as_typed(address))
    try:
        address = web_text(address)
    except ValueError:
        return None
    host = host_name(address)
    platform = (
        platforms.Platform.WOOCOMMERCE
        if platforms.is_woocommerce_download(address)
        else platforms.Platform.EDD
        if platforms.is_edd_download(address)
        else None
    )
    parts = urlsplit(address)
    file = parts.path.rpartition("/")[2]
    is_file = (
        re.search(r"(?i)\.(?:exe|msi|msix|dmg|pkg|zip|7z|deb|rpm|appimage|run|tar\.gz|iso|jar)$", file) is not None
    )
    if platform is None and not is_file:
        return Recognised(
            name,
            InputKind.STORE_ADDRESS,
            None,
            f"The address of a web page at {host}.",
            address=address,
            warning=warning,
        )
    item = clean_text(file, 120) if is_file else "Download"
    values = [(Field.SENDER_DOMAIN, host, ""), (Field.DOWNLOAD, item, item)]
    if platform is not None:
        values += [
            (Field.STORE_KIND, platform.value, ""),
            (Field.STORE_ADDRESS, f"{parts.scheme}://{parts.netloc}", ""),
        ]
    draft = draft_of(values, Source(kind=SourceKind.PERSON), now, links=[(item, Secret(address))])
    by = f"a download link of {platforms.TITLES[platform]}" if platform is not None else "a link to a file"
    return Recognised(
        name,
        InputKind.LINK,
        platform.value if platform is not None else None,
        f"Recognised as {by}.",
        draft,
        warning=warning,
        missing=(_MISSING_PRODUCT,),
    )
