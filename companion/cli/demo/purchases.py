"""What the demo's customer owns from the start: bought at three other shops, and typed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind, read_value

if TYPE_CHECKING:
    from companion.cli.demo.workspace import Workspace
    from companion.domain.purchases.purchase import Overview
    from companion.services.app.cancellation import Cancellation
    from companion.services.container.owned import Owned
    from companion.services.container.store import Services

# Ben's licence for three PCs: a free seat for this one, a download window that is open, and a price that rises.
ORDER_NUMBER = "LF-5930-2216"
_BY_HAND = "Inkstone Type Library"


def add_mails(owned: Owned, mails: Iterable[Path], cancellation: Cancellation) -> tuple[Overview, ...]:
    """Add what each e-mail says, as a person who drops it on the window; one that is known already is not added twice.

    Returns the purchases in the order of the e-mails. Raises `CompanionError` and `Cancelled`.
    """
    return tuple(_add(owned, _read(owned, mail, cancellation)) for mail in mails)


def add_by_hand(owned: Owned, begun_at: dt.datetime) -> Overview:
    """Add a purchase that no shop and no e-mail tells of. Raises `CompanionError`."""
    bought = begun_at.date() - dt.timedelta(days=208)
    typed = {
        Field.PRODUCT: _BY_HAND,
        Field.ORDER_NUMBER: "INK-0773",
        Field.BOUGHT_ON: str(bought),
        Field.EXPIRES: "never",
        Field.NOTE: "Bought at a fair; the receipt is in the blue folder.",
    }
    values = [(field, read_value(field, text), _BY_HAND) for field, text in typed.items()]
    return _add(owned, draft_of(values, Source(kind=SourceKind.PERSON), begun_at))


def begin_with_purchases(services: Services, workspace: Workspace, cancellation: Cancellation) -> None:
    """Add what the demo begins with: an order of its store, what three shops' e-mails say, and a purchase by hand.

    Raises `CompanionError` and `Cancelled`.
    """
    add_mails(services.owned, workspace.shops.mails, cancellation)
    add_by_hand(services.owned, workspace.state.begun_at)
    account = next(each for each in workspace.store.accounts if each.order_number == ORDER_NUMBER)
    services.orders.lookup.add(account.order_number, Secret(account.order_password))
    services.owned.mirror.run()


def _read(owned: Owned, mail: Path, cancellation: Cancellation) -> Draft:
    for found in owned.intake.read_file(mail, cancellation):
        if found.draft is not None:
            return found.draft
    raise CompanionError(
        ErrorCode.FILE_NOT_READABLE,
        "An e-mail of the demo was not recognised",
        f"{mail} was changed after the demo had written it.",
        "Start the demo again: it writes its e-mails anew.",
    )


def _add(owned: Owned, draft: Draft) -> Overview:
    added = owned.purchases.add(draft)
    if added.purchase_id is None:
        # Only a person could tell; in the demo it is the purchase of an earlier start.
        added = owned.purchases.add(draft, into=added.candidates[0])
    return owned.purchases.get(str(added.purchase_id))
