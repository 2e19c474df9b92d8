"""Explains a line of a card statement by everything in the library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from companion.domain.core.text import FormatDate, FormatMoney
from companion.domain.overview.card_statement import StatementMatch, StoreOrders, explain_line
from companion.domain.overview.statement_words import line_sentences
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.values import host_name
from companion.services.storage.database import Library
from companion.services.storage.records import orders_read


class ExplainedLine(NamedTuple):
    """What a line may be about, the surest first; `anything_known` whether there was anything to compare it with."""

    matches: tuple[StatementMatch, ...]
    anything_known: bool
    now: dt.datetime

    def sentences(self, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, ...]:
        """Returns what the line is about and what to do, in whole sentences."""
        return line_sentences(self.matches, self.anything_known, self.now, format_date, format_money)


def explain_statement(
    library: Library, purchases: Iterable[Overview], line: str, now: dt.datetime, zone: dt.tzinfo
) -> ExplainedLine:
    """Returns what a line of a card statement is about: an order of any store, or one of `purchases`.

    `purchases` are those of any shop, without the ones that are among the orders.
    """
    stores = [_store(library, address) for address in library.stores_with_orders()]
    others = tuple(purchases)
    anything = bool(others) or any(store.orders for store in stores)
    return ExplainedLine(explain_line(line, stores, others, now, zone), anything, now)


def _store(library: Library, address: str) -> StoreOrders:
    known = library.profile(address)
    name = known[0].store.name if known is not None else host_name(address) or address
    return StoreOrders(name, orders_read(library.orders(address)))
