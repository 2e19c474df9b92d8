"""``companion auto-renew``: switch auto-renewal on or off, with a receipt."""

from __future__ import annotations

from companion.cli.commands.entitlements.licence_choice import pick_licence
from companion.cli.context import CommandContext
from companion.cli.options import order_number, yes_option
from companion.cli.order_access import read_order
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.billing.auto_renewal import preview_sentences, preview_switch, receipt_lines
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.store.orders import Licence, Order, Receipt, Subscription


class AutoRenewResult(Model, frozen=True):
    """``auto-renew``: `subscription` is what the store says afterwards; `receipt` is None when nothing changed."""

    order_number: str
    licence_id: str
    product_name: str
    changed: bool
    explained: tuple[str, ...]
    subscription: Subscription
    receipt: Receipt | None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion auto-renew``."""
    order_number(parser)
    parser.add_argument("licence", metavar="LICENCE", nargs="?", help="the licence, if the order has several")
    parser.add_argument("switch", metavar="on|off", choices=["on", "off"], help="whether the licence renews by itself")
    yes_option(parser)
    parser.describe(
        json="{orderNumber, licenceId, productName, changed, explained, subscription, receipt}",
        examples=("auto-renew LF-5930-2216 off",),
        notes="What will change and cost is shown before you are asked.",
    )


def run(context: CommandContext) -> int:
    """Say what switching will do, ask, do it, and show the receipt and what the store says afterwards."""
    services, number, on = context.services, context.order_number(), context.arguments.switch == "on"
    order = read_order(context, number)
    licence, plan = _renewable(order, context.arguments.licence)
    profile = services.orders.lookup.profile()
    preview = preview_switch(order, plan, licence, on, profile, services.clock(), services.zone)
    said = preview_sentences(preview, context.ends, context.formats.money)
    if preview.refusal is not None:
        raise CompanionError(
            ErrorCode.NOT_SWITCHABLE, "Auto-renewal cannot be switched", said[0], " ".join(said[1:]) or _RENEW
        )
    receipt: Receipt | None = None
    if preview.changes:
        context.output.say(*said)
        confirm(f"Switch auto-renewal {context.arguments.switch}?", yes=context.arguments.yes)
        order, receipt = services.orders.actions.switch_auto_renew(number, plan, on)
        if not on:
            services.reminders.note_switched_off(number, licence.id)
        licence, plan = _renewable(order, licence.id)
    shown = AutoRenewResult(
        order_number=number,
        licence_id=licence.id,
        product_name=licence.product_name,
        changed=receipt is not None,
        explained=said,
        subscription=plan,
        receipt=receipt,
    )
    lines = said
    if receipt is not None:
        store = services.orders.lookup.profile().store.name
        lines = receipt_lines(
            receipt,
            store=store,
            order_number=number,
            product_name=licence.product_name,
            format_date=context.formats.exact,
            format_moment=context.formats.moment,
        )
        lines += (f"Asked again, the store says: auto-renewal is {'on' if plan.auto_renew else 'off'}.",)
    context.output.result(shown, *lines)
    return EXIT_DONE


_RENEW = "The order's page on the store's website shows what can be done."


def _renewable(order: Order, licence_id: str | None) -> tuple[Licence, Subscription]:
    """The licence that is meant and its plan. Raises `CompanionError`."""
    licence = pick_licence(order, licence_id, renewable=True)
    plan = order.subscription_of(licence)
    if plan is None:
        raise CompanionError(
            ErrorCode.NO_AUTO_RENEWAL,
            "There is no auto-renewal here",
            f"{licence.product_name} was bought without auto-renewal, so nothing will be charged.",
            "Nothing has to be done.",
        )
    return licence, plan
