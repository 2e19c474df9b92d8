"""``companion orders remove``: forget an order and its credentials."""

from __future__ import annotations

from companion.cli.commands.downloads.left_over import delete_option, settle_left
from companion.cli.context import CommandContext
from companion.cli.options import yes_option
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import confirm, is_interactive
from companion.cli.usage import Parser
from companion.domain.billing.auto_renewal import removal_sentences
from companion.domain.core.model import Model
from companion.domain.transfers.left_downloads import LeftDownload
from companion.services.storage.kept_removals import KEPT_FOR

_KEPT = (
    f"Reminders that were put off, what is known of its files, and invoices then come back with it for {KEPT_FOR.days} "
    "days. Its password does not, and has to be typed."
)


class RemoveOrderResult(Model, frozen=True):
    """``orders remove``: `held` says whether the keychain still holds its password; null when it could not tell.

    `unfinished` are its downloads that were not finished and are still there, `undo` is the command that adds it again.
    """

    order_number: str
    removed: bool
    held: bool | None
    unfinished: tuple[LeftDownload, ...] = ()
    undo: str | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders remove``."""
    parser.add_argument("number", metavar="NUMBER", help="the order number")
    yes_option(parser)
    delete_option(parser)
    parser.add_argument("--for-good", action="store_true", help="keep nothing that was noted of it")
    parser.describe(
        json="{orderNumber, removed, held, unfinished: [{name, folder, done, size, kept}], undo}",
        examples=("orders remove LF-5930-2216",),
        notes="Only this PC forgets the order. At the store nothing changes. Finished downloads stay, and unless "
        "--delete-downloads is given or you agree, what has arrived of unfinished ones stays too. What was noted of it "
        "here (reminders that were put off, files, invoices) is kept for 30 days and comes back when it is added anew; "
        "its password is deleted, and has to be typed then.",
    )


def run(context: CommandContext) -> int:
    """Forget an order; afterwards the keychain does not give its credentials any more."""
    number = context.order_number()
    orders = context.services.orders
    _warn(context, number)
    downloads = context.owned.left_downloads
    before = downloads.found()
    for_good = context.arguments.for_good
    orders.lookup.remove(number, for_good=for_good)
    downloads.unqueue(orders.store, number)
    held = orders.lookup.in_keychain(number)
    left, said = settle_left(context, before)
    undo = f"companion orders add {number}"
    context.output.result(
        RemoveOrderResult(order_number=number, removed=True, held=held, unfinished=left, undo=undo),
        f"Order {number} is forgotten{_proof(context, number, held)} The order itself is untouched.",
        f"To have it back, with the password of its confirmation e-mail: {undo}",
        *(() if for_good else (_KEPT,)),
        *said,
    )
    return EXIT_DONE


def _warn(context: CommandContext, number: str) -> None:
    """Say what goes on being charged, and ask a person whether it shall be removed all the same.

    Without a terminal it is only said: scripts remove orders without a person to ask, and adding it again undoes it.
    """
    known = context.services.orders.cache.known(number)
    if known.order is None:
        return
    said = removal_sentences(known.order, context.services.zone, context.ends, context.formats.money)
    if not said:
        return
    context.output.say(f"{' '.join(said)} To switch it off first: companion auto-renew {number} off")
    if is_interactive():
        confirm("Remove it from this PC all the same?", yes=context.arguments.yes)


def _proof(context: CommandContext, number: str, held: bool | None) -> str:
    """What is known of its password; where the keychain could not be searched nothing is claimed."""
    if held is False:
        return ", and the keychain holds nothing of it any more."
    if context.services.orders.lookup.was_kept(number) is False:
        return ", and its password was never written down."
    trouble = context.services.keychain.trouble or "The keychain could not be asked."
    return f" here. {trouble} If a keychain has its password, it is still there."
