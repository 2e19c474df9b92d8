"""The names of public holidays, in English, and how the library that knows them is loaded."""

import datetime as dt
import subprocess
import sys
import warnings

import pytest

from companion.domain.core.public_holidays import holidays_known, public_holiday


@pytest.mark.parametrize(
    ("day", "country", "name"),
    [
        ("2026-11-26", "US", "Thanksgiving Day"),
        ("2026-11-26", "us", "Thanksgiving Day"),
        ("2026-12-25", "DE", "Christmas Day"),
        ("2027-01-01", "FR", "New Year's Day"),
        ("2026-11-27", "US", None),
        ("2026-11-26", "XX", None),
        ("2026-11-26", None, None),
    ],
)
def test_the_name_of_a_day(day, country, name):
    assert public_holiday(dt.date.fromisoformat(day), country) == name


def test_a_moment_counts_as_its_day():
    assert public_holiday(dt.datetime(2026, 11, 26, 23, 0, tzinfo=dt.UTC), "US") == "Thanksgiving Day"


@pytest.mark.parametrize(("country", "known"), [("US", True), ("de", True), ("XX", False), ("", False), (None, False)])
def test_whether_the_holidays_of_a_country_are_known(country, known):
    assert holidays_known(country) is known


@pytest.mark.parametrize("year", [1970, 2036])
def test_a_year_that_the_library_knows_in_part_is_looked_up_without_a_word(year):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert public_holiday(dt.date(year, 8, 15), "IN") is not None
    assert said == []


def test_the_library_is_not_loaded_before_a_day_is_counted():
    code = (
        "import sys; import companion.domain.billing.returns; import companion.domain.support.opening_hours; "
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


_LOAD_AND_LOOK = """
import datetime as dt, sys
from companion.domain.core.public_holidays import holidays_known, load_holidays, public_holiday
load_holidays(["de", None, "US", "XX"], range(2026, 2028))
touched = []
sys.addaudithook(lambda event, arguments: touched.append(event) if event in ("open", "import") else None)
days = dt.date(2026, 12, 25), dt.date(2027, 12, 25)
names = [public_holiday(day, country) for day in days for country in ("DE", "US", "XX", None)]
assert names == ["Christmas Day", "Christmas Day", None, None] * 2, names
assert holidays_known("DE") and not holidays_known("XX")
assert not touched, touched
"""


def test_what_was_loaded_before_is_looked_up_without_any_file():
    done = subprocess.run([sys.executable, "-c", _LOAD_AND_LOOK], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


_COUNTRIES_LOADED = """
import datetime as dt, sys
from companion.domain.core.public_holidays import public_holiday
assert public_holiday(dt.date(2026, 12, 25), "DE") == "Christmas Day"
assert public_holiday(dt.date(2026, 12, 6), "AX") == "Independence Day"
print([name.rpartition(".")[2] for name in sys.modules if name.startswith("holidays.countries.")])
"""


def test_only_the_countries_that_are_asked_for_are_loaded():
    done = subprocess.run([sys.executable, "-c", _COUNTRIES_LOADED], capture_output=True, text=True, timeout=60)
    # The holidays of Åland are those of Finland and some more.
    assert done.stdout.strip() == "['germany', 'finland', 'aland_islands']", done.stderr


def test_every_country_of_the_library_can_be_loaded_alone():
    import holidays

    assert all(holidays_known(country) for country in holidays.list_supported_countries(include_aliases=False))


_CALENDARS_LOADED = """
import datetime as dt, sys
from companion.domain.core.public_holidays import public_holiday
assert public_holiday(dt.date(2026, 12, 25), "GB") == "Christmas Day"
print(*sorted(name for name in sys.modules if name.startswith(("holidays.calendars.", "holidays.groups."))), sep="\\n")
"""


def test_only_the_calendars_of_a_country_are_loaded():
    done = subprocess.run([sys.executable, "-c", _CALENDARS_LOADED], capture_output=True, text=True, timeout=60)
    loaded = set(done.stdout.split())
    assert {"holidays.groups.christian", "holidays.calendars.gregorian"} <= loaded, done.stderr
    elsewhere = ("hindu", "islamic", "tibetan", "hebrew", "chinese", "germany_school")
    assert [name for name in loaded if name.endswith(elsewhere)] == []


_EVERY_COUNTRY = """
import sys, warnings
warnings.simplefilter("ignore")
{before}
import holidays
for country in holidays.list_supported_countries(include_aliases=False):
    names = holidays.country_holidays(country, years=2026, expand=False, language="en_US")
    print(country, sorted((str(day), name) for day, name in names.items()))
"""


@pytest.mark.slow
def test_every_country_has_the_same_holidays_as_in_the_library_loaded_whole():
    def told(before):
        code = _EVERY_COUNTRY.format(before=before)
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)

    alone = told("from companion.domain.core.public_holidays import holidays_known; holidays_known('DE')")
    whole = told("")
    assert len(whole.stdout.splitlines()) > 200
    assert alone.stdout == whole.stdout
