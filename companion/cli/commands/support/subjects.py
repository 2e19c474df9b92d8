"""What support can be asked about, and which of it is meant: for ``companion support`` and ``case-file``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from companion.cli.commands.support.lines import KnownStore
from companion.cli.context import CommandContext
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.support.subjects import (
    DueDate,
    SupportSubject,
    matching,
    order_subjects,
    purchase_subjects,
    subject_in_need,
)

if TYPE_CHECKING:
    from companion.domain.purchases.purchase import Overview
    from companion.services.container.store import Services


class KnownSubjects(NamedTuple):
    """Everything that support can be asked about."""

    stores: tuple[KnownStore, ...]
    purchases: tuple[Overview, ...]
    subjects: tuple[SupportSubject, ...]


def known_subjects(context: CommandContext) -> KnownSubjects:
    """Returns the orders of every store and the purchases of any shop; with a store named, only its orders.

    Raises `CompanionError` when nothing is known, and ``no-store`` when there is neither a store nor a purchase.
    """
    from companion.services.reminders import without_known_orders

    troubles: list[CompanionError] = []
    stores = tuple(each for each in (_profile_of(one, troubles) for one in context.stores_if_any()) if each is not None)
    owned = context.owned
    purchases = () if context.arguments.store else without_known_orders(owned.library, owned.all_purchases())
    if not stores and not purchases and troubles:
        raise troubles[0]
    subjects = [
        subject
        for store in stores
        for subject in order_subjects(
            store.services.orders.store, store.profile.store.name, store.services.orders.cache.read()
        )
    ]
    return KnownSubjects(stores, purchases, (*subjects, *purchase_subjects(purchases)))


def chosen_subject(context: CommandContext, known: KnownSubjects, words: str | None) -> SupportSubject | None:
    """Returns what `words` name, else what needs attention; None when there is nothing. Raises ``order-unknown``."""
    from companion.services.store.attempts import failures

    subjects = known.subjects
    if words:
        subjects = matching(subjects, words)
        if not subjects:
            raise CompanionError(
                ErrorCode.ORDER_UNKNOWN,
                "Nothing of that name is known",
                f"Nothing that you bought, and no store or maker of it, is called “{clean_text(words, 80)}”.",
                "List what you own: companion purchases list",
            )
    due = [
        DueDate(store.services.orders.store, each.subject)
        for store in known.stores
        for each in store.services.reminders.agenda().due
        if each.subject.purchase is None
    ]
    due += [DueDate("", each.subject) for each in context.owned.reminders().agenda().due] if known.purchases else []
    return subject_in_need(subjects, failures(context.owned.library, context.owned.clock()), due)


def _profile_of(services: Services, troubles: list[CompanionError]) -> KnownStore | None:
    """A store with what is known of it, asked only when nothing is; one that does not answer hides no other."""
    try:
        profile = services.orders.cache.remembered_profile() or services.orders.lookup.profile()
    except CompanionError as error:
        troubles.append(error)
        return None
    return KnownStore(services, profile)
