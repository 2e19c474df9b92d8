"""How large texts are."""

from __future__ import annotations

import pytest

from companion.ui.look.zoom import PERCENTS, percent_of, stepped, text_scale


@pytest.mark.parametrize(
    ("system", "percent", "scale"),
    [(9.0, 100, 1.0), (13.5, 100, 1.5), (18.0, 100, 2.0), (9.0, 150, 1.5), (-1.0, 100, 1.0), (900.0, 200, 4.0)],
)
def test_texts_grow_with_the_systems_and_the_persons_size(system: float, percent: int, scale: float) -> None:
    assert text_scale(system, percent) == pytest.approx(scale)


def test_steps_end_at_the_smallest_and_the_largest() -> None:
    assert [stepped(100, by) for by in (1, -1, 0)] == [110, 90, 100]
    assert stepped(PERCENTS[-1], 1) == PERCENTS[-1]
    assert stepped(PERCENTS[0], -1) == PERCENTS[0]
    assert stepped(104, 1) == 110


@pytest.mark.parametrize(("kept", "percent"), [("125", 125), (None, 100), ("", 100), ("33", 100), ("x", 100)])
def test_a_size_that_cannot_be_chosen_is_the_usual_one(kept: str | None, percent: int) -> None:
    assert percent_of(kept) == percent
