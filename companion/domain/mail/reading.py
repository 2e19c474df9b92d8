"""What was read out of an e-mail: findings with the words they stood in, secrets apart, doubts and warnings."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from companion.domain.core.model import Secret
from companion.domain.mail.origin.platforms import Platform
from companion.domain.purchases.facts import Field


class Finding(NamedTuple):
    """One value: its canonical text, the product or download it is about, and the words it stood in."""

    field: Field
    value: str
    quote: str
    item: str = ""


class KeyFound(NamedTuple):
    """A licence key and the product it is for, as far as the mail tells (else empty). The quote never holds the key."""

    product: str
    key: Secret
    quote: str


class LinkFound(NamedTuple):
    """An address that opens a download, used byte for byte, and the name of the file or product."""

    name: str
    address: Secret


class Reading(NamedTuple):
    """What an e-mail says of a purchase. Nothing in it has been proven; the person confirms it field by field.

    `reason` says by what it was recognised, `doubts` what to look at before confirming, `unread` those of them that
    name a part which was not read, `warning` why it may be a fraud.
    """

    platform: Platform | None
    reason: str
    sender: str | None
    sender_domain: str | None
    sent_at: dt.datetime | None
    subject: str
    findings: tuple[Finding, ...]
    keys: tuple[KeyFound, ...] = ()
    links: tuple[LinkFound, ...] = ()
    order_password: Secret | None = None
    password_is_structured: bool = False
    doubts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    warning: str | None = None

    @property
    def is_purchase(self) -> bool:
        """Whether enough was recognised: a number, a key, or a product with an end or a price."""
        fields = {finding.field for finding in self.findings}
        telling = {Field.EXPIRES, Field.PRICE, Field.RENEWS_ON, Field.DOWNLOAD_LINK, Field.DOWNLOAD_UNTIL}
        return (
            bool(self.keys)
            or Field.ORDER_NUMBER in fields
            or (Field.PRODUCT in fields and bool((fields & telling) or self.links))
            or bool(self.links and self.platform is not None)
        )

    def value(self, field: Field, item: str = "") -> str | None:
        """Returns the value of a field, or None."""
        return next(
            (found.value for found in self.findings if found.field is field and (not item or found.item == item)), None
        )
