"""What is dragged by the mouse out of another program's window onto the real one."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import subprocess
import sys

from tests.kits.desktop import Desktop
from tests.kits.drag_source import TITLE
from tests.kits.screen_reader import ScreenReader
from tests.kits.waiting import until


def stand_left(desktop: Desktop) -> None:
    """Puts the program's window into the left of the screen, beside the one that is dragged from."""
    until(desktop.main_window)
    window = desktop.main_window()
    assert window is not None
    desktop.tool("windowmove", window[0], 0, 0)


@dataclasses.dataclass
class Dragging:
    """Drags something out of another program's window onto the real one."""

    desktop: Desktop
    reader: ScreenReader
    others: contextlib.ExitStack

    def drags(self, promised: str, *what: object) -> str:
        """See what is promised while the mouse is over the window, and let it go; returns what became of the drag."""
        desktop, words = self.desktop, [sys.executable, "-m", "tests.kits.drag_source", *map(str, what)]
        source = subprocess.Popen(words, env=desktop.environment, stdout=subprocess.PIPE, text=True)
        assert source.stdout is not None
        self.others.callback(source.stdout.close)
        self.others.callback(source.wait, 20)
        self.others.callback(source.kill)
        until(lambda: desktop.windows("--name", TITLE))
        _, left, top, width, height = desktop.windows("--name", TITLE)[0]
        x, y = left + width // 2, top + height // 2
        desktop.tool("mousemove", x, y, "mousedown", 1, "mousemove", x - 20, y + 10, "mousemove", x - 60, y + 20)
        steps = itertools.cycle(range(40))

        def is_promised() -> bool:
            # The desktop tells a window of a drag while the mouse moves over it.
            desktop.tool("mousemove", 500 + next(steps), 400)
            return any(part.name == promised for part in self.reader.parts())

        until(is_promised)
        desktop.tool("mouseup", 1)
        return source.stdout.readline().strip()
