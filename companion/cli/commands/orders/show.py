"""``companion orders show``: everything about one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number
from companion.cli.order_access import order_to_show
from companion.cli.usage import Parser
from companion.domain.billing.charges import beside_the_prices, movement_sentence, timeline
from companion.domain.billing.shipping import parcel_sentences, parcels
from companion.domain.core.model import Instant, Model
from companion.domain.entitlements.artifacts import Offer, offer_of, offer_sentence
from companion.domain.entitlements.licences import EffectiveStatus, effective_status, span_words
from companion.domain.entitlements.seats import seat_sentence, seat_use
from companion.domain.store.orders import Licence, Order, Receipt
from companion.domain.store.unread import unread_sentences

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile


class ShowOrderResult(Model, frozen=True):
    """``orders show``: the order without its secrets; `trouble` says why it is as old as `read_at`."""

    order: Order
    read_at: Instant | None
    receipts: tuple[Receipt, ...]
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders show``."""
    order_number(parser)
    parser.describe(
        json="{order, readAt, receipts, trouble}",
        examples=("orders show LF-5930-2216",),
        notes="Licence keys are never printed. Without the store, the order is shown as it was last read (exit 3).",
    )


def run(context: CommandContext) -> int:
    """Show one order as the store sees it now, or as it was last seen when the store cannot be reached."""
    number = context.order_number()
    found = order_to_show(context, number)
    shown = ShowOrderResult(
        order=found.order,
        read_at=found.read_at,
        receipts=context.services.orders.cache.receipts(number),
        trouble=found.report,
    )
    context.output.result(shown, *_order_lines(context, shown, found.lines(context)))
    return found.failed_code


def _order_lines(context: CommandContext, shown: ShowOrderResult, stale: list[str]) -> list[str]:
    order, services = shown.order, context.services
    profile = services.orders.cache.remembered_profile() or services.orders.lookup.profile()
    now, zone = services.clock(), services.zone
    lines = [f"Order {order.number}, {order.status.words.lower()}, placed on {context.formats.date(order.placed_at)}"]
    lines += stale
    lines += unread_sentences(order.all_unread)
    lines += [f"  {item.quantity} × {item.name}  {item.price.plain()}" for item in order.line_items]
    lines += [f"  {part.name}  {part.amount.plain()}" for part in beside_the_prices(order)]
    lines.append(f"  Total {order.total.plain()}")
    for licence in order.licences:
        lines += _licence_lines(context, order, licence, profile)
    lines += [
        movement_sentence(move, context.formats.date, context.formats.money) for move in timeline(order, profile, now)
    ]
    for parcel in parcels(order, profile, now, zone):
        followed = " ".join(part for part in (parcel.carrier, parcel.tracking_number) if part)
        said = [*parcel_sentences(parcel, context.formats.date), *([f"{followed}."] if followed else [])]
        lines.append(f"Parcel {parcel.id}: {' '.join(said)}")
    more = ["money", "shipping", *(["returns"] if order.returns else [])]
    lines.append("More: " + ", ".join(f"companion {command} {order.number}" for command in more))
    lines += [f"Receipt {receipt.id}: {receipt.statement}" for receipt in shown.receipts]
    return lines


def _licence_lines(context: CommandContext, order: Order, licence: Licence, profile: Profile) -> list[str]:
    services = context.services
    now, zone = services.clock(), services.zone
    state = effective_status(order, licence, now)
    span = span_words(
        state, licence.starts_at, licence.expires_at, context.formats.ends(now), end_unknown=licence.end_unknown
    )
    lines = [f"{licence.product_name} ({licence.id}): {span}"]
    if state is EffectiveStatus.REFUNDED:
        return lines
    lines.append(f"  {seat_sentence(seat_use(licence, services.this_pc.seat_id))}")
    downloads = order.downloads_of(licence)
    lines += ["  There is nothing to download for this licence."] if not downloads else []
    for download in downloads:
        offer = offer_of(order, download, profile, now)
        lines.append(f"  {offer_sentence(offer, download, now, zone, context.formats.ends(now))}")
        lines += [f"  Download: {download.artifact_id} ({download.name})"] if offer is not Offer.ENDED else []
    plan = order.subscription_of(licence)
    if plan is not None:
        lines.append(f"  Auto-renewal is {'on' if plan.auto_renew else 'off'}.")
    return lines
