"""What a benchmark measured: figures with their goals, of one round or the medians of several."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class NotMeasuredError(Exception):
    """A benchmark cannot be run here; the text says what is missing."""


class Figure(NamedTuple):
    """One figure of a benchmark; `most` is the goal, which it must not be above, where there is one."""

    name: str
    reached: float
    unit: str
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        return None if self.most is None else self.reached <= self.most


def medians(rounds: Sequence[Iterable[Figure]]) -> tuple[Figure, ...]:
    """Returns each figure as the median of what the rounds reached, in the order in which they first came."""
    found: dict[str, list[Figure]] = {}
    for figures in rounds:
        for each in figures:
            found.setdefault(each.name, []).append(each)
    return tuple(each[-1]._replace(reached=statistics.median(one.reached for one in each)) for each in found.values())


def table(figures: Iterable[Figure]) -> str:
    """Returns the figures as lines of a table: the name, the goal, what was reached, and whether that is enough."""
    words = {True: "met", False: "missed", None: ""}
    rows = tuple(figures)
    width = max((len(each.name) for each in rows), default=0)
    lines = [f"{'':<{width}}{'goal':>10}{'reached':>10}"]
    for each in rows:
        goal = "" if each.most is None else f"{each.most:g}"
        lines.append(
            f"{each.name:<{width}}{goal:>10}{_short(each.reached):>10} {each.unit:<10}{words[each.met]}".rstrip()
        )
    return "\n".join(lines)


def shown(figures: Iterable[Figure]) -> int:
    """Print the figures of one benchmark; returns the exit code of its program, 1 when a goal is missed."""
    found = tuple(figures)
    print(table(found))
    return int(any(each.met is False for each in found))


def as_json(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Returns the figures as values of JSON."""
    return [
        {"name": each.name, "reached": each.reached, "unit": each.unit, "goal": each.most, "met": each.met}
        for each in figures
    ]


def from_json(values: Iterable[dict[str, Any]]) -> tuple[Figure, ...]:
    """Returns the figures that `as_json` has written."""
    return tuple(Figure(each["name"], each["reached"], each["unit"], each["goal"]) for each in values)


def _short(number: float) -> str:
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"
