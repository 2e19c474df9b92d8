"""What Windows tells of its processes, as numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.services.platforms.windows.processes import moment_of


@pytest.mark.parametrize(
    ("ticks", "moment"),
    [
        (134_086_464_000_000_000, dt.datetime(2025, 11, 26, 16, tzinfo=dt.UTC)),
        (0, None),
        (2**63, None),
        (2**64 - 1, None),
    ],
)
def test_a_moment_that_cannot_be_is_not_known(ticks: int, moment: dt.datetime | None) -> None:
    assert moment_of(ticks) == moment
