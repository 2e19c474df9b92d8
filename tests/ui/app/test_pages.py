"""How the pages of the window are made: none waits for what takes long to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from companion.services.container.built_once import is_built
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination

ROOT = Path(__file__).parent.parent.parent.parent
_ALL_PAGES = """
import importlib, pkgutil, sys
import companion.ui.pages
for each in pkgutil.walk_packages(companion.ui.pages.__path__, "companion.ui.pages."):
    importlib.import_module(each.name)
print(*(name for name in sys.modules if name.startswith("companion.domain.mail.")))
"""


def test_no_page_loads_what_reads_emails() -> None:
    ran = subprocess.run([sys.executable, "-c", _ALL_PAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    assert "companion.domain.mail.message.other_files" in loaded
    readers = ("reader", "confirmation", "text.statements", "text.terms", "text.sentences")
    assert [name for name in readers if f"companion.domain.mail.{name}" in loaded] == []


@pytest.mark.parametrize("page", ["order", "downloads"])
def test_a_page_that_leads_to_the_wizard_has_it_loaded(
    page: str, program: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert not is_built(services, "installations")
    program.window.navigate_to(Destination(page, "LF-5930-2216"))
    qtbot.waitUntil(lambda: is_built(services, "installations"))
