"""Structured data in e-mails: schema.org ``Order`` as JSON-LD or microdata.

Many mail programs show such orders in a box of their own, so shops add them; the data is as of sending.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_MOST_NODES = 5000
_MOST_BLOCK = 300_000
_PASSWORD_NAMES = ("orderPassword", "accessCode", "password")


class StructuredOrder(NamedTuple):
    """An order as structured data states it; all texts as they stand there."""

    number: str | None
    date: str | None = None
    status: str | None = None
    page: str | None = None
    price: str | None = None
    currency: str | None = None
    seller: str | None = None
    products: tuple[str, ...] = ()
    password: str | None = None


def orders_of(json_ld: Iterable[str], items: Iterable[tuple[str, dict[str, str]]]) -> list[StructuredOrder]:
    """Returns the orders in JSON-LD blocks and microdata items."""
    return [*_from_json(json_ld), *_from_microdata(items)]


def _from_json(blocks: Iterable[str]) -> Iterator[StructuredOrder]:
    for block in blocks:
        text = block.strip().removeprefix("<!--").removesuffix("-->").strip()
        try:
            value = json.loads(text[:_MOST_BLOCK], strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(value):
            if _is_order(node.get("@type")):
                yield _order(node)


def _order(node: dict[str, Any]) -> StructuredOrder:
    offers = [offer for offer in _listed(node.get("acceptedOffer")) if isinstance(offer, dict)]
    first = offers[0] if offers else {}
    return StructuredOrder(
        number=_text(node.get("orderNumber") or node.get("confirmationNumber")),
        date=_text(node.get("orderDate")),
        status=(_text(node.get("orderStatus")) or "").rpartition("/")[2] or None,
        page=_text(node.get("url")),
        price=_text(node.get("price")) or (_text(first.get("price")) if len(offers) == 1 else None),
        currency=_text(node.get("priceCurrency")) or _text(first.get("priceCurrency")),
        seller=_name(node.get("merchant")) or _name(node.get("seller")),
        products=tuple(name for offer in offers if (name := _name(offer.get("itemOffered")))),
        password=_password(node),
    )


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON document, nearest to the top first; walked without recursion and not for ever."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, dict):
            yield node
            waiting.extend(list(node.values())[:_MOST_NODES])
        elif isinstance(node, list):
            waiting.extend(node[:_MOST_NODES])


def _is_order(kind: object) -> bool:
    return any(isinstance(name, str) and name.rpartition("/")[2] == "Order" for name in _listed(kind))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = str(value).strip()
    return text[:500] or None


def _name(value: object) -> str | None:
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _password(node: dict[str, Any]) -> str | None:
    for name in _PASSWORD_NAMES:
        if isinstance(node.get(name), str):
            return _text(node[name])
    for entry in _listed(node.get("additionalProperty")):
        if isinstance(entry, dict) and entry.get("name") in _PASSWORD_NAMES:
            return _text(entry.get("value"))
    return None


def _from_microdata(items: Iterable[tuple[str, dict[str, str]]]) -> Iterator[StructuredOrder]:
    listed = list(items)
    products = [found["name"].strip() for kind, found in listed if kind.endswith("Product") and found.get("name")]
    for kind, found in listed:
        if not _is_order(kind):
            continue
        yield StructuredOrder(
            number=_text(found.get("orderNumber") or found.get("confirmationNumber")),
            date=_text(found.get("orderDate")),
            status=(_text(found.get("orderStatus")) or "").rpartition("/")[2] or None,
            page=_text(found.get("url")),
            price=_text(found.get("price")),
            currency=_text(found.get("priceCurrency")),
            products=tuple(products),
            password=next((_text(found[name]) for name in _PASSWORD_NAMES if name in found), None),
        )
