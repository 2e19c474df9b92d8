"""``companion licences key NUMBER``: the serial key of a licence, also when its store does not answer."""

from __future__ import annotations

import sys

from companion.cli.commands.entitlements.licence_choice import pick_licence
from companion.cli.context import CommandContext
from companion.cli.order_access import order_to_show, read_order
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import usage_error
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model, Secret
from companion.domain.store.orders import Licence, Order


class LicenceKeyResult(Model, frozen=True):
    """``licences key``: the key in clear, which is why it needs ``--yes`` with ``--json``."""

    order_number: str
    licence_id: str
    product_name: str
    key: str
    case_sensitive: bool


def show_key(context: CommandContext) -> int:
    """Show one key after asking; into a pipe, a file or JSON only with ``--yes``."""
    asked = context.arguments
    if not asked.number:
        raise usage_error("The key of which order?", "For example: companion licences key LF-5930-2216")
    number, order = context.order_number(), None
    if not asked.password_stdin:
        order = context.services.orders.cache.known(number).order
    order = order or order_to_show(context, number).order
    licence = pick_licence(order, asked.licence)
    _ask(context, licence)
    key = context.services.orders.lookup.licence_key(number, licence.id) or _from_store(context, number, licence)
    shown = LicenceKeyResult(
        order_number=number,
        licence_id=licence.id,
        product_name=licence.product_name,
        key=key.reveal(),
        case_sensitive=licence.key_case_sensitive,
    )
    context.output.result(shown, shown.key)
    if licence.key_case_sensitive:
        context.output.say("Capital and small letters matter.")
    return EXIT_DONE


def _ask(context: CommandContext, licence: Licence) -> None:
    """Raises `CompanionError` ``not-confirmed``."""
    output = context.output
    on_screen = not output.as_json and sys.stdout is not None and sys.stdout.isatty()
    if not (on_screen or context.arguments.yes):
        raise CompanionError(
            ErrorCode.NOT_CONFIRMED,
            "The key was not shown",
            "Standard output is no screen: the key would lie in clear wherever it leads.",
            "Run this in a terminal, or add --yes.",
        )
    confirm(f"Show the serial key of {licence.product_name} on this screen?", yes=context.arguments.yes)


def _from_store(context: CommandContext, number: str, licence: Licence) -> Secret:
    """The key as the store tells it now. Raises `CompanionError` ``no-key`` when it tells none."""
    order: Order = read_order(context, number)
    told = next((found for found in order.licences if found.id == licence.id), licence)
    if told.key is not None:
        return told.key
    if told.key_from_order is not None:
        raise CompanionError(
            ErrorCode.NO_KEY,
            "This licence has no key of its own",
            f"A renewal brings no new key. It uses the one of order {told.key_from_order}.",
            f"Show that one with: companion licences key {told.key_from_order}",
        )
    raise CompanionError(
        ErrorCode.NO_KEY,
        "There is no key to show",
        f"The store tells no serial key of {told.product_name}.",
        "Some products need none. If the installer asks for one, write to the store's support.",
    )
