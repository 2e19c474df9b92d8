"""``companion support``: the right number, and whether it is open now."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.support_number import support_number
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError, ErrorCode


def add_arguments(parser: Parser) -> None:
    """Describe ``companion support``."""
    parser.add_argument("--maker", metavar="NAME", help="the maker of the PC, if it is not this PC")
    parser.add_argument("--country", metavar="CODE", help="the country, such as US, if not that of the latest order")
    parser.describe(
        json="{maker, model, product, country, name, phone, phoneDisplay, why, opening: {desk, changesAt}, hours, "
        "website, cases: [{openedAt, orderNumber, summary, case}]}; desk is open, closed, always or unknown",
        examples=("support", "support --maker Dell --country US"),
    )


def run(context: CommandContext) -> int:
    """The number for this PC's maker, product and country; from the store's own profile only."""
    services = context.services
    profile = services.orders.lookup.profile()
    found = support_number(services, profile, maker=context.arguments.maker, country=context.arguments.country)
    if found is None:
        raise CompanionError(
            ErrorCode.NO_NUMBER,
            "There is no number for this PC",
            f"{profile.store.name} names no support number that serves it.",
            f"The store's own page may help: {profile.support.website or profile.store.website}",
        )
    chosen = [found.maker, found.model, found.product, found.country]
    lines = [
        f"{found.phone_display}  {found.name}",
        found.hours,
        found.why,
        f"Chosen for: {', '.join(part for part in chosen if part) or 'any PC'}",
        "Before you call, have the case file at hand; it answers most questions: companion case-file",
    ]
    for known in found.cases:
        opened = f"of {context.formats.moment(known.opened_at)}, order {known.order_number}"
        lines.append(f"Case {known.case.case_number} {opened}: {known.summary}")
    context.output.result(found, *lines)
    return EXIT_DONE
