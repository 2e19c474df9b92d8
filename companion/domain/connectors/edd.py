"""Easy Digital Downloads with Software Licensing: what its answers mean.

Store address and key are enough to read. The HTTP status says nothing (always 200); ``success`` is true for all but an
unknown key; times are the shop's wall clock, so only their day is used (EDD Software Licensing API).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from companion.domain.connectors.answers import Outcome, StoreAnswer
from companion.domain.connectors.capabilities import Capabilities, Capability, Way
from companion.domain.core.errors import ErrorCode
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.core.words.error_words import failure
from companion.domain.purchases.facts import Fact, Field, Source, canonical
from companion.domain.purchases.values import UNLIMITED, AutoRenewal, EntitlementState

KIND = "edd"
CAPABILITIES = Capabilities(
    kind=KIND,
    title="Easy Digital Downloads",
    ways={
        Capability.READ: Way.LIVE,
        Capability.SEATS: Way.LIVE,
        Capability.ACTIVATE: Way.LIVE,
        Capability.NEWEST_VERSION: Way.LIVE,
        Capability.DOWNLOAD: Way.LIVE,
        Capability.SWITCH_AUTO_RENEW: Way.PAGE,
        Capability.EXTEND_DOWNLOAD: Way.PAGE,
        Capability.INVOICE: Way.PAGE,
        Capability.RETURNS: Way.PAGE,
        Capability.PAYMENTS: Way.EMAIL,
        Capability.SHIPPING: Way.NONE,
        Capability.BACKUP_MEDIUM: Way.NONE,
        Capability.SUPPORT_CASE: Way.PAGE,
    },
)

_STATES = {
    "valid": EntitlementState.ACTIVE,
    "active": EntitlementState.ACTIVE,
    "inactive": EntitlementState.NOT_ACTIVATED_HERE,
    "site_inactive": EntitlementState.NOT_ACTIVATED_HERE,
    "expired": EntitlementState.EXPIRED,
    "disabled": EntitlementState.DISABLED,
    "revoked": EntitlementState.REVOKED,
}
_OTHER_PRODUCT = frozenset({"invalid_item_id", "item_name_mismatch", "key_mismatch"})
_RENEWALS = {
    "active": AutoRenewal.ON,
    "trialling": AutoRenewal.ON,
    "cancelled": AutoRenewal.OFF,
    "expired": AutoRenewal.OFF,
    "completed": AutoRenewal.OFF,
    "failing": AutoRenewal.FAILED,
}
REFUSALS = {
    "missing": "This store does not know this key.",
    "license_not_activable": "This key belongs to a bundle; the keys of its parts are activated instead.",
    "disabled": "The store has disabled this key.",
    "revoked": "The store has revoked this key.",
    "no_activations_left": "No seat is left: free one of the other PCs first.",
    "expired": "This key has expired.",
    "key_mismatch": "This key is for another product.",
    "invalid_item_id": "This key is for another product.",
    "item_name_mismatch": "This key is for another product.",
}
_UNKNOWN_KEY = "This store does not know this key. Compare it with the e-mail; capital and small letters matter."


class Asked(NamedTuple):
    """What was asked about: the product's item, its name, and who answers since when."""

    item: str
    source: Source
    asked_at: dt.datetime


def site_of_seat(seat_id: str) -> str:
    """Returns the address that stands for the PC of a seat: always the same, and of a host that cannot exist."""
    return f"https://companion-{hashlib.sha256(seat_id.encode()).hexdigest()[:16]}.invalid"


def form_of(action: str, key: str, *, product_id: str | None, name: str, site: str) -> dict[str, str]:
    """Returns the form of a question; `site` stands for this PC and takes no seat by being named in a check."""
    product = {"item_id": product_id} if product_id else {"item_name": name}
    return {"edd_action": action, "license": key, "url": site, **product}


def judge_check(media_type: str, body: bytes, asked: Asked) -> StoreAnswer:
    """Returns what an answer to ``check_license`` says."""
    fields = _fields(body)
    if fields is None or not _word(fields.get("license")):
        return could_not_ask(media_type, asked.asked_at)
    verdict = _word(fields.get("license"))
    if verdict in ("invalid", "missing") and fields.get("success") is not True:
        return StoreAnswer(Outcome.DOES_NOT_TELL, asked.asked_at, said=_UNKNOWN_KEY)
    said = [*_of_licence(fields, verdict), *_of_order(fields)]
    facts = tuple(
        Fact(field=field, value=value, source=asked.source, said_at=asked.asked_at, about=about)
        for field, about, text in ((field, asked.item if own else "", text) for field, own, text in said)
        if (value := _usable(field, text)) is not None
    )
    if not facts:
        return could_not_ask(media_type, asked.asked_at)
    return StoreAnswer(Outcome.TOLD, asked.asked_at, facts, said=_sentence(verdict))


def _of_licence(fields: Mapping[str, Any], verdict: str) -> list[tuple[Field, bool, str]]:
    said = [(Field.EXPIRES, True, _end(fields.get("expires")))]
    state = _STATES.get(verdict)
    if state is not None:
        said.append((Field.STATE, True, state.value))
    limit = _count(fields.get("license_limit"))
    if limit == 0 or _word(fields.get("license_limit")) == UNLIMITED:
        said.append((Field.SEATS_LIMIT, True, UNLIMITED))
    elif limit is not None:
        said.append((Field.SEATS_LIMIT, True, str(limit)))
    used = _count(fields.get("site_count"))
    if used is not None:
        said.append((Field.SEATS_USED, True, str(used)))
    name = fields.get("item_name")
    if isinstance(name, str) and verdict not in _OTHER_PRODUCT:
        import html  # here, because it brings all 2,000 names of characters along

        said.append((Field.PRODUCT, True, clean_text(html.unescape(name))))
    return said


def _of_order(fields: Mapping[str, Any]) -> list[tuple[Field, bool, str]]:
    number = _count(fields.get("payment_id"))
    renewal = _RENEWALS.get(_word(fields.get("subscription")))
    return [
        *([(Field.ORDER_NUMBER, False, str(number))] if number else []),
        *([(Field.AUTO_RENEW, False, renewal.value)] if renewal is not None else []),
    ]


def judge_version(media_type: str, body: bytes, asked: Asked) -> StoreAnswer:
    """Returns what an answer to ``get_version`` says; addresses of packages in it are secrets and are left out."""
    fields = _fields(body)
    if fields is None or not {"new_version", "stable_version", "msg"} & fields.keys():
        return could_not_ask(media_type, asked.asked_at)
    version = next(
        (value for name in ("new_version", "stable_version") if isinstance(value := fields.get(name), str) and value),
        "",
    )
    if not re.match(r"v?\d", version):
        said = clean_text(str(fields.get("msg") or ""), 200)
        return StoreAnswer(
            Outcome.DOES_NOT_TELL, asked.asked_at, said=said or "The store does not tell the newest version."
        )
    fact = Fact(
        field=Field.NEWEST_VERSION,
        value=clean_text(version, 60),
        source=asked.source,
        said_at=asked.asked_at,
        about=asked.item,
    )
    return StoreAnswer(Outcome.TOLD, asked.asked_at, (fact,))


def judge_change(media_type: str, body: bytes, asked: Asked, done: str) -> tuple[bool, StoreAnswer]:
    """Returns whether an activation or deactivation happened (`done` is the word for it), and what the store said."""
    fields = _fields(body)
    if fields is None or not _word(fields.get("license")):
        return False, could_not_ask(media_type, asked.asked_at)
    if _word(fields.get("license")) == done and fields.get("success") is True:
        # The times in these answers are the shop's wall clock written as UTC: the next check tells the facts.
        return True, StoreAnswer(Outcome.TOLD, asked.asked_at)
    said = REFUSALS.get(_word(fields.get("error")), "The store refused, without a reason that is known.")
    return False, StoreAnswer(Outcome.DOES_NOT_TELL, asked.asked_at, said=said)


def could_not_ask(media_type: str, asked_at: dt.datetime) -> StoreAnswer:
    """Returns the answer for a page instead of data: the store lets no programs in, which says nothing of a key."""
    code = ErrorCode.PORTAL if media_type in ("text/html", "application/xhtml+xml", "") else ErrorCode.MALFORMED_ANSWER
    reason = failure(
        code,
        message="The store's server answered with a page for people instead of data, so nothing could be asked.",
        hint="Open the store's own page, or drop its e-mail here. Your key may be fine.",
    )
    return StoreAnswer(Outcome.COULD_NOT_ASK, asked_at, reason=reason)


def _fields(body: bytes) -> dict[str, Any] | None:
    """The object in an answer; None for anything else. What nests too deep is refused by the parser."""
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) and len(value) < 60 else ""


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    text = str(value).strip()
    return int(text) if re.fullmatch(r"\d{1,12}", text) else None


def _end(value: object) -> str:
    """The day of ``YYYY-MM-DD HH:MM:SS`` in the shop's zone, or ``never``; anything else is no date."""
    text = _word(value)
    if text == "lifetime":
        return "never"
    found = re.match(r"(\d{4}-\d{2}-\d{2})(?:[ t]|$)", text)
    return found.group(1) if found is not None else ""


def _usable(field: Field, text: str) -> str | None:
    try:
        return canonical(field, text)
    except ValueError:
        return None


def _sentence(verdict: str) -> str:
    if verdict in _OTHER_PRODUCT:
        return "The key is known, but the product's id does not fit; only its dates and seats are certain."
    return {
        "inactive": "The key is good; no PC uses it yet.",
        "site_inactive": "The key is good; it is not activated on this PC.",
        "expired": "The key has expired.",
        "disabled": "The store has disabled this key, for example after a refund.",
    }.get(verdict, "")
