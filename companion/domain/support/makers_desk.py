"""Support for a purchase whose store has no profile: numbers and pages out of the directory of makers.

No number out of an e-mail is ever offered: those of scams stand in e-mails that look real.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from companion.domain.core.phone_numbers import format_phone
from companion.domain.core.text import plain_date
from companion.domain.directory.lookup import Directory, parties_of
from companion.domain.directory.maker import Maker, Page, SupportNumber
from companion.domain.purchases.purchase import Overview


class DirectoryDesk(NamedTuple):
    """Support as the directory knows it: whose it is, its numbers, and its page; either may be missing."""

    maker: Maker
    numbers: tuple[SupportNumber, ...]
    page: Page | None


def directory_desk(purchase: Overview, directory: Directory) -> DirectoryDesk | None:
    """Returns the support of a purchase's maker, else of the shop that sold it; None where neither is known."""
    parties = parties_of(purchase.facts, directory)
    known = [each for each in (parties.maker, parties.shop, parties.seller) if each is not None]
    desks = [DirectoryDesk(each, each.support, each.pages.support) for each in known]
    return next((desk for desk in desks if desk.numbers or desk.page is not None), None)


def number_words(number: SupportNumber) -> str:
    """Returns a number of the directory as it is shown to people."""
    return format_phone(number.phone, number.phone_display)


def source_sentence(desk: DirectoryDesk, number: SupportNumber) -> str:
    """Returns where the number comes from, and for whom it is."""
    looked_up = plain_date(dt.UTC)(dt.datetime.combine(desk.maker.checked_on, dt.time(), dt.UTC))
    said = f"The number is from the directory of makers, as published at {number.source}, looked up on {looked_up}."
    return f"{said} It is for: {number.about}." if number.about else said


def page_sentence(desk: DirectoryDesk) -> str:
    """Returns where the maker's own help is; empty where the directory does not know."""
    return f"{desk.maker.name} helps on its own page: {desk.page.address}" if desk.page is not None else ""


def no_number_sentence(purchase: Overview, desk: DirectoryDesk | None) -> str:
    """Returns that no number is known for a purchase, and what to do."""
    who = desk.maker.name if desk is not None else purchase.maker or purchase.store.name or "its shop"
    said = f"No support number of {who} is known, and none out of an e-mail is offered, since it could be a scam."
    page = page_sentence(desk) if desk is not None else ""
    return f"{said} {page or 'Type the address of its website yourself and look for help there.'}"
