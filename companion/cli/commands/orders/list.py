"""``companion orders list``: the orders that were added."""

from __future__ import annotations

from companion.cli.context import NO_STORE_OF_ORDERS, CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Instant, Model
from companion.domain.store.orders import OrderStatus


class ListedOrder(Model, frozen=True):
    """One line of ``orders list``; `status` and `products` as the store last said."""

    order_number: str
    store: str
    added_at: Instant
    read_at: Instant | None
    status: str | None
    products: tuple[str, ...]


class ListOrdersResult(Model, frozen=True):
    """``orders list``."""

    store: str
    orders: tuple[ListedOrder, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders list``."""
    parser.describe(
        json="{store, orders: [{orderNumber, store, addedAt, readAt, status, products}]}",
        examples=("orders list",),
        notes="The store is not asked.",
    )


def run(context: CommandContext) -> int:
    """Show what was added, without asking the store."""
    stores = context.stores_if_any()
    shown = ListOrdersResult(
        store=stores[0].orders.store if stores else "",
        orders=tuple(
            ListedOrder(
                order_number=known.number,
                store=services.orders.store,
                added_at=known.added_at,
                read_at=known.read_at,
                status=known.order.status.value if known.order else None,
                products=tuple(licence.product_name for licence in known.order.licences) if known.order else (),
            )
            for services in stores
            for known in services.orders.cache.remembered()
        ),
    )
    lines = []
    for order in shown.orders:
        status = OrderStatus(order.status).words.lower() if order.status is not None else "not read yet"
        where = f"  {order.store}" if len(stores) > 1 else ""
        lines.append(f"{order.order_number}  {status}  {', '.join(order.products)}{where}".rstrip())
    empty = "No order has been added yet. Add one: companion orders add NUMBER"
    context.output.result(shown, *(lines or [empty if stores else NO_STORE_OF_ORDERS]))
    return EXIT_DONE
