"""An e-mail that confirms a switched-off renewal is a receipt."""

from __future__ import annotations

import datetime as dt

from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase, overview
from companion.domain.purchases.receipts import email_receipt_lines, receipts_about, receipts_of

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
SAID = "The automatic renewal of your plan has been turned off."


def said(value: str, kind: SourceKind, at: dt.datetime = NOW) -> Fact:
    source = Source(kind=kind, name="shop@shop.example" if kind is SourceKind.EMAIL else "")
    return Fact(field=Field.AUTO_RENEW, value=value, source=source, said_at=at, quote=SAID)


def test_only_an_email_that_says_off_is_a_receipt() -> None:
    number = Fact(field=Field.ORDER_NUMBER, value="18", source=Source(kind=SourceKind.PERSON), said_at=NOW)
    found = overview(Purchase(id="abc123", added_at=NOW, facts=(number, said("off", SourceKind.EMAIL))))
    (receipt,) = receipts_about(found, ())
    assert (receipt.sender, receipt.received_at, receipt.statement) == ("shop@shop.example", NOW, SAID)
    assert (receipt.source, receipt.auto_renew, receipt.order_number) == ("email", False, "18")
    for other in (said("on", SourceKind.EMAIL), said("off", SourceKind.PERSON), said("off", SourceKind.STORE)):
        assert receipts_about(overview(Purchase(id="x", added_at=NOW, facts=(other,))), ()) == ()
    assert receipts_of("18", [found], ()) == receipts_of("abc", [found], [receipt]) == (receipt,)
    assert receipts_of("18", [], [receipt]) == receipts_of("abc", [], [receipt]) == (receipt,)
    assert receipts_of("", [found], [receipt]) == receipts_of("19", [found], [receipt]) == ()
    assert any(SAID in line for line in email_receipt_lines(receipt, str))
