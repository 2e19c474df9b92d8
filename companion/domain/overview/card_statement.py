"""A line of a card statement: which purchase it is about, why, and what to do about it.

The line is compared with what is known; nothing is read out of it by guessing. An amount or a day is looked for in
every spelling in which a bank may print it, so that "1.234" is never taken for one of two different sums.
"""

from __future__ import annotations

import datetime as dt
import enum
import math
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from companion.domain.billing.auto_renewal import next_charge
from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money, decimals
from companion.domain.core.text import joined
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.words import date_of
from companion.domain.store.orders import Charge, ChargeKind, Order

LONGEST_LINE = 500
"""A line of a statement has at most this many characters; what is longer was pasted by mistake."""
_POSTED_WITHIN = range(-1, 8)
"""A bank prints a charge from the day before the shop's date (time zones) to a week after it (weekends)."""
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SHORTEST_NAME = 4
_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST_NAME},}}")
# A digit among letters is no end of a word: that is how names are imitated ("LARKF1ELD").
_PRINTED_WORD = re.compile(rf"{_WORD.pattern}(?![^\W\d_]|\d+[^\W\d_])")
_COMMON_WORDS = frozenset({"GMBH", "STORE", "SHOP", "SOFTWARE", "ONLINE", "ORDER", "YEAR", "LIMITED", "PAYMENT"})
_MONTH = "|".join(_MONTHS)
_D, _M = r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0?[1-9])"
_AMOUNT = re.compile(r"(?<![\w.,])\d{1,9}(?:[.,' \u00a0\u202f]\d{3}){0,4}[.,]\d{2,3}(?![\w.,])")
_DAY = re.compile(
    rf"(?<!\d)(?:\d{{4}}-\d\d-\d\d|(?:{_D}[./-]{_M}|{_M}[./-]{_D})(?:[./-](?:\d{{4}}|\d\d))?\.?"
    rf"|{_D}[ .-]{{0,2}}(?:{_MONTH})|(?:{_MONTH})[ .-]{{0,2}}{_D})(?!\d)"
)
_ORDINAL = r"(?:ST|ND|RD|TH)?"
_APART, _YEAR, _STOP = "[ .,/'-]", r"(?P<year>\d{4}|\d\d)", r"(?!\d)(?![./-]\d)"
_END = rf"(?:(?P<apart>{_APART}{{1,2}}){_YEAR})?{_STOP}"
_END_OF_NAME = rf"(?:(?P<apart>{_APART}{{0,2}}){_YEAR})?{_STOP}"
_DAYS = tuple(
    re.compile(rf"(?<![\d./-]){spelled}")
    for spelled in (
        rf"(?P<day>{_D}){_ORDINAL}[ .-]{{0,2}}(?P<month>{_MONTH})[A-Z]*{_END_OF_NAME}",
        rf"(?P<month>{_MONTH})[A-Z]*[ .-]{{0,2}}(?P<day>{_D}){_ORDINAL}{_END}",
        rf"(?P<day>{_D})[./-](?P<month>{_M})(?:\.(?!\d))?{_END}",
        rf"(?P<month>{_M})[./-](?P<day>{_D}){_END}",
        r"(?P<apart>)(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
    )
)
"""How banks print a day; 3/11 is read both ways."""
_AHEAD = dt.timedelta(days=2)
"""A charge that is announced for later than this cannot be on a statement yet."""


class Certainty(enum.StrEnum):
    """How sure it is that a line is about a purchase; `POSSIBLE` rests on the name or the amount alone."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class EntryKind(enum.StrEnum):
    """What a line of a statement is about; `PRICE` is what was paid for a purchase, as it was stated."""

    HOLD = "hold"
    CHARGE = "charge"
    RENEWAL = "renewal"
    REFUND = "refund"
    EXPECTED_RENEWAL = "expectedRenewal"
    PRICE = "price"


class Agreement(enum.StrEnum):
    """What a line and a purchase have in common."""

    NAME = "name"
    AMOUNT = "amount"
    DAY = "day"


class StatementMatch(Model, frozen=True):
    """A purchase that a line may be about; `at` is a moment, or a day as it was stated.

    `order_number` and `purchase_id` tell what it is; `returnable_until` is the last moment to ask for the money back.
    """

    kind: EntryKind
    certainty: Certainty
    agrees: tuple[Agreement, ...]
    name: str
    store: str
    amount: Money
    at: Instant | None
    order_number: str | None = None
    purchase_id: str | None = None
    returnable_until: Instant | None = None


class StoreOrders(NamedTuple):
    """The orders of one store, by the name it goes by."""

    name: str
    orders: tuple[Order, ...]


class _Entry(NamedTuple):
    """What would stand on a statement for something known; `names` are the words it may be printed under."""

    match: StatementMatch
    names: tuple[str, ...]
    amounts: tuple[Money, ...]


def explain_line(
    line: str, stores: Iterable[StoreOrders], purchases: Iterable[Overview], now: dt.datetime, zone: dt.tzinfo
) -> tuple[StatementMatch, ...]:
    """Returns what the line may be about, the surest first, of equal ones the latest.

    What is announced for the days after `now` is left out. When one is certain the merely possible ones are left out.
    """
    printed = _Line.of(clean_text(line, LONGEST_LINE).upper())
    found = []
    for entry in (*_of_orders(stores, zone), *_of_purchases(purchases, zone)):
        at = entry.match.at
        if at is not None and at > now + _AHEAD:
            continue
        away = printed.days_away(at.astimezone(zone).date()) if at is not None else None
        agrees = tuple(_agreements(printed, entry, away))
        certainty = _certainty(printed, agrees)
        if certainty is not None:
            found.append(_Found(msgspec.structs.replace(entry.match, certainty=certainty, agrees=agrees), away))
    found.sort(key=_rank)
    return _only_the_surest(found)


class _Line(NamedTuple):
    """A line in capital letters, taken apart once: it is compared with everything that was ever bought.

    `days` are the days that it prints, as year (None where none is printed), month and day.
    """

    text: str
    letters: str
    words: tuple[str, ...]
    days: frozenset[tuple[int | None, int, int]]
    has_amount: bool
    has_day: bool

    @classmethod
    def of(cls, text: str) -> _Line:
        rest = _without_amounts(text)
        return cls(
            text,
            _letters(text),
            tuple(_words(text, _PRINTED_WORD)),
            frozenset(_printed_days(rest)),
            _AMOUNT.search(text) is not None,
            _DAY.search(rest) is not None,
        )

    def days_away(self, day: dt.date) -> int | None:
        """How far the printed day is from the day of the charge; None where none is printed that fits."""
        near = ((shift, day + dt.timedelta(days=shift)) for shift in _POSTED_WITHIN)
        fitting = (abs(shift) for shift, each in near if self._prints_day(each))
        return min(fitting, default=None) if self.days else None

    def _prints_day(self, day: dt.date) -> bool:
        return not self.days.isdisjoint({(None, day.month, day.day), (day.year, day.month, day.day)})


class _Found(NamedTuple):
    match: StatementMatch
    days_away: int | None


def _rank(found: _Found) -> tuple[int, int, int, bool, float]:
    """The surest first; of equal ones the nearest day, money that moved before holds, and the latest."""
    match, away = found
    at = match.at.timestamp() if match.at is not None else -math.inf
    hold = match.kind is EntryKind.HOLD
    days = away if away is not None else len(_POSTED_WITHIN)
    return list(Certainty).index(match.certainty), -len(match.agrees), days, hold, -at


def _only_the_surest(found: list[_Found]) -> tuple[StatementMatch, ...]:
    """The matches without the merely possible ones where something is surer; of several certain ones one day wins."""
    if not found or found[0].match.certainty is Certainty.POSSIBLE:
        return tuple(each.match for each in found)
    sure = [each for each in found if each.match.certainty is not Certainty.POSSIBLE]
    certain = [each for each in sure if each.match.certainty is Certainty.CERTAIN]
    moved = [each for each in certain if each.match.kind is not EntryKind.HOLD] or certain
    nearest = [each for each in moved if each.days_away == moved[0].days_away]
    single = len({(each.match.order_number, each.match.purchase_id) for each in nearest}) == 1
    left = []
    for each in sure:
        keeps = each.match.certainty is not Certainty.CERTAIN or (single and each in nearest)
        left.append(each.match if keeps else msgspec.structs.replace(each.match, certainty=Certainty.LIKELY))
    return tuple(left)


def _agreements(line: _Line, entry: _Entry, days_away: int | None) -> Iterator[Agreement]:
    if any(_names(line, name) for name in entry.names):
        yield Agreement.NAME
    if any(_prints(line.text, amount) for amount in entry.amounts):
        yield Agreement.AMOUNT
    if days_away is not None:
        yield Agreement.DAY


def _certainty(line: _Line, agrees: tuple[Agreement, ...]) -> Certainty | None:
    """How sure it is; what the line states otherwise (another amount, another day) speaks against it."""
    named, paid, dated = (each in agrees for each in (Agreement.NAME, Agreement.AMOUNT, Agreement.DAY))
    other_amount = not paid and line.has_amount
    other_day = not dated and line.has_day
    if named and paid and not other_day:
        return Certainty.CERTAIN
    if (named and paid) or (paid and dated) or (named and dated and not other_amount):
        return Certainty.LIKELY
    if named or (paid and not other_day):
        return Certainty.POSSIBLE
    return None


def _names(line: _Line, name: str) -> bool:
    """Whether the line prints the name: banks cut names, and drop what is no letter or digit."""
    wanted = _letters(name)
    if len(wanted) >= _SHORTEST_NAME and wanted in line.letters:
        return True
    cut = (word for word in line.words if len(word) > _SHORTEST_NAME)
    if any(wanted.startswith(word) for word in cut):
        return True
    return any(
        one.startswith(word) or (len(one) > _SHORTEST_NAME and word.startswith(one))
        for word in _words(name)
        for one in line.words
    )


def _words(text: str, pattern: re.Pattern[str] = _WORD) -> list[str]:
    return [word for word in pattern.findall(text.upper()) if word not in _COMMON_WORDS]


def _letters(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _prints(text: str, amount: Money) -> bool:
    """Whether the line has this amount in any of the spellings of banks."""
    places = decimals(amount.currency)
    whole, minor = divmod(abs(amount.amount), 10**places)
    grouped = f"{whole:,}"
    spellings = set()
    for groups, mark in (
        (",", "."),
        (".", ","),
        ("'", "."),
        (" ", ","),
        ("\u00a0", ","),
        ("\u202f", ","),
        ("", "."),
        ("", ","),
    ):
        spelled = grouped.replace(",", groups)
        spellings.add(f"{spelled}{mark}{minor:0{places}d}" if places else spelled)
    if not minor and amount.currency in text:
        spellings.add(str(whole))
    return any(
        spelled in text and re.search(rf"(?<![\d.,']){re.escape(spelled)}(?![\d]|[.,]\d)", text)
        for spelled in spellings
    )


def _printed_days(text: str) -> Iterator[tuple[int | None, int, int]]:
    for pattern in _DAYS:
        for found in pattern.finditer(text):
            named, year = found["month"], found["year"]
            month = _MONTHS.index(named) + 1 if named in _MONTHS else int(named)
            if year is not None:
                yield int(year) if len(year) == 4 else 2000 + int(year), month, int(found["day"])
            # Two digits after a blank need not be a year.
            if year is None or (len(year) == 2 and not found["apart"].strip()):
                yield None, month, int(found["day"])


def _without_amounts(text: str) -> str:
    """The line without its amounts: 23.11 may be one, 65.20 is not a day."""
    return _AMOUNT.sub(lambda found: found[0] if _DAY.fullmatch(found[0]) else " ", text)


def _of_orders(stores: Iterable[StoreOrders], zone: dt.tzinfo) -> Iterator[_Entry]:
    for store in stores:
        for order in store.orders:
            for charge in order.charges:
                yield _of_charge(store.name, order, charge)
            for licence in order.licences:
                ahead = next_charge(order, order.subscription_of(licence), zone)
                if ahead is not None:
                    match = StatementMatch(
                        kind=EntryKind.EXPECTED_RENEWAL,
                        certainty=Certainty.POSSIBLE,
                        agrees=(),
                        name=licence.product_name,
                        store=store.name,
                        amount=ahead.tax.total or ahead.amount,
                        at=ahead.at,
                        order_number=order.number,
                    )
                    descriptors = {charge.statement_descriptor for charge in order.charges}
                    yield _Entry(match, (store.name, *sorted(descriptors)), (match.amount, ahead.amount))


def _of_charge(store: str, order: Order, charge: Charge) -> _Entry:
    about, _, which = charge.about.partition(":")
    renewed = [licence.product_name for licence in order.licences if licence.subscription_id == which]
    kinds = {ChargeKind.AUTHORIZATION: EntryKind.HOLD, ChargeKind.REFUND: EntryKind.REFUND}
    kind = kinds.get(charge.kind, EntryKind.RENEWAL if about == "subscription" else EntryKind.CHARGE)
    rule = order.return_eligibility
    paid = kind in (EntryKind.CHARGE, EntryKind.RENEWAL)
    match = StatementMatch(
        kind=kind,
        certainty=Certainty.POSSIBLE,
        agrees=(),
        name=joined(renewed or [item.name for item in order.line_items]) or f"order {order.number}",
        store=store,
        amount=charge.amount,
        at=charge.at,
        order_number=order.number,
        returnable_until=rule.deadline if paid and rule.eligible and not order.returns else None,
    )
    return _Entry(match, (charge.statement_descriptor, store), (charge.amount,))


def _of_purchases(purchases: Iterable[Overview], zone: dt.tzinfo) -> Iterator[_Entry]:
    for purchase in purchases:
        names = tuple(name for name in (purchase.store.name, purchase.maker, *_product_names(purchase)) if name)
        renewal = purchase.renewal
        stated = [(EntryKind.PRICE, purchase.price, purchase.bought_on)]
        if renewal is not None:
            stated.append((EntryKind.EXPECTED_RENEWAL, renewal.amount, renewal.at))
        for kind, amount, day in stated:
            if amount is None:
                continue
            match = StatementMatch(
                kind=kind,
                certainty=Certainty.POSSIBLE,
                agrees=(),
                name=purchase.name,
                store=purchase.store.name or purchase.maker or "",
                amount=amount,
                at=date_of(day, zone) if day is not None else None,
                order_number=purchase.order_number,
                purchase_id=purchase.id,
            )
            yield _Entry(match, names, (amount,))


def _product_names(purchase: Overview) -> Iterator[str]:
    return (product.name for product in purchase.products if product.name)
