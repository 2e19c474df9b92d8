"""Receipts of a switched-off renewal that came by e-mail, from stores that offer no other proof.

They are kept for good, apart from the facts: what a later e-mail says, or removing the purchase, takes none away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from companion.domain.core.model import Instant, Model
from companion.domain.core.text import FormatMoment
from companion.domain.purchases.facts import Fact, Field, SourceKind
from companion.domain.purchases.purchase import Overview, Purchase, overview
from companion.domain.purchases.values import AutoRenewal


class EmailReceipt(Model, frozen=True):
    """What an e-mail says of a renewal that was switched off: its sender, its time and the sentence, without keys.

    `name` is what was bought, as it was known when the receipt was kept. The same e-mail has the same `id`.
    """

    id: str
    purchase: str
    name: str
    order_number: str | None
    sender: str
    received_at: Instant
    auto_renew: bool
    statement: str
    source: str = SourceKind.EMAIL.value


def says_off(fact: Fact) -> bool:
    """Whether a fact is an e-mail's word that the renewal was switched off."""
    return (fact.field, fact.value, fact.source.kind) == (Field.AUTO_RENEW, AutoRenewal.OFF, SourceKind.EMAIL)


def email_receipts(purchase: Purchase, said: Iterable[Fact] = ()) -> tuple[EmailReceipt, ...]:
    """Returns the receipts that the facts of a purchase are, and those among facts that were `said` of it."""
    facts = [fact for fact in (*purchase.facts, *said) if says_off(fact)]
    if not facts:
        return ()
    return tuple(dict.fromkeys(_receipt(overview(purchase), fact) for fact in facts))


def receipts_about(found: Overview, kept: Iterable[EmailReceipt]) -> tuple[EmailReceipt, ...]:
    """Returns the receipts of a purchase, newest first: those of its facts, and of `kept` those that belong to it.

    One that was kept for a purchase removed since belongs to it when order number and sender fit.
    """
    own = (_receipt(found, fact) for fact in found.facts if says_off(fact))
    return _newest_first([*(each for each in kept if _belongs(each, found)), *own])


def receipts_of(number: str, purchases: Iterable[Overview], kept: Sequence[EmailReceipt]) -> tuple[EmailReceipt, ...]:
    """Returns the receipts that are meant by an order number or the beginning of a purchase's id, newest first."""
    if not number:
        return ()
    named = [each for each in kept if each.order_number == number or each.purchase.startswith(number)]
    for found in purchases:
        if found.order_number == number or found.id.startswith(number):
            named.extend(receipts_about(found, kept))
    return _newest_first(named)


def email_receipt_lines(receipt: EmailReceipt, format_moment: FormatMoment) -> tuple[str, ...]:
    """Returns a receipt as lines of text, the first of them its title."""
    return (
        f"Auto-renewal switched off: {receipt.name}",
        f"Confirmed by the e-mail from: {receipt.sender or 'A sender that is not known'}",
        f"Date of the e-mail: {format_moment(receipt.received_at)}",
        f"What it says: {receipt.statement or 'The sentence was not kept'}",
        f"Receipt number: {receipt.id}",
    )


def _receipt(found: Overview, fact: Fact) -> EmailReceipt:
    import hashlib  # here, because it brings OpenSSL along and few purchases have such a receipt

    mail = f"{fact.source.name}\n{fact.said_at.isoformat()}\n{fact.quote or ''}"
    return EmailReceipt(
        id=hashlib.sha256(mail.encode()).hexdigest()[:12],
        purchase=found.id,
        name=found.name,
        order_number=found.order_number,
        sender=fact.source.name,
        received_at=fact.said_at,
        auto_renew=False,
        statement=fact.quote or "",
    )


def _belongs(receipt: EmailReceipt, found: Overview) -> bool:
    if receipt.purchase == found.id:
        return True
    if receipt.order_number is None or receipt.order_number != found.order_number:
        return False
    senders = {fact.source.name for fact in found.facts if fact.source.kind is SourceKind.EMAIL}
    domains = {fact.value for fact in found.facts if fact.field is Field.SENDER_DOMAIN}
    return receipt.sender in senders or receipt.sender.rpartition("@")[2] in domains


def _newest_first(receipts: Iterable[EmailReceipt]) -> tuple[EmailReceipt, ...]:
    """The receipts without those of one e-mail again; the first of them is the one that was kept."""
    once: dict[str, EmailReceipt] = {}
    for each in receipts:
        once.setdefault(each.id, each)
    return tuple(sorted(once.values(), key=lambda each: each.received_at, reverse=True))
