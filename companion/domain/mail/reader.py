"""Reads what an e-mail says of a purchase: platform, structured data, labels and values, then doubts.

Order of trust within a mail: structured data, tables with a heading, labels with a value that looks like one, lines
of a known form, sentences. Offers below "You may also like" were not bought and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from companion.domain.core.model import Secret
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.days import take_days
from companion.domain.mail.labelled import LabelledValues
from companion.domain.mail.lines import take_headings, take_lines, take_sold_items, take_unlabelled_keys
from companion.domain.mail.links import manage_page, take_links
from companion.domain.mail.message.letter import Letter
from companion.domain.mail.message.rows import Row
from companion.domain.mail.notes import STRUCTURED, Notes, lines_of
from companion.domain.mail.origin import platforms
from companion.domain.mail.origin.fraud import Brands, warning_of
from companion.domain.mail.origin.senders import store_name
from companion.domain.mail.reading import Reading
from companion.domain.mail.text.labels import Label
from companion.domain.mail.text.names import is_name, product_name
from companion.domain.mail.text.offers import without_offers
from companion.domain.mail.text.pairs import pairs
from companion.domain.mail.text.price_changes import price_change
from companion.domain.mail.text.recognise import as_order_number, find_amount, find_date
from companion.domain.mail.text.sentences import products_in
from companion.domain.mail.text.statements import auto_renew_statement, is_about_trial, never_ends, says_refunded
from companion.domain.mail.text.structured import StructuredOrder, orders_of
from companion.domain.mail.text.terms import renewal_term, terms_in
from companion.domain.purchases.facts import Field
from companion.domain.purchases.values import AutoRenewal

_MOST_SENTENCES = 400
_REFUNDED = "The e-mail says that this order was returned or refunded."
_KEY_FILE = re.compile(
    r"(?i)\.(?:key|lic|licen[cs]e|reg|license\.txt)$|(?:licen[cs]e|serial|lizenz|licen[cs]ia|key).*\.(?:txt|dat|xml)$"
)


def read_mail(letter: Letter, known_products: Iterable[str] = (), brands: Brands | None = None) -> Reading:
    """Returns what `letter` says of a purchase, with a warning where it is probably a fraud.

    `known_products` are names that a directory or the library knows, `brands` the domains of well-known brands.
    """
    warning = warning_of(letter, brands)
    letter = letter._replace(rich=without_offers(letter.rich), plain=without_offers(letter.plain))
    recognised = platforms.recognise(letter)
    notes = Notes(letter, recognised.platform if recognised is not None else None, known_products)
    for order in orders_of(letter.json_ld, letter.items):
        _structured(notes, order)
    for rows in (letter.rich, letter.plain):
        _rows(notes, rows)
    take_days(notes)
    _price_change(notes)
    _trial(notes)
    _renewal_term(notes)
    _sentences(notes)
    _whole_sentences(notes)
    _subject(notes, letter.subject)
    take_links(notes)
    _attachments(notes)
    if (name := store_name(letter, notes.platform)) is not None:
        notes.note(Field.STORE_NAME, name, letter.sender_name)
    return notes.reading(recognised)._replace(warning=warning)


def _structured(notes: Notes, order: StructuredOrder) -> None:
    if order.number and (number := as_order_number(order.number)) is not None:
        notes.note(Field.ORDER_NUMBER, number, STRUCTURED)
    if order.date and (found := find_date(order.date[:10], day_first=None)) is not None:
        notes.note(Field.BOUGHT_ON, found.day.isoformat(), STRUCTURED)
    if order.price and order.currency:
        amount = find_amount(f"{order.price} {order.currency}")
        if amount is not None:
            notes.note(Field.PRICE, amount.money.plain(), STRUCTURED)
    if order.seller:
        notes.note(Field.STORE_NAME, clean_text(order.seller), STRUCTURED)
    if order.status == "OrderReturned":
        notes.doubt(_REFUNDED)
    for name in order.products:
        notes.product(name, STRUCTURED)
    if order.page:
        manage_page(notes, order.page, STRUCTURED)
    if order.password and notes.password is None:
        notes.password, notes.password_is_structured = Secret(order.password), True


def _rows(notes: Notes, rows: Sequence[Row]) -> None:
    """Take over what rows of text say, without replacing what is known already."""
    labelled = LabelledValues(notes)
    labelled.take_tables(rows)
    take_lines(notes, rows)
    labelled.take_pairs(rows)
    take_unlabelled_keys(notes, rows)
    if ("", Field.AUTO_RENEW) not in notes.found:
        stated = auto_renew_statement(lines_of(rows[:1500]))
        if stated is not None:
            notes.note(Field.AUTO_RENEW, stated[0], stated[1])


def _price_change(notes: Notes) -> None:
    """Take over what the next renewal will cost where an e-mail announces that a price changes."""
    letter = notes.letter
    change = price_change(lines_of((*letter.rich[:_MOST_SENTENCES], *letter.plain[:_MOST_SENTENCES])))
    if change is None or (notes.names and not notes.named_in(change.quote)):
        return
    notes.product(change.name, change.quote)
    if (amount := notes.amount(change.new)) is not None:
        notes.note(Field.RENEWAL_PRICE, amount.plain(), change.quote)
    if len(terms := {*terms_in(change.new[:60])}) == 1:
        notes.note(Field.RENEWAL_TERM, terms.pop(), change.quote)


def _trial(notes: Notes) -> None:
    """Take the end of a trial for the day of the first charge where the mail says that it goes on by itself."""
    stated = notes.found.get(("", Field.AUTO_RENEW))
    if stated is None or stated.value != AutoRenewal.ON or ("", Field.RENEWS_ON) in notes.found:
        return
    for place, found in [*notes.found.items()]:
        if found.field is Field.EXPIRES and is_about_trial(found.quote):
            del notes.found[place]
            notes.note(Field.RENEWS_ON, found.value, found.quote)


def _renewal_term(notes: Notes) -> None:
    """Take for how long it renews out of a sentence or a price, unless it does not renew."""
    stated = notes.found.get(("", Field.AUTO_RENEW))
    if stated is not None and stated.value == AutoRenewal.OFF:
        notes.found.pop(("", Field.RENEWAL_TERM), None)
        return
    if ("", Field.RENEWAL_TERM) in notes.found:
        return
    letter = notes.letter
    lines = lines_of((*letter.rich[:_MOST_SENTENCES], *letter.plain[:_MOST_SENTENCES]))
    renews = stated is not None or any(("", field) in notes.found for field in (Field.RENEWS_ON, Field.RENEWAL_PRICE))
    found = renewal_term(lines, renews=renews)
    if found is not None:
        notes.note(Field.RENEWAL_TERM, found.term, found.quote)
        # "24.90 EUR every year": the only amount of the sentence is what a renewal costs.
        if found.is_sentence and (amount := notes.only_amount(found.quote)) is not None:
            notes.note(Field.RENEWAL_PRICE, amount.plain(), found.quote)


def _whole_sentences(notes: Notes) -> None:
    """Take over that the licence has no end, and say that money was given back."""
    letter = notes.letter
    lines = (letter.subject, *lines_of((*letter.rich[:_MOST_SENTENCES], *letter.plain[:_MOST_SENTENCES])))
    if says_refunded(lines):
        notes.doubt(_REFUNDED)
    ends = any(field is Field.EXPIRES for _, field in notes.found)
    if not ends and len(notes.names) <= 1 and (quote := never_ends(lines)) is not None:
        notes.note(Field.EXPIRES, "never", quote, notes.item())


def _sentences(notes: Notes) -> None:
    """Take the product out of a sentence where nothing else names one."""
    letter = notes.letter
    lines = (letter.subject, *lines_of((*letter.rich[:_MOST_SENTENCES], *letter.plain[:_MOST_SENTENCES])))
    if notes.names:
        return
    named = [each for each in products_in(lines) if is_name(product_name(each[0]))]
    if named:
        # "Clearbyte" in the subject is "Clearbyte Endpoint" in the text.
        longer = [each for each in named if _says_more(each[0], named[0][0])]
        notes.product(*max(longer, key=lambda each: len(each[0]), default=named[0]))
    else:
        rows = (*letter.rich[:_MOST_SENTENCES], *letter.plain[:_MOST_SENTENCES])
        take_sold_items(notes, rows)
        if not notes.names:
            take_headings(notes, rows)


def _says_more(name: str, than: str) -> bool:
    """Whether a name is another with further words of a name: "Sketchbird Pro started" is none."""
    further = name[len(than) :].split() if name.casefold().startswith(f"{than.casefold()} ") else []
    return bool(further) and all(word[0].isupper() or word[0].isdigit() for word in further)


def _subject(notes: Notes, subject: str) -> None:
    """Take the order number out of the subject where the text has none."""
    if ("", Field.ORDER_NUMBER) in notes.found or not subject:
        return
    for pair in pairs((Row((subject,)),)):
        if pair.label is Label.ORDER_NUMBER and pair.values:
            number = as_order_number(pair.values[0])
            if number is not None:
                notes.note(Field.ORDER_NUMBER, number, pair.quote)


def _attachments(notes: Notes) -> None:
    """Say what lies in attachments that are not read."""
    for name in notes.letter.attachments:
        if name.lower() == "winmail.dat":
            notes.unread(
                "Outlook packed the text into “winmail.dat”, which is not read:"
                " save the e-mail as .eml or copy its text."
            )
        elif not notes.keys and _KEY_FILE.search(name):
            notes.unread(f"The licence key may be in the attached file “{clean_text(name, 80)}”, which is not read.")
