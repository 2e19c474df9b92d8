"""How large texts are: the system's size, and what the person makes of it."""

from __future__ import annotations

USUAL = 100
PERCENTS = (80, 90, USUAL, 110, 125, 150, 175, 200)
"""The sizes that can be chosen, in percent of what the system asks for."""
_SYSTEM_POINTS = 9.0
_LEAST, _MOST = 0.6, 4.0
_USUAL_PIXELS = 14
"""How large the style sheet's usual text is, in pixels."""


def text_scale(system_points: float, percent: int) -> float:
    """Returns by how much the sizes of the style sheet are multiplied; they are made for a system text of 9 points."""
    points = system_points if system_points > 0 else _SYSTEM_POINTS
    return min(_MOST, max(_LEAST, points / _SYSTEM_POINTS * percent / 100))


def stepped(percent: int, by: int) -> int:
    """Returns the size `by` steps above `percent`, below it where that is negative."""
    nearest = min(range(len(PERCENTS)), key=lambda place: abs(PERCENTS[place] - percent))
    return PERCENTS[min(len(PERCENTS) - 1, max(0, nearest + by))]


def percent_of(kept: str | None) -> int:
    """Returns the size that was kept as text; the usual one for anything else."""
    return int(kept) if kept is not None and kept in map(str, PERCENTS) else USUAL


def grown(text_pixels: int) -> float:
    """Returns by how much what is drawn beside a text of this size grows with it; it never becomes smaller."""
    return max(1.0, text_pixels / _USUAL_PIXELS)
