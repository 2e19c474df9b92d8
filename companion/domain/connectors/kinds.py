"""What a store of each kind can be asked for, in words."""

from __future__ import annotations

from companion.domain.connectors import edd
from companion.domain.purchases.values import STORE_API

_ASKED_FOR = {STORE_API: "can be asked for orders", edd.KIND: "can be asked about licence keys"}


def asked_for_words(kind: str | None) -> str:
    """Returns what a store of this kind can be asked for; of every other shop its e-mails tell."""
    return _ASKED_FOR.get(kind or "", "its e-mails tell what you bought")
