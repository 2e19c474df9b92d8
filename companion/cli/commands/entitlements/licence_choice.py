"""Which licence of an order a command is about."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.store.orders import Licence, Order


def pick_licence(order: Order, licence_id: str | None, *, renewable: bool = False) -> Licence:
    """The licence that was named, or the only one. Raises `CompanionError`."""
    if licence_id is not None:
        for licence in order.licences:
            if licence.id == licence_id:
                return licence
        raise _which(
            order, ErrorCode.LICENCE_UNKNOWN, f"Order {order.number} has no licence {licence_id}.", ErrorKind.NO
        )
    candidates = [licence for licence in order.licences if not renewable or licence.subscription_id is not None]
    candidates = candidates or list(order.licences)
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise CompanionError(
            ErrorCode.LICENCE_UNKNOWN,
            "There is no licence here",
            f"Order {order.number} holds no licence.",
            "The order's page shows what it contains.",
        )
    raise _which(order, ErrorCode.LICENCE_AMBIGUOUS, f"Order {order.number} has several licences.", ErrorKind.USAGE)


def _which(order: Order, code: ErrorCode, message: str, kind: ErrorKind) -> CompanionError:
    names = ", ".join(f"{licence.id} ({licence.product_name})" for licence in order.licences) or "none"
    return CompanionError(code, "Which licence?", message, f"Name one of: {names}.", kind=kind)
