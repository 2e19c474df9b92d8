"""Dates, times, amounts and sizes as the person's own locale writes them."""

from __future__ import annotations

import datetime as dt
import re

from PySide6.QtCore import QDate, QLocale, QTime

from companion.domain.core.money import Money, decimals
from companion.domain.core.text import UNKNOWN_DATE, FormatDate, FormatMoment, day_in
from companion.domain.core.time.ends import asked_when, near_to_the_minute, to_the_minute


class Format:
    """Shows values for one locale and time zone."""

    def __init__(self, locale: QLocale, zone: dt.tzinfo) -> None:
        self.locale = locale
        self.zone = zone
        # The plain locale of a system without one has no form for amounts.
        plain = locale.language() is QLocale.Language.C
        self._amounts = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates) if plain else locale

    @property
    def language(self) -> str | None:
        """The person's language and country ("de_AT"); None in the plain locale of a system without one."""
        return None if self.locale.language() is QLocale.Language.C else self.locale.name()

    def date(self, moment: dt.date | None) -> str:
        """Returns a day: "8 January 2027"; words of its own for a day that is not known."""
        if moment is None:
            return UNKNOWN_DATE
        local = day_in(moment, self.zone)
        return self.locale.toString(QDate(local.year, local.month, local.day), _day_form(self.locale))

    def moment(self, moment: dt.datetime | None) -> str:
        """Returns a day and time: "8 January 2027, 14:05"; words of its own for one that is not known."""
        if moment is None:
            return UNKNOWN_DATE
        local = moment.astimezone(self.zone)
        clock = self.locale.toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
        return f"{self.date(moment)}, {clock}"

    def ends(self, now: dt.datetime) -> FormatDate:
        """Returns how an end is shown: as a day, and to the minute where it is near."""
        return near_to_the_minute(self.date, self.moment, now, self.zone)

    def asked(self, now: dt.datetime) -> FormatMoment:
        """Returns how it is shown when something was asked: "today, 23:10"."""
        return asked_when(self.moment, self.time, now, self.zone)

    @property
    def exact(self) -> FormatDate:
        """Returns how a date is shown where it is read at any later time: with the time of day that is known."""
        return to_the_minute(self.date, self.moment, self.zone)

    def time(self, moment: dt.datetime) -> str:
        """Returns a time of day: "14:05"."""
        local = moment.astimezone(self.zone)
        return self.locale.toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)

    def money(self, money: Money) -> str:
        """Returns an amount as the locale writes it, with the decimals of the amount's own currency.

        A negative amount has a minus sign in front: Qt would put it in parentheses, as accountants do.
        """
        if abs(money.amount) > _EXACT:
            return money.plain()
        places = decimals(money.currency)
        symbol = self._symbol(money.currency)
        text = self._amounts.toCurrencyString(abs(money.amount) / 10**places, symbol, places)
        if symbol[-1].isalpha():
            # Qt writes "KWD5.000"; Unicode's locale data (TR35, currency spacing) ask for a blank there.
            text = re.sub(rf"({re.escape(symbol)})(?=\d)", "\\1\u00a0", text)
        return f"{'−' if money.amount < 0 else ''}{text}"

    def _symbol(self, currency: str) -> str:
        """The currency's symbol, or its code where the locale has no symbol, or writes its own currency with that."""
        own = self._amounts.currencySymbol()
        if currency == self._amounts.currencySymbol(QLocale.CurrencySymbolFormat.CurrencyIsoCode):
            return own or currency
        symbol = _SYMBOLS.get(currency, currency)
        return currency if symbol == own else symbol

    def size(self, count: float) -> str:
        """Returns a number of bytes: "64.0 MB"."""
        form = QLocale.DataSizeFormat.DataSizeSIFormat
        return self.locale.formattedDataSize(int(count), 1 if count < 100e6 else 0, form)

    def rate(self, per_second: float) -> str:
        """Returns a speed: "3.4 MB/s"."""
        return f"{self.size(per_second)}/s"


_EXACT = 10**15
"""The largest amount, in minor units, that Qt writes whole: it takes a double, which holds 15 decimal digits."""

# Symbols that are understood in every country whose own currency is not written with the same one.
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def _day_form(locale: QLocale) -> str:
    """Returns the form of the locale's long date without the weekday."""
    form = locale.dateFormat(QLocale.FormatType.LongFormat)
    return form.replace("dddd", "").replace("ddd", "").strip(" ,.،")
