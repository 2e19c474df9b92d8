"""Order number and password of a store's own confirmation e-mail, for adding its order.

The mail is read like any other (`reader`); the patterns of the store's profile are one more way to recognise number and
password. A mail of another shop is told apart here, so that its number is never tried at this store.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model, Secret
from companion.domain.core.untrusted.foreign_text import text_of
from companion.domain.entitlements.order_lookup import tidy_order_number, tidy_order_password
from companion.domain.mail.message.files import LARGEST_MAIL, FileKind, kind_of, mails_of_mailbox
from companion.domain.mail.message.letter import Letter, letter_of_html, letter_of_text, read_letter
from companion.domain.mail.notes import STRUCTURED
from companion.domain.mail.origin.platforms import Platform
from companion.domain.mail.reader import read_mail
from companion.domain.mail.reading import Reading
from companion.domain.mail.text.patterns import first_match, fits
from companion.domain.purchases.facts import Field
from companion.domain.store.profile import MailPatterns

LARGEST = LARGEST_MAIL
"""Bytes of a file that are still looked at."""

_MOST_MAILS = 200


class MailSource(enum.StrEnum):
    """How the order number was recognised."""

    STRUCTURED = "structured"
    PATTERNS = "patterns"
    LABELS = "labels"


class MailRefusal(enum.StrEnum):
    """Why nothing was found."""

    TOO_LARGE = "tooLarge"
    NOT_A_MAIL = "notAMail"
    NO_ORDER = "noOrder"
    OTHER_SHOP = "otherShop"
    OUTLOOK = "outlook"


class MailReading(Model, frozen=True):
    """What a confirmation e-mail says; `password` can be missing although the order number is there."""

    order_number: str | None = None
    password: Secret | None = None
    source: MailSource | None = None
    refusal: MailRefusal | None = None


def refusal_sentence(refusal: MailRefusal) -> str:
    """Returns why a mail was of no use, in plain words."""
    return {
        MailRefusal.TOO_LARGE: "This file is too large to be an order confirmation.",
        MailRefusal.NOT_A_MAIL: "This file is not an e-mail that can be read.",
        MailRefusal.NO_ORDER: "No order number was found in this e-mail. Is it the confirmation of your order?",
        MailRefusal.OTHER_SHOP: "This e-mail is about an order at another shop, so this store was not asked for it.",
        MailRefusal.OUTLOOK: "Outlook's own form of this e-mail cannot be read: save it as .eml or copy its text.",
    }[refusal]


def read_confirmation(data: bytes, patterns: MailPatterns | None) -> MailReading:
    """Returns the order that a confirmation e-mail is about, with the store's `patterns` where they are known.

    `data` is a file of any kind that `files.kind_of` knows. Never raises for anything it can hold.
    """
    if len(data) > LARGEST:
        return MailReading(refusal=MailRefusal.TOO_LARGE)
    refusal = MailRefusal.OUTLOOK if kind_of(data) is FileKind.OUTLOOK else MailRefusal.NOT_A_MAIL
    for letter in _letters(data):
        found = _find(letter, patterns)
        if found.refusal is None:
            return found
        refusal = found.refusal
    return MailReading(refusal=refusal)


def _letters(data: bytes) -> Iterator[Letter]:
    kind = kind_of(data)
    if kind is FileKind.MAILBOX:
        for number, mail in enumerate(mails_of_mailbox(iter((data,)))):
            if number < _MOST_MAILS and (letter := read_letter(mail)) is not None:
                yield letter
    elif kind is FileKind.EMAIL:
        found = read_letter(data)
        yield from (found,) if found is not None else ()
    elif kind is FileKind.OUTLOOK:
        # Loaded when such a file is met: no other use of the program needs it.
        from companion.domain.mail.message.outlook import read_outlook

        opened = read_outlook(data)
        yield from (opened,) if opened is not None else ()
    elif kind is FileKind.HTML:
        yield letter_of_html(text_of(data))
    elif kind is FileKind.TEXT and data.strip():
        yield letter_of_text(text_of(data))


def _find(letter: Letter, patterns: MailPatterns | None) -> MailReading:
    reading = read_mail(letter)
    rows = (*letter.plain, *letter.rich)
    matched = _number(first_match(patterns.order_number, rows)) if patterns is not None else None
    stated, source = _stated(reading)
    if (
        stated is not None
        and (source is MailSource.STRUCTURED or matched is None)
        and _is_own(reading, stated, patterns)
    ):
        return MailReading(order_number=stated, password=_password_of(reading, letter, patterns), source=source)
    if matched is not None:
        password = _password_of(reading, letter, patterns)
        return MailReading(order_number=matched, password=password, source=MailSource.PATTERNS)
    if stated is not None:
        return MailReading(refusal=MailRefusal.OTHER_SHOP)
    if any("winmail.dat" in sentence for sentence in reading.unread):
        return MailReading(refusal=MailRefusal.OUTLOOK)
    return MailReading(refusal=MailRefusal.NO_ORDER)


def _stated(reading: Reading) -> tuple[str | None, MailSource]:
    found = next((each for each in reading.findings if each.field is Field.ORDER_NUMBER), None)
    if found is None:
        return None, MailSource.LABELS
    return _number(found.value), MailSource.STRUCTURED if found.quote == STRUCTURED else MailSource.LABELS


def _is_own(reading: Reading, number: str, patterns: MailPatterns | None) -> bool:
    """Whether the number can be one of this store: no other shop system sent the mail, and it has the store's form."""
    if reading.platform not in (None, Platform.STORE_API):
        return False
    return patterns is None or fits(patterns.order_number, number)


def _password_of(reading: Reading, letter: Letter, patterns: MailPatterns | None) -> Secret | None:
    stated = _password(reading.order_password.reveal() if reading.order_password is not None else None)
    pattern = patterns.order_password if patterns is not None else None
    if pattern is None:
        return stated
    matched = _password(first_match(pattern, (*letter.plain, *letter.rich)))
    return stated if stated is not None and reading.password_is_structured else matched or stated


def _number(text: str | None) -> str | None:
    """A usable order number, or None: the mail's word goes through the same check as a person's."""
    try:
        return tidy_order_number(text) if text is not None and len(text) <= 200 else None
    except CompanionError:
        return None


def _password(text: str | None) -> Secret | None:
    try:
        return tidy_order_password(text) if text is not None else None
    except CompanionError:
        return None
