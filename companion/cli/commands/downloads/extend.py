"""``companion extend``: ask the store to reopen a closed download window."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.options import order_number
from companion.cli.order_access import read_order
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.entitlements.artifacts import pick
from companion.domain.store.orders import Extension, ExtensionStatus


class ExtendResult(Model, frozen=True):
    """``extend``: the store's answer."""

    order_number: str
    artifact_id: str
    extension: Extension


def add_arguments(parser: Parser) -> None:
    """Describe ``companion extend``."""
    order_number(parser)
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="?", help="the download, if the order has several")
    parser.describe(
        json="{orderNumber, artifactId, extension: {status, statement, availableUntil}}",
        examples=("extend LF-5562-8803",),
    )


def run(context: CommandContext) -> int:
    """Ask the store to reopen a closed download window."""
    services, number = context.services, context.order_number()
    order = read_order(context, number)
    artifact = pick(order, context.arguments.artifact, services.platform.name)
    answer = services.orders.actions.request_extension(number, artifact.artifact_id)
    shown = ExtendResult(order_number=number, artifact_id=artifact.artifact_id, extension=answer)
    until = (f"Download it until {context.formats.moment(answer.available_until)}.",) if answer.available_until else ()
    granted = answer.status is ExtensionStatus.GRANTED
    context.output.result(shown, answer.statement, *(until if granted else ()))
    return EXIT_NO if answer.status is ExtensionStatus.REFUSED else EXIT_DONE
