"""What is known of a store's collections of orders: their validators, and that a store has none."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import msgspec

from companion.domain.core.model import Instant, Model

ASKED_AGAIN = dt.timedelta(days=30)
"""After so long a store that offered no collection may have got one."""
_MOST = 50


class Validator(Model, frozen=True):
    """The ETag of a collection, and a digest of the orders in it with the ETags they had then."""

    orders: str
    etag: str


class Collections(Model, frozen=True):
    """The collections of one store, the newest last; `not_offered` is when it last had none."""

    validators: tuple[Validator, ...] = ()
    not_offered: Instant | None = None

    def are_offered(self, now: dt.datetime) -> bool:
        """Returns whether the store is worth being asked for one."""
        return self.not_offered is None or not (dt.timedelta() <= now - self.not_offered < ASKED_AGAIN)

    def etag(self, orders: str) -> str | None:
        """Returns the ETag under which these orders came together."""
        return next((each.etag for each in self.validators if each.orders == orders), None)

    def with_etag(self, orders: str, etag: str) -> Collections:
        """Returns them with one more validator; the oldest of many is left out."""
        others = tuple(each for each in self.validators if each.orders != orders)
        return Collections((*others, Validator(orders, etag))[-_MOST:])

    def without_offer(self, now: dt.datetime) -> Collections:
        """Returns what is known once the store has said that it has none."""
        return msgspec.structs.replace(self, not_offered=now)


def digest_of(etags: Sequence[tuple[str, str | None]]) -> str | None:
    """Returns a digest of orders (number, ETag), or None where one of them has no ETag.

    It changes with any of them, so that an ETag of the collection is never sent for other orders than it came with.
    """
    lines = sorted(f"{number}\n{etag}\n" for number, etag in etags if etag is not None)
    return hashlib.sha256("".join(lines).encode()).hexdigest() if len(lines) == len(etags) else None
