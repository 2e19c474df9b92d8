"""The orders of the demo store, to be chosen instead of typed."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Signal

from companion.ui.widgets.basic import Card, button, label, line, row

_FIRST = 4
"""How many of the orders give a good first picture of what Companion does."""


class SampleLogIn(NamedTuple):
    """A log-in of the demo store, whose customers are invented."""

    number: str
    password: str
    about: str


class DemoOrders(Card):
    """One line for each order: `chosen` has the log-in that was pressed, `several_wanted` those to be added at once."""

    chosen = Signal(object)
    several_wanted = Signal(object)

    def __init__(self, samples: tuple[SampleLogIn, ...]) -> None:
        super().__init__(spacing=8)
        self.add(
            label("Orders of the demo store", "strong"),
            label("These customers are invented. Choose one to fill in its order number and password.", "muted"),
        )
        first, rest = samples[:_FIRST], samples[_FIRST:]
        self._add_lines(first)
        self.add(row(button("Add these four", partial(self.several_wanted.emit, first), name=_names(first)), None))
        if rest:
            self.add(line())
            self._add_lines(rest)

    def _add_lines(self, samples: tuple[SampleLogIn, ...]) -> None:
        for sample in samples:
            choose = button(sample.number, partial(self.chosen.emit, sample), name=f"Fill in {sample.number}")
            choose.setMinimumWidth(140)
            entry = row(choose, spacing=12)
            entry.addWidget(label(sample.about, "muted"), 1)
            self.add(entry)


def _names(samples: tuple[SampleLogIn, ...]) -> str:
    return f"Add these four: {', '.join(each.number for each in samples)}"
