"""The names of public holidays, in English, and how the library that knows them is loaded."""

import datetime as dt
import subprocess
import sys

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


def test_the_library_is_not_loaded_before_a_day_is_counted():
    code = (
        "import sys; import companion.domain.billing.returns; import companion.domain.support.opening_hours; "
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
