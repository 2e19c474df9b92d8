"""Dates, times, money and sizes as the person's own locale writes them."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QDate, QLocale, QTime

from companion.domain.core.money import Money, decimals


class Format:
    """Shows values for one locale and time zone."""

    def __init__(self, locale: QLocale, zone: dt.tzinfo) -> None:
        self.locale = locale
        self.zone = zone

    @property
    def language(self) -> str | None:
        """The person's language and country ("de_AT"), None in the plain locale of a system without one."""
        return None if self.locale.language() is QLocale.Language.C else self.locale.name()

    def date(self, moment: dt.datetime) -> str:
        """A day: "8 January 2027"."""
        local = moment.astimezone(self.zone)
        return self.locale.toString(QDate(local.year, local.month, local.day), _day_form(self.locale))

    def moment(self, moment: dt.datetime) -> str:
        """A day and time: "8 January 2027, 14:05"."""
        local = moment.astimezone(self.zone)
        clock = self.locale.toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
        return f"{self.date(moment)}, {clock}"

    def time(self, moment: dt.datetime) -> str:
        """A time of day: "14:05"."""
        local = moment.astimezone(self.zone)
        return self.locale.toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)

    def money(self, money: Money) -> str:
        """An amount, with the decimals of its own currency and not those of the locale's."""
        places = decimals(money.currency)
        whole, minor = divmod(abs(money.amount), 10**places)
        number = self.locale.toString(whole)
        if places:
            number += f"{self.locale.decimalPoint()}{minor:0{places}d}"
        sign = "−" if money.amount < 0 else ""
        symbol = _SYMBOLS.get(money.currency)
        return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {money.currency}"

    def size(self, count: float) -> str:
        """A number of bytes: "64.0 MB"."""
        form = QLocale.DataSizeFormat.DataSizeSIFormat
        return self.locale.formattedDataSize(int(count), 1 if count < 100e6 else 0, form)

    def rate(self, per_second: float) -> str:
        """A speed: "3.4 MB/s"."""
        return f"{self.size(per_second)}/s"


_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def _day_form(locale: QLocale) -> str:
    """The locale's long date without the weekday."""
    form = locale.dateFormat(QLocale.FormatType.LongFormat)
    return form.replace("dddd", "").replace("ddd", "").strip(" ,.،")


def duration(seconds: float) -> str:
    """A time that is left, as people say it: "about 3 minutes"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 5) * 5} seconds"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} minute{'' if minutes == 1 else 's'}"
    hours = round(seconds / 3600, 1)
    return f"about {hours:g} hour{'' if hours == 1 else 's'}"
