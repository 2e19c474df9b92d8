"""``companion orders open``: the store's own page of an order."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number
from companion.cli.order_access import order_to_show
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model


class OpenPageResult(Model, frozen=True):
    """``orders open``: the address of the page, and whether the browser was asked to show it."""

    order_number: str
    purpose: str
    url: str
    opened: bool
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders open``."""
    order_number(parser)
    parser.add_argument(
        "page", nargs="?", choices=["order", "renew", "cancel"], default="order", help="which page; order by default"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.describe(
        json="{orderNumber, purpose, url, opened, readAt, trouble}",
        examples=("orders open LF-5930-2216", "orders open LF-5930-2216 renew --no-browser"),
    )


def run(context: CommandContext) -> int:
    """Open the store's own page of an order: there one renews by hand, with any card."""
    services, number, purpose = context.services, context.order_number(), context.arguments.page
    found = order_to_show(context, number)
    page = next((page for page in found.order.pages if page.purpose == purpose), None)
    if page is None:
        raise CompanionError(
            ErrorCode.NO_PAGE,
            "The store has no such page",
            f"The store names no page of its own for this ({purpose}).",
            "Support can help: companion support",
        )
    if not context.arguments.no_browser:
        services.platform.programs.open_url(page.url)
    shown = OpenPageResult(
        order_number=number,
        purpose=purpose,
        url=page.url,
        opened=not context.arguments.no_browser,
        read_at=found.read_at,
        trouble=found.report,
    )
    context.output.result(shown, page.url, *found.lines(context), "No card number ever passes through Companion.")
    return EXIT_DONE
