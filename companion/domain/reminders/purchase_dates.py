"""The dates of purchases of any shop that are worth a reminder, as their sources state them.

A date that is not stated is none. A calendar day lasts until its end in the person's zone. Where sources disagree, the
earliest of their dates counts, since a reminder that comes too late is worth nothing; its words say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from companion.domain.core.money import Money
from companion.domain.core.time.periods import Period
from companion.domain.purchases.facts import Fact, Field
from companion.domain.purchases.purchase import Overview, Product, read_expiry, resolve
from companion.domain.purchases.values import STORE_API, AutoRenewal, EntitlementState, Expiry
from companion.domain.reminders.dates import OfPurchase, ReminderKind, Statement, Subject

_OVER = frozenset(
    {
        *(EntitlementState.EXPIRED, EntitlementState.DISABLED, EntitlementState.REVOKED),
        *(EntitlementState.REFUNDED, EntitlementState.DISPUTED, EntitlementState.TEST),
    }
)
"""States in which nothing of a product needs a decision any more."""
_SAME_EVENT = dt.timedelta(days=3)
"""What renews by itself runs out at about the day of its charge: one event, of which the charge is told."""


def without_orders(purchases: Iterable[Overview], store: str, numbers: Collection[str]) -> tuple[Overview, ...]:
    """Returns the purchases that are not one of a store's orders, which are reminded of as orders already."""
    known = {number.casefold() for number in numbers}
    return tuple(
        purchase
        for purchase in purchases
        if purchase.store.kind != STORE_API
        or (purchase.store.address or "").rstrip("/") != store.rstrip("/")
        or (purchase.order_number or "").casefold() not in known
    )


def purchase_subjects(purchases: Iterable[Overview], zone: dt.tzinfo) -> Iterator[Subject]:
    """Yields every stated date of purchases that deserves a reminder."""
    for purchase in purchases:
        yield from _Dates(purchase, zone).subjects()


class _Dates:
    """The dates of one purchase."""

    def __init__(self, purchase: Overview, zone: dt.tzinfo) -> None:
        self._of = purchase
        self._zone = zone
        self._facts: dict[tuple[Field, str], list[Fact]] = {}
        for fact in purchase.facts:
            self._facts.setdefault((fact.field, fact.about), []).append(fact)
        self._disputed = {(conflict.field, conflict.about): conflict.facts for conflict in purchase.conflicts}

    def subjects(self) -> Iterator[Subject]:
        """Yields the dates; none for what was given back, switched off or only a test."""
        alive = [product for product in self._of.products if product.state not in _OVER]
        if self._of.products and not alive:
            return
        charge = None
        if self._of.auto_renew in (AutoRenewal.ON, AutoRenewal.UNKNOWN):
            charge = self._date(ReminderKind.RENEWAL, Field.RENEWS_ON)
            if charge is not None:
                yield charge
            last = self._date(ReminderKind.CANCEL_BY, Field.CANCEL_BY)
            if last is not None:
                yield last
        for product in alive:
            yield from self._expiry(product, charge)
        back = self._date(ReminderKind.RETURN_DEADLINE, Field.RETURN_BY)
        if back is not None:
            yield back
        yield from self._downloads()

    def _expiry(self, product: Product, charge: Subject | None) -> Iterator[Subject]:
        ends = self._date(ReminderKind.EXPIRY, Field.EXPIRES, product.item, product.name or self._of.name)
        if ends is not None and (charge is None or abs(ends.date - charge.date) > _SAME_EVENT):
            yield ends

    def _downloads(self) -> Iterator[Subject]:
        """One subject for all files that can be had until the same day."""
        told = set()
        for download in self._of.downloads:
            name = download.name or self._of.name
            closes = self._date(ReminderKind.DOWNLOAD_WINDOW, Field.DOWNLOAD_UNTIL, download.item, name)
            if closes is not None and closes.purchase is not None and closes.purchase.day not in told:
                told.add(closes.purchase.day)
                yield closes

    def _date(self, kind: ReminderKind, field: Field, item: str = "", name: str = "") -> Subject | None:
        facts = self._facts.get((field, item))
        if not facts:
            return None
        disputed = self._disputed.get((field, item), ())
        dated = [
            (ends, fact) for fact in disputed or (resolve(facts)[0],) if (ends := self._ends(fact.value)) is not None
        ]
        if not dated:
            return None
        ends, fact = min(dated, key=lambda entry: entry[0])
        charged = kind in (ReminderKind.RENEWAL, ReminderKind.CANCEL_BY)
        amount = self._of.renewal.amount if charged and self._of.renewal is not None else None
        expiry = read_expiry(fact.value)
        last = self._last_to_cancel(fact.value) if kind is ReminderKind.RENEWAL else None
        return Subject(
            kind=kind,
            order_number=self._of.order_number or "",
            about=item or self._of.id,
            name=name or self._of.name,
            date=ends,
            amount=amount,
            cancel_by=last.ends(self._zone) if last is not None else None,
            term=self._term() if kind in (ReminderKind.RENEWAL, ReminderKind.CANCEL_BY, ReminderKind.EXPIRY) else None,
            by_choice=kind is ReminderKind.EXPIRY and self._of.ended_by_choice,
            purchase=OfPurchase(
                id=self._of.id,
                day=dt.date.fromisoformat(fact.value[:10]),
                whole_day=expiry.moment is None,
                stated=self._stated(fact, amount),
                disputed=tuple(_statement(each) for each in disputed),
                auto_renew=self._of.auto_renew,
                store=self._of.store.name or self._of.maker,
                page=self._of.manage_page,
                cancel_day=last.day if last is not None else None,
            ),
        )

    def _ends(self, value: str) -> dt.datetime | None:
        return read_expiry(value).ends(self._zone)

    def _last_to_cancel(self, charge: str) -> Expiry | None:
        """Returns the last day or moment to cancel, if one is stated: that of the charge at the latest."""
        if self._of.cancel_by is None:
            return None
        stated = (read_expiry(self._of.cancel_by), read_expiry(charge))
        ends = [(end, each) for each in stated if (end := each.ends(self._zone)) is not None]
        return min(ends, key=lambda pair: pair[0])[1] if len(ends) == len(stated) else None

    def _stated(self, fact: Fact, amount: Money | None) -> Statement:
        prices = self._facts.get((Field.RENEWAL_PRICE, ""))
        return _statement(resolve(prices)[0] if amount is not None and prices else fact)

    def _term(self) -> Period | None:
        return self._of.renewal.period if self._of.renewal is not None else None


def _statement(fact: Fact) -> Statement:
    return Statement(value=fact.value, source=fact.source, at=fact.said_at)
