"""``companion close-blockers``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from companion.cli.commands.pc.close_blockers import CloseBlockersResult
from tests.kits.cli import Cli
from tests.kits.linux import Mail, Programs, alive, autostart

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")


def test_nothing_is_closed_without_consent(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    bare("close-blockers", "--profile", profile, "--json").error(1, "not-confirmed")
    told = bare("close-blockers", "--profile", profile, "--force")
    assert "A letter that is being written would be lost." in told.err, "the risk is named before anybody agrees"
    assert alive(program)


def test_blockers_are_closed_and_proven_gone(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    ran = bare("close-blockers", "--profile", profile, "--yes", "--look-out", "0", "--json", "--progress", "json")
    shown = ran.shown(CloseBlockersResult)
    assert ran.code == 0
    assert shown.programs == ("Test Mail",)
    assert shown.closed is not None
    assert program in shown.closed.gone
    assert not alive(program)
    steps = [json.loads(line)["step"] for line in ran.err.splitlines()]
    assert steps[0] == "asking"
    nothing = bare("close-blockers", "--profile", profile, "--yes")
    assert nothing.code == 0
    assert "nothing to close" in nothing.out


def test_holding_is_agreed_to_like_closing(bare: Cli, profile: Path, mail: Mail) -> None:
    told = bare("close-blockers", "--profile", profile, "--hold")
    assert told.code == 1
    assert "“MailHelper” is switched off until then and switched on again afterwards" in told.err
    assert mail.as_before
    assert alive(mail.pid)
    bare("close-blockers", "--profile", profile, "--yes", "--look-out", "0")
    assert mail.as_before, "nothing is held without --hold"


def test_what_cannot_be_held_leaves_everything_as_it_was(
    bare: Cli, profile: Path, mail: Mail, tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system/.config"))
    second = autostart(tmp_path / "system", "Second", f"{programs.folder / 'test-mail'} 3600")
    before = second.read_bytes()
    # Where the person's own file of that name would be written stands a folder.
    mail.entry.with_name(second.name).mkdir()
    bare("close-blockers", "--profile", profile, "--hold", "--yes", "--json").error(1, "hold-refused")
    assert mail.as_before
    assert second.read_bytes() == before
    assert alive(mail.pid)
    assert bare("put-back", "--json").code == 0
