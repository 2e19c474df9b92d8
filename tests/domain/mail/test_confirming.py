"""What a person confirms before something is added."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.mail.confirming import confirm_rows, confirmed, is_key, typed_draft
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.purchases.purchase import Overview, Purchase, overview

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
SENT = NOW - dt.timedelta(days=3)
MAIL, PERSON = Source(kind=SourceKind.EMAIL, name="shop@shop.example"), Source(kind=SourceKind.PERSON)
KEY = "7Q2X-KEY9-ZZ41-ABCD"


def mail() -> Draft:
    return draft_of(
        [
            (Field.SENDER_DOMAIN, "shop.example", ""),
            (Field.ORDER_NUMBER, "18", ""),
            (Field.PRODUCT, "Harbour Suite", "Harbour Suite"),
            (Field.EXPIRES, "2028-01-08", "Harbour Suite"),
        ],
        MAIL, SENT, quotes={(Field.ORDER_NUMBER, ""): "[Order #18]"},
    )  # fmt: skip


def seen(draft: Draft) -> Overview:
    return overview(Purchase(id="1", added_at=NOW, facts=draft.facts))


def test_the_product_comes_first_and_each_value_has_its_words() -> None:
    rows = confirm_rows(mail())
    assert [(row.place[1], row.value, row.quote) for row in rows] == [
        (Field.PRODUCT, "Harbour Suite", None),
        (Field.ORDER_NUMBER, "18", "[Order #18]"),
        (Field.EXPIRES, "2028-01-08", None),
    ]
    assert not any(row.asked for row in rows)


def test_only_what_is_missing_is_asked_for() -> None:
    key = draft_of([], PERSON, NOW, keys=[("", Secret(KEY))])
    assert [(row.place[1], row.asked) for row in confirm_rows(key)] == [(Field.PRODUCT, True)]
    number = draft_of([(Field.ORDER_NUMBER, "18", "")], PERSON, NOW)
    assert [row.place[1] for row in confirm_rows(number) if row.asked] == [Field.PRODUCT, Field.STORE_NAME]


def test_what_was_confirmed_unchanged_stays_the_words_of_the_mail() -> None:
    draft = mail()
    assert confirmed(draft, {row.place: row.value for row in confirm_rows(draft)}, NOW) == draft


def test_a_changed_value_is_the_persons_word_and_the_mail_stays_beside_it() -> None:
    draft = mail()
    place = next(row.place for row in confirm_rows(draft) if row.place[1] is Field.EXPIRES)
    found = seen(confirmed(draft, {place: "2028-02-08"}, NOW))
    assert str(found.products[0].expires) == "2028-02-08"
    assert not found.conflicts
    said = {(fact.source.kind, fact.value) for fact in found.facts if fact.field is Field.EXPIRES}
    assert said == {(SourceKind.PERSON, "2028-02-08"), (SourceKind.EMAIL, "2028-01-08")}


def test_an_emptied_value_is_left_out() -> None:
    draft = mail()
    place = next(row.place for row in confirm_rows(draft) if row.place[1] is Field.EXPIRES)
    assert str(seen(confirmed(draft, {place: " "}, NOW)).products[0].expires) == "unknown"


def test_a_value_that_cannot_be_used_is_refused() -> None:
    draft = mail()
    place = next(row.place for row in confirm_rows(draft) if row.place[1] is Field.EXPIRES)
    with pytest.raises(CompanionError) as caught:
        confirmed(draft, {place: "next summer"}, NOW)
    assert caught.value.code == ErrorCode.BAD_VALUE


def test_a_key_belongs_to_the_product_that_was_named_for_it() -> None:
    draft = draft_of([], PERSON, NOW, keys=[("", Secret(KEY))])
    (row,) = confirm_rows(draft)
    named = confirmed(draft, {row.place: "Quill Editor"}, NOW)
    again = typed_draft("quill editor", KEY, key=True, values=[], now=NOW)
    assert [kept.about for kept in named.secrets] == [kept.about for kept in again.secrets]
    assert seen(named).products[0].name == "Quill Editor"


def test_three_fields_are_enough() -> None:
    found = seen(typed_draft("Harbour Suite", "18", key=False, values=[(Field.EXPIRES, "2028-01-08")], now=NOW))
    (product,) = found.products
    assert (product.name, found.order_number, str(product.expires)) == ("Harbour Suite", "18", "2028-01-08")
    with pytest.raises(CompanionError):
        typed_draft(" ", "18", key=False, values=[], now=NOW)


@pytest.mark.parametrize(
    ("text", "key"),
    [(KEY, True), ("18", False), ("#1001", False), ("", False), ("0123456789abcdef0123456789abcdef", True)],
)
def test_a_key_is_told_from_an_order_number(text: str, key: bool) -> None:
    assert is_key(text, NOW) is key
