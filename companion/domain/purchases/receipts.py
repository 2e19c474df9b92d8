"""Receipts of a switched-off renewal that came by e-mail, from stores that offer no other proof."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from companion.domain.core.model import Instant, Model
from companion.domain.core.text import FormatDate
from companion.domain.purchases.facts import Field, SourceKind
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.values import AutoRenewal


class EmailReceipt(Model, frozen=True):
    """What an e-mail says of a renewal that was switched off: its sender, its time and the sentence, without keys."""

    id: str
    purchase: str
    order_number: str | None
    sender: str
    received_at: Instant
    auto_renew: bool
    statement: str
    source: str = SourceKind.EMAIL.value


def email_receipts(found: Overview) -> tuple[EmailReceipt, ...]:
    """Returns the receipts of a purchase that e-mails are, newest first."""
    facts = [
        fact
        for fact in found.facts
        if fact.field is Field.AUTO_RENEW and fact.value == AutoRenewal.OFF and fact.source.kind is SourceKind.EMAIL
    ]
    facts.sort(key=lambda fact: fact.said_at, reverse=True)
    return tuple(
        EmailReceipt(
            id=hashlib.sha256(f"{found.id} {fact.source.name} {fact.said_at.isoformat()}".encode()).hexdigest()[:12],
            purchase=found.id,
            order_number=found.order_number,
            sender=fact.source.name,
            received_at=fact.said_at,
            auto_renew=False,
            statement=fact.quote or "",
        )
        for fact in facts
    )


def receipts_of(number: str, purchases: Iterable[Overview]) -> tuple[EmailReceipt, ...]:
    """Returns the receipts of purchases that are meant by an order number or the beginning of an id."""
    return tuple(
        receipt
        for found in purchases
        if number and (found.order_number == number or found.id.startswith(number))
        for receipt in email_receipts(found)
    )


def email_receipt_lines(receipt: EmailReceipt, name: str, format_moment: FormatDate) -> tuple[str, ...]:
    """Returns a receipt as lines of text, the first of them its title."""
    return (
        f"Auto-renewal switched off: {name}",
        f"Confirmed by the e-mail from: {receipt.sender}",
        f"Date of the e-mail: {format_moment(receipt.received_at)}",
        f"What it says: {receipt.statement or 'The sentence was not kept'}",
        f"Receipt number: {receipt.id}",
    )
