"""Closing, holding back and putting back on the command line: with consent, undone afterwards, also after a kill."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.cli.commands.pc.check import Looked
from companion.cli.commands.pc.close_blockers import BlockersClosed
from companion.cli.commands.pc.install import Installed
from companion.cli.commands.pc.put_back import PutBack
from companion.demo.server import DemoStore
from companion.domain.installation.recovery import Standing
from companion.domain.installation.relaunch import Ending
from companion.domain.pc.closing import Reopening
from companion.domain.store.profile import ExitMeaning
from companion.services.app.resources import resource
from companion.services.installation.relaunch import Reopenings
from companion.services.platforms import current
from companion.services.storage.database import Library
from tests.kits.cli import FAMILY, Cli
from tests.kits.linux import Programs, alive, autostart, live_in, until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, which this process and what it starts believe in."""
    return live_in(tmp_path / "person", monkeypatch)


@pytest.fixture
def document(tmp_path: Path) -> dict[str, object]:
    """A vendor profile whose only rule is about a program of this test."""
    found: dict[str, object] = json.loads(resource("profiles/larkfield.json").read_bytes())
    match = {"platform": "linux", "names": ["test-mail"], "pathContains": [str(tmp_path / "programs")]}
    found["blockers"] = [
        {
            "id": "mail", "name": "Test Mail", "kind": "mail", "severity": "blocks", "stages": ["install"],
            "why": "Setup replaces a part of it.", "matches": [match],
        }
    ]  # fmt: skip
    found["requirements"] = []
    return found


@pytest.fixture
def profile(tmp_path: Path, document: dict[str, object]) -> Path:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(document))
    return path


class Mail:
    """Test Mail, which runs without a window because an entry starts it."""

    def __init__(self, programs: Programs, person: Path) -> None:
        self.programs = programs
        self.pid = programs.start("test-mail")
        self.entry = autostart(person, "MailHelper", f"{programs.folder / 'test-mail'} 3600")
        self.before = self.entry.read_bytes()

    @property
    def held(self) -> bool:
        return b"Hidden=true" in self.entry.read_bytes()

    @property
    def as_before(self) -> bool:
        return self.entry.read_bytes() == self.before


@pytest.fixture
def mail(programs: Programs, person: Path) -> Mail:
    return Mail(programs, person)


def test_held_shown_and_put_back_by_hand(bare: Cli, profile: Path, mail: Mail) -> None:
    ran = bare("close-blockers", "--profile", profile, "--hold", "--yes", "--look-out", "0", "--json")
    shown = ran.shown(BlockersClosed)
    assert ran.code == 0
    assert [hold.entry.name for hold in shown.held_back] == ["MailHelper"]
    assert not alive(mail.pid)
    assert mail.held
    looked = bare("preflight", "--profile", profile, "--json").shown(Looked)
    assert [hold.entry.name for hold in looked.held_back] == ["MailHelper"]
    said = bare("preflight", "--profile", profile).out
    assert "Kept from starting since" in said
    assert "companion put-back" in said
    back = bare("put-back", "--json")
    assert back.code == 0
    assert back.shown(PutBack).restored.restored == ("MailHelper",)
    assert mail.as_before
    assert bare("put-back").out.strip() == "There is nothing to put back."


def test_holding_is_agreed_to_like_closing(bare: Cli, profile: Path, mail: Mail) -> None:
    told = bare("close-blockers", "--profile", profile, "--hold")
    assert told.code == 1
    assert "“MailHelper” is switched off meanwhile and switched on again afterwards" in told.err
    assert mail.as_before
    assert alive(mail.pid)
    bare("close-blockers", "--profile", profile, "--yes", "--look-out", "0")
    assert mail.as_before, "nothing is held without --hold"


def test_what_cannot_be_held_leaves_everything_as_it_was(
    bare: Cli, profile: Path, mail: Mail, person: Path, programs: Programs
) -> None:
    second = autostart(person, "Second", f"{programs.folder / 'test-mail'} 3600")
    before = second.read_bytes()
    # Where the new content would be written stands a folder.
    second.with_name(second.name + ".new").mkdir()
    bare("close-blockers", "--profile", profile, "--hold", "--yes", "--json").error(1, "hold-refused")
    assert mail.as_before
    assert second.read_bytes() == before
    assert alive(mail.pid)
    assert bare("put-back", "--json").code == 0


def test_what_was_closed_is_opened_again_or_left_closed(bare: Cli, programs: Programs, person: Path) -> None:
    program = Reopening(name="Test Mail", arguments=(str(programs.folder / "test-mail"), "3600"))
    os.kill(programs.start("test-mail"), signal.SIGKILL)
    reopenings = Reopenings(bare.home / "closed", current(), lambda: dt.datetime.now(dt.UTC))
    reopenings.remember([program])
    assert bare("put-back", "--keep-closed", "--json").shown(PutBack).reopened == ()
    assert bare("put-back", "--json").shown(PutBack).reopened == ()
    reopenings.remember([program])
    again = bare("put-back", "--json")
    assert again.code == 0
    assert [each.ending for each in again.shown(PutBack).reopened] == [Ending.OPENED]
    until(lambda: len(programs.running("test-mail")) == 1)
    programs.end_all()
    reopenings.remember([program])
    (programs.folder / "test-mail").unlink()
    gone = bare("put-back")
    assert gone.code == 1
    assert "its file is not where it was" in gone.out


# With an installation


@pytest.fixture
def shop(bare: Cli, tmp_path: Path, document: dict[str, object], person: Path) -> Iterator[Cli]:
    """Commands against a store that minds only the program of this test, with an order that is downloaded."""
    with DemoStore(
        tmp_path / "store", profile=json.dumps(document).encode(), system="linux", size=2**20, password_cost=2**10
    ) as store:
        bare.store, bare.url = store, store.url
        bare.add(FAMILY)
        assert bare.opened(FAMILY, "download", FAMILY).code == 0
        yield bare


def timeline(cli: Cli) -> list[str]:
    library = Library(cli.home / "library.db")
    found = [entry.event for entry in library.timeline()]
    library.close()
    return found


def test_held_closed_installed_and_put_back_in_one_go(shop: Cli, mail: Mail) -> None:
    refused = shop.opened(FAMILY, "install", FAMILY, "--json").shown(Installed)
    assert refused.error is not None
    assert refused.error.code == "blocked"
    shop.opened(FAMILY, "install", FAMILY, "--hold", "--json").error(1, "not-confirmed")
    assert alive(mail.pid)
    ran = shop.opened(FAMILY, "install", FAMILY, "--hold", "--yes", "--look-out", "0", "--json")
    shown = ran.shown(Installed)
    assert ran.code == 0
    assert shown.result is not None
    assert shown.result.proven
    assert shown.closed is not None
    assert mail.pid in shown.closed.gone
    assert [hold.entry.name for hold in shown.held_back] == ["MailHelper"]
    assert shown.still_held == ()
    assert mail.as_before
    steps = timeline(shop)
    assert steps.index("held back") < steps.index("closed programs") < steps.index("installed")
    assert "put back" in steps


def test_what_was_held_by_hand_is_put_back_after_the_installation(shop: Cli, mail: Mail) -> None:
    assert shop("close-blockers", "--hold", "--yes", "--look-out", "0").code == 0
    assert mail.held
    assert shop("preflight", "--json").code == 0
    assert mail.held
    assert shop.opened(FAMILY, "install", FAMILY, "--json").code == 0
    assert mail.as_before


def test_an_installation_that_fails_puts_back_what_it_held(shop: Cli, mail: Mail) -> None:
    path = next((shop.home / "downloads").rglob("*.run"), None) or next((shop.home / "downloads").rglob("*.*"))
    size = path.stat().st_size
    path.write_bytes(b"#!/bin/sh\n" + b"#" * (size - 10))
    ran = shop.opened(FAMILY, "install", FAMILY, "--hold", "--yes", "--look-out", "0", "--json")
    ran.error(1, "file-damaged")
    assert not alive(mail.pid)
    assert mail.as_before


def test_closing_alone_holds_nothing(shop: Cli, mail: Mail) -> None:
    ran = shop.opened(FAMILY, "install", FAMILY, "--close", "--yes", "--look-out", "0", "--json")
    assert ran.code == 0
    assert ran.shown(Installed).held_back == ()
    assert mail.as_before


@pytest.mark.parametrize("then", ["put-back", "install"])
def test_killed_in_between_the_next_command_puts_it_back(shop: Cli, mail: Mail, then: str) -> None:
    """The process that holds and closes is killed while it looks out for what comes back."""
    words = [sys.executable, "-m", "companion", "--home", str(shop.home), "--store", str(shop.url)]
    words += ["install", FAMILY, "--hold", "--yes", "--look-out", "600", "--progress", "json", "--password-stdin"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as app:
        assert app.stdin is not None
        assert app.stderr is not None
        app.stdin.write(shop.password(FAMILY).encode() + b"\n")
        app.stdin.flush()
        for line in app.stderr:
            if b'"watching"' in line:
                break
        app.kill()
    assert mail.held
    assert not alive(mail.pid)
    if then == "install":
        assert shop.opened(FAMILY, "install", FAMILY, "--json").code == 0
    else:
        assert shop("put-back", "--json").shown(PutBack).restored.restored == ("MailHelper",)
    assert mail.as_before


@pytest.fixture
def restarting(document: dict[str, object]) -> None:
    """The store's installer ends with a number that means: restart the PC."""
    document["exitCodes"] = [
        {"code": 0, "meaning": "restart", "sentence": "Almost done.", "hint": "Restart the PC when it suits you."}
    ]


def test_a_restart_is_waited_for(restarting: None, shop: Cli, mail: Mail, person: Path) -> None:
    ran = shop.opened(FAMILY, "install", FAMILY, "--hold", "--yes", "--look-out", "0", "--json")
    shown = ran.shown(Installed)
    assert ran.code == 0
    assert shown.result is not None
    assert shown.result.outcome.meaning is ExitMeaning.RESTART
    assert [hold.entry.name for hold in shown.still_held] == ["MailHelper"]
    once = person / ".config/autostart/companion-once.desktop"
    assert str(shop.home) in once.read_text()
    back = shop("put-back", "--json")
    assert back.code == 1
    assert [found.standing for found in back.shown(PutBack).installations] == [Standing.WAITS]
    assert mail.held
    assert "One restart is left" in shop("put-back").out
    assert shop("put-back", "--now", "--json").code == 0
    assert mail.as_before
    assert not once.exists()
    assert "stopped waiting for the restart" in timeline(shop)
