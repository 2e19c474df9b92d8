"""``companion close-blockers``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from companion.cli.commands.pc.close_blockers import CloseBlockersResult
from companion.cli.commands.pc.closing import unsettled
from companion.domain.pc.finding import PROGRAMS, Finding, Severity
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


def _by_name_only(document: dict[str, Any], profile: Path) -> None:
    """The rule names a program and nothing else."""
    del document["blockers"][0]["matches"][0]["pathContains"]
    profile.write_text(json.dumps(document))


def test_a_script_of_that_name_is_left_running_and_said_to_be_doubtful(
    bare: Cli, profile: Path, document: dict[str, Any], programs: Programs
) -> None:
    _by_name_only(document, profile)
    script = programs.script("test-mail", "#!/bin/sh\nwhile :; do /bin/sleep 0.05; done\n")
    ran = bare("close-blockers", "--profile", profile, "--yes", "--force", "--json")
    assert ran.code == 1
    shown = ran.shown(CloseBlockersResult)
    assert shown.unknown
    assert not shown.blocked
    assert shown.closed is None
    assert alive(script)
    told = bare("close-blockers", "--profile", profile, "--yes")
    assert told.code == 1
    assert "Whether anything still blocks the installation is not known." in told.out
    assert "nothing to close" not in told.out
    assert "It was left running" in told.err


def test_the_question_names_the_file_beside_the_stores_words(bare: Cli, profile: Path, programs: Programs) -> None:
    program = programs.start("test-mail")
    told = bare("close-blockers", "--profile", profile)
    assert f"What runs: “test-mail” ({programs.folder / 'test-mail'}, process {program})" in told.err


@pytest.mark.parametrize("name", ["bash", "dbus-daemon", "gnome-keyring-d", "keepassxc"])
def test_what_is_never_touched_is_not_closed_whatever_a_profile_says(
    bare: Cli, profile: Path, document: dict[str, Any], programs: Programs, name: str
) -> None:
    document["blockers"][0]["name"] = "Everything"
    document["blockers"][0]["matches"][0]["names"] = [name]
    profile.write_text(json.dumps(document))
    program = programs.start(name)
    ran = bare("close-blockers", "--profile", profile, "--yes", "--force", "--json")
    assert alive(program)
    assert "Companion never closes it" in ran.out
    assert ran.shown(CloseBlockersResult).closed is None


def test_programs_that_cannot_be_listed_are_unsettled() -> None:
    def row(identity: str, severity: Severity) -> Finding:
        return Finding(id=identity, severity=severity, title="", explanation="")

    unknown, closed = row(PROGRAMS, Severity.UNKNOWN), row(PROGRAMS, Severity.FINE)
    assert unsettled([unknown, row("firewall", Severity.UNKNOWN)]) == [unknown]
    assert unsettled([closed]) == []
