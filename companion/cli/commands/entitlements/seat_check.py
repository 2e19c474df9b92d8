"""Whether a seat of its licence is left for this PC, asked before anything is downloaded or installed."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.entitlements.seats import ThisPC, longest_unseen, seat_use
from companion.domain.store.orders import Download, Order


def seat_trouble(context: CommandContext, order: Order, artifact: Download) -> CompanionError | None:
    """Returns the error that says that no seat is left for this PC and how one is freed; None where there is one."""
    licence = next((licence for licence in order.licences if licence.id == artifact.licence_id), None)
    if licence is None:
        return None
    use = seat_use(licence, context.services.this_pc.seat_id)
    if use.this_pc is not ThisPC.NO_SEAT_LEFT:
        return None
    unseen = longest_unseen(use, None)
    which = f"the seat of {unseen.name}" if unseen is not None else "a seat"
    command = f"companion seats {order.number} free {unseen.id if unseen is not None else 'SEAT'}"
    if len(order.licences) > 1:
        command = f"{command} --licence {licence.id}"
    return CompanionError(
        ErrorCode.SEATS_EXHAUSTED,
        "No seat is left for this PC",
        f"{licence.product_name} may be used on {use.total} {'PC' if use.total == 1 else 'PCs'}, and "
        f"{use.used} {'uses' if use.used == 1 else 'use'} it: {', '.join(seat.name for seat in use.seats)}.",
        f"Free {which}, if it is no longer used there: {command}",
    )
