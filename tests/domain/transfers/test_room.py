"""How large a file of unknown length may grow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.domain.transfers.room import MOST_BYTES, RESERVE, room_to_grow, until_measured_again

SIZES = st.integers(0, 10**14)


@given(SIZES, SIZES)
def test_a_reserve_stays_free(first: int, second: int) -> None:
    free, total = sorted((first, second))
    room = room_to_grow(free, total)
    assert 0 <= room <= free
    assert room == 0 or free - room == min(RESERVE, total // 20)
    assert 0 <= until_measured_again(room) <= room


def test_a_usual_disk() -> None:
    assert room_to_grow(100 * 10**9, 500 * 10**9) == 99_500_000_000
    assert room_to_grow(400 * 10**6, 500 * 10**9) == 0
    assert MOST_BYTES == 20_000_000_000
