"""How a file divides into blocks, and which of them an idle connection fetches."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.transfers.blocks import Gap, gaps, layout_of, next_assignment
from companion.domain.transfers.models import Expected, Pieces


@given(states=st.binary(max_size=60).map(lambda raw: bytes(each % 3 for each in raw)))
def test_gaps_cover_what_is_missing(states: bytes) -> None:
    found = gaps(states, 0)
    covered = list(itertools.chain.from_iterable(range(gap.first, gap.stop) for gap in found))
    assert covered == [at for at, state in enumerate(states) if state == 0]


def test_a_lone_connection_is_never_broken_off() -> None:
    whole = next_assignment([Gap(first=0, stop=100)], [], 4)
    assert whole is not None
    assert whole.gap == Gap(first=0, stop=100)
    end = next_assignment([], [(1, Gap(first=10, stop=100))], 4)
    assert end is not None
    assert (end.gap, end.taken_from) == (Gap(first=96, stop=100), 1)
    assert next_assignment([], [(1, Gap(first=99, stop=100))], 4) is None


@pytest.mark.parametrize(("size", "length", "count"), [(10, 4, 2), (10, 4, 4), (10, 0, 3)])
def test_pieces_that_do_not_fit_the_size(size: int, length: int, count: int) -> None:
    with pytest.raises(CompanionError) as refused:
        layout_of(Expected(size=size, pieces=Pieces(length=length, sha256=("0" * 64,) * count)), size)
    assert refused.value.code == ErrorCode.EXPECTATION
