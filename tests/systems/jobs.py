"""What both ways of doing the jobs look at afterwards: the store, and the disk."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.domain.store.orders import Order
from companion.services.app.resources import resource
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials
from tests.kits.downloads import leave_unfinished

LETTER = "LF-7720-3348"
HALF = 2**19
"""Bytes that have arrived of an interrupted download; the whole file has twice as many."""


def password_of(store: DemoStore, number: str) -> str:
    """The password of an order."""
    return next(each.order_password for each in store.accounts if each.order_number == number)


def at_the_store(store: DemoStore, number: str) -> Order:
    """The order as the store has it now."""
    client = StoreClient(store.url)
    session = client.open_session(number, Credentials(order_password=Secret(password_of(store, number))))
    fresh = client.order(number, session.token)
    client.close()
    assert fresh is not None
    return fresh.value


def _artifact(folder: Path) -> Path:
    (path,) = (folder / "store" / "artifacts").iterdir()
    return path


def _name(store: DemoStore, number: str) -> str:
    client = StoreClient(store.url)
    session = client.open_session(number, Credentials(order_password=Secret(password_of(store, number))))
    fresh = client.order(number, session.token)
    assert fresh is not None
    grant = client.grant(number, fresh.value.downloads[0].artifact_id, session.token)
    client.close()
    return grant.filename


def downloaded(store: DemoStore, folder: Path, number: str) -> Path:
    """Where the download of an order lies once it is there."""
    return folder / "home" / "downloads" / number / _name(store, number)


def leave_half(store: DemoStore, folder: Path, number: str) -> Path:
    """Leave what a download that was interrupted in the middle leaves; returns its partial file."""
    whole = _artifact(folder).read_bytes()
    place = downloaded(store, folder, number)
    return leave_unfinished(
        place.parent, place.name, size=len(whole), content=whole[:HALF], sha256=hashlib.sha256(whole).hexdigest()
    )


def seats_of(order: Order) -> list[str]:
    """The names of the PCs that use the first licence of an order."""
    return [seat.name for seat in order.licences[0].seats]


def phone_of_hp() -> str:
    """The number for PCs of HP in the customer's country, as digits are grouped."""
    profile = json.loads(resource("profiles/larkfield.json").read_bytes())
    entry = next(each for each in profile["support"]["entries"] if each["makers"] == ["HP"])
    number: str = entry["phone"]
    return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"
