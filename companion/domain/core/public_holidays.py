"""Public holidays of a whole country, from the `holidays` library; those of single regions are not counted."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import sys
import warnings
from collections.abc import Iterable, Mapping

_ENGLISH = "en_US"


def public_holiday(day: dt.date, country: str | None) -> str | None:
    """Returns the English name of the public holiday that `day` is in `country` (ISO 3166-1 alpha-2), or None."""
    names = _holidays_of(country.upper(), day.year) if country else None
    return names.get(_plain_day(day)) if names else None


def holidays_known(country: str | None) -> bool:
    """Returns whether the public holidays of `country` are known."""
    return bool(country) and _library_knows(str(country).upper())


def load_holidays(countries: Iterable[str | None], years: Iterable[int]) -> None:
    """Read the holidays of countries, which lie in files, so that they are at hand on threads that may not wait."""
    wanted = tuple(years)
    for country in {each.upper() for each in countries if each}:
        for year in wanted:
            _holidays_of(country, year)


def _plain_day(day: dt.date) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day


@functools.lru_cache(maxsize=1024)
def _holidays_of(country: str, year: int) -> Mapping[dt.date, str] | None:
    """Returns the holidays of one year; a new object of the library each time, since filling one is not thread-safe."""
    if not _library_knows(country):
        return None
    import holidays

    # For India the library says on the terminal for which years it does not know the movable ones.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(holidays.country_holidays(country, years=year, expand=False, language=_ENGLISH))


@functools.lru_cache(maxsize=128)
def _library_knows(country: str) -> bool:
    # Loading the library takes some hundredths of a second, so it waits until the first day is counted.
    try:
        _one_country_at_a_time()
        from holidays.registry import EntityLoader
    except ImportError:
        # Dates are then counted as for a country that is not known, and the sentences beside them say so.
        return False
    return country in EntityLoader.get_country_codes(include_aliases=False)


def _one_country_at_a_time() -> None:
    """Put the package of the countries in its place without running it, as running it loads all 250 of them."""
    name = "holidays.countries"
    if name not in sys.modules and (spec := importlib.util.find_spec(name)) is not None:
        sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
