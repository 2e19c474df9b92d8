"""What is held back for an installation is put back, whatever happens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.domain.pc.facts import AutostartKind
from companion.services.container.store import Services, build_services

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="writes an autostart entry in the form of Linux")


def _hold(services: Services) -> None:
    entries = services.platform.autostart.entries().value or ()
    mine = [entry for entry in entries if entry.name == "MailHelper" and entry.kind is AutostartKind.XDG_AUTOSTART]
    assert len(mine) == 1
    assert services.recovery.hold(mine, "lantern")


def test_leaving_puts_everything_back(demo_store: DemoStore, tmp_path: Path, mail_helper: Path) -> None:
    before = mail_helper.read_text()
    services = build_services(tmp_path / "home", demo_store.url)
    _hold(services)
    assert mail_helper.read_text() != before
    services.recovery.leave()
    assert mail_helper.read_text() == before
    assert [entry.event for entry in services.library.timeline()][-2:] == ["held back", "put back"]
    services.close()


def test_a_program_that_was_cut_off_puts_back_at_its_next_start(
    demo_store: DemoStore, tmp_path: Path, mail_helper: Path
) -> None:
    before = mail_helper.read_text()
    services = build_services(tmp_path / "home", demo_store.url)
    _hold(services)
    services.close()  # nothing else happens, as after a power cut
    again = build_services(tmp_path / "home", demo_store.url)
    assert again.recovery.recover().restored.restored == ("MailHelper",)
    assert mail_helper.read_text() == before
    again.close()
