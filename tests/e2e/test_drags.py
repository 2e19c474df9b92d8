"""What is dragged by the mouse out of another program's window onto the real one."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kits.desktop import Desktop, desktop, program_on
from tests.kits.dragging import Dragging, stand_left
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
        stand_left(desktop)
        yield made


@pytest.fixture
def hand(desktop: Desktop, reader: ScreenReader, program: subprocess.Popen[bytes]) -> Iterator[Dragging]:
    with contextlib.ExitStack() as others:
        yield Dragging(desktop, reader, others)
        assert program.poll() is None


def test_a_mail_is_read_and_stays_where_it_was(hand: Dragging, reader: ScreenReader, tmp_path: Path) -> None:
    mail = tmp_path / "Your order.eml"
    mail.write_text(ORDER_MAIL, encoding="utf-8")
    assert hand.drags("Drop it to add it", "files", mail) == "CopyAction"
    until(lambda: reader.find("heading", "An e-mail about a purchase"))
    assert mail.exists()


def test_an_installer_leads_to_its_wizard(hand: Dragging, reader: ScreenReader, tmp_path: Path) -> None:
    setup = script(tmp_path / "harbour.run", '#!/bin/sh\n# Makeself\nlabel="Harbour Suite"\nexit 0\n')
    assert hand.drags("Drop it to install it", "files", setup) == "CopyAction"
    until(lambda: reader.find("heading", "Install a file"))
    until(lambda: reader.find("heading", "Harbour Suite"))


def test_a_picture_is_answered(hand: Dragging, reader: ScreenReader) -> None:
    assert hand.drags("Companion cannot read this", "picture") == "CopyAction"
    until(lambda: any(part.name == "This could not be taken" for part in reader.parts()))


def test_a_link_leads_to_the_shop(hand: Dragging, reader: ScreenReader) -> None:
    assert hand.drags("Drop it to add it", "link", "http://127.0.0.1:1/") == "CopyAction"
    until(lambda: reader.find("heading", "Add a store"))


def test_a_text_is_read(hand: Dragging, reader: ScreenReader) -> None:
    assert hand.drags("Drop it to add it", "text", ORDER_MAIL) == "CopyAction"
    until(lambda: reader.find("heading", "An e-mail about a purchase"))
