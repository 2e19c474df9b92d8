"""What is dragged by the mouse out of another program's window onto the real one."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kits.desktop import Desktop, desktop, program_on
from tests.kits.drag_source import TITLE
from tests.kits.linux import script
from tests.kits.mails import ORDER_MAIL
from tests.kits.screen_reader import ScreenReader, reader
from tests.kits.waiting import until

__all__ = ["desktop", "reader"]
pytestmark = [pytest.mark.desktop, pytest.mark.slow]


@pytest.fixture
def program(desktop: Desktop, reader: ScreenReader) -> Iterator[subprocess.Popen[bytes]]:
    """The program, in the left of the screen."""
    with program_on(desktop) as made:
        until(lambda: reader.find("heading", "Welcome to Companion"))
        until(desktop.main_window)
        window = desktop.main_window()
        assert window is not None
        desktop.tool("windowmove", window[0], 0, 0)
        yield made


@dataclasses.dataclass
class Hand:
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


@pytest.fixture
def hand(desktop: Desktop, reader: ScreenReader, program: subprocess.Popen[bytes]) -> Iterator[Hand]:
    with contextlib.ExitStack() as others:
        yield Hand(desktop, reader, others)
        assert program.poll() is None


def test_a_mail_is_read_and_stays_where_it_was(hand: Hand, reader: ScreenReader, tmp_path: Path) -> None:
    mail = tmp_path / "Your order.eml"
    mail.write_text(ORDER_MAIL, encoding="utf-8")
    assert hand.drags("Drop it to add it", "files", mail) == "CopyAction"
    until(lambda: reader.find("heading", "An e-mail about a purchase"))
    assert mail.exists()


def test_an_installer_leads_to_its_wizard(hand: Hand, reader: ScreenReader, tmp_path: Path) -> None:
    setup = script(tmp_path / "harbour.run", '#!/bin/sh\n# Makeself\nlabel="Harbour Suite"\nexit 0\n')
    assert hand.drags("Drop it to install it", "files", setup) == "CopyAction"
    until(lambda: reader.find("heading", "Install a file"))
    until(lambda: reader.find("heading", "Harbour Suite"))


def test_a_picture_is_answered(hand: Hand, reader: ScreenReader) -> None:
    assert hand.drags("Companion cannot read this", "picture") == "CopyAction"
    until(lambda: any(part.name == "This could not be taken" for part in reader.parts()))


def test_a_link_leads_to_the_shop(hand: Hand, reader: ScreenReader) -> None:
    assert hand.drags("Drop it to add it", "link", "http://127.0.0.1:1/") == "CopyAction"
    until(lambda: reader.find("heading", "Add a store"))


def test_a_text_is_read(hand: Hand, reader: ScreenReader) -> None:
    assert hand.drags("Drop it to add it", "text", ORDER_MAIL) == "CopyAction"
    until(lambda: reader.find("heading", "An e-mail about a purchase"))
