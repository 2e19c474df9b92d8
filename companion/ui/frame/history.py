"""Where the person has been in the window: back and forward, as in a browser."""

from __future__ import annotations

from companion.ui.navigation import Destination

_MOST = 50
# What such a destination asks for is done once; going back shows the page alone.
_ONCE = ("home", "order")


class History:
    """The destinations in the order in which they were shown."""

    def __init__(self) -> None:
        self._been: list[Destination] = []
        self._place = -1

    def note(self, destination: Destination) -> None:
        """Remember that a page is shown; what lay ahead of it is forgotten."""
        kept = destination._replace(item="") if destination.page in _ONCE else destination
        if self._been and self._been[self._place] == kept:
            return
        self._been = [*self._been[: self._place + 1], kept][-_MOST:]
        self._place = len(self._been) - 1

    @property
    def has_before(self) -> bool:
        """Whether another page was shown before this one."""
        return self._place > 0

    def back(self) -> Destination | None:
        """Returns the page before, or None at the first one."""
        return self._step(-1)

    def forward(self) -> Destination | None:
        """Returns the page from which the person went back, or None."""
        return self._step(1)

    def _step(self, by: int) -> Destination | None:
        if not 0 <= self._place + by < len(self._been):
            return None
        self._place += by
        return self._been[self._place]
