"""Public holidays of a whole country, from the `holidays` library; those of single regions are not counted."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import sys
import warnings
from collections.abc import Iterable, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType

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
        _load_only_what_is_used()
        from holidays.registry import EntityLoader
    except ImportError:
        # Dates are then counted as for a country that is not known, and the sentences beside them say so.
        return False
    return country in EntityLoader.get_country_codes(include_aliases=False)


def _load_only_what_is_used() -> None:
    """Put packages of the library in their places without running them.

    Running them loads all of the 250 countries and every calendar there is: megabytes, of which one country needs a
    small part.
    """
    library = importlib.util.find_spec("holidays")
    if library is None:
        return
    for part in ("countries", "groups", "calendars"):
        name = f"holidays.{part}"
        # Looked for in the library's folder: to find a part by its name would load the library, which loads them all.
        found = PathFinder.find_spec(name, library.submodule_search_locations)
        if name not in sys.modules and found is not None:
            sys.modules.setdefault(name, _package_not_run(found))


def _package_not_run(spec: ModuleSpec) -> ModuleType:
    """Returns a package that imports each of its names, when it is asked for, from the module that defines it."""
    made = importlib.util.module_from_spec(spec)

    def find(name: str) -> object:
        where = _defining_modules(made).get(name)
        if where is None:
            raise AttributeError(f"module {spec.name!r} has no attribute {name!r}")
        return getattr(importlib.import_module(where), name)

    vars(made)["__getattr__"] = find
    return made


@functools.lru_cache(maxsize=3)
def _defining_modules(package: ModuleType) -> Mapping[str, str]:
    """Returns from which modules a package imports its names, read from its code: the built program has no source."""
    import dis

    get_code = getattr(package.__loader__, "get_code", None)
    code = get_code(package.__name__) if get_code is not None else None
    found: dict[str, str] = {}
    module = ""
    for step in dis.get_instructions(code) if isinstance(code, CodeType) else ():
        if step.opname == "IMPORT_NAME":
            module = step.argval
        elif step.opname == "IMPORT_FROM":
            found[step.argval] = module
    return found
