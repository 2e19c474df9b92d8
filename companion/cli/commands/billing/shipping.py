"""``companion shipping``: where the parcels of an order are."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number
from companion.cli.order_access import order_to_show
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser
from companion.domain.billing.shipping import Parcel, parcel_sentences, parcels, settled_sentences
from companion.domain.core.model import Instant, Model


class ShippingResult(Model, frozen=True):
    """``shipping``: the parcels and what cannot be changed any more, both in words too."""

    order_number: str
    parcels: tuple[Parcel, ...]
    explained: tuple[str, ...]
    settled: tuple[str, ...]
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion shipping``."""
    order_number(parser)
    parser.describe(
        json="{orderNumber, parcels, explained, settled, readAt, trouble}",
        examples=("shipping LF-6014-5529",),
        notes="Exit 1 when nothing of the order is sent by post.",
    )


def run(context: CommandContext) -> int:
    """Show where the parcels of an order are, and what cannot be changed any more."""
    services, number = context.services, context.order_number()
    read = order_to_show(context, number)
    order = read.order
    found = parcels(order, services.orders.lookup.profile(), services.clock(), services.zone)
    lines = []
    for parcel in found:
        lines.append(f"Parcel {parcel.id}: {', '.join(parcel.contents)}")
        lines += [f"  {sentence}" for sentence in parcel_sentences(parcel, context.formats.date)]
        follow = (parcel.carrier, parcel.tracking_number, parcel.tracking_url)
        lines += [f"  {' '.join(part for part in follow if part)}"] if any(follow) else []
    settled = settled_sentences(order)
    shown = ShippingResult(
        order_number=number,
        parcels=found,
        explained=tuple(lines),
        settled=settled,
        read_at=read.read_at,
        trouble=read.report,
    )
    said = lines or ["Nothing of this order is sent by post."]
    context.output.result(shown, *read.lines(context), *said, *settled)
    return read.failed_code or (EXIT_DONE if found else EXIT_NO)
