"""Installers that need administrator rights: what pkexec answers, and what runs with the rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.services.platforms.common.root_helper import Progress, progress_in
from tests.kits.deb import deb
from tests.kits.linux import script
from tests.kits.processes import ROOT, command

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="becomes another user, as root on Linux"
)


class Desk:
    """A person who is no administrator, and a stand-in for pkexec in front of the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        self.installer = script(folder / "setup.run", '#!/bin/sh\nstat -c "%a %U" "$0" "$(dirname "$0")"\nexit 7\n')

    def answer(self, text: str) -> None:
        script(self.bin / "pkexec", f"#!/bin/sh\nPATH=/usr/bin:/bin\n{text}\n").chmod(0o755)

    def install(self) -> str:
        """What came of it: an exit code, or the code and the sentences of an error."""
        words = command("elevated_installer", str(self.installer))
        environment = {**os.environ, "PATH": str(self.bin), "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk that every user of this machine may look at."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Desk(Path(folder) / "desk")


def test_a_dismissed_question_is_a_refusal_and_not_the_installers_code(desk: Desk) -> None:
    desk.answer("exit 126")
    said = desk.install()
    assert said.startswith("elevation-refused The question for the administrator's password was dismissed.")
    assert "folder" not in said


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        ("Error executing command as another user: Not authorized", "Permission was not given"),
        ("Error executing command as another user: No authentication agent found.", "No program of this session"),
    ],
)
def test_a_permission_that_was_not_given_is_said_as_such(desk: Desk, complaint: str, sentence: str) -> None:
    desk.answer(f'echo "{complaint}" >&2; exit 127')
    assert desk.install().startswith(f"elevation-unavailable {sentence}")


def test_a_missing_pkexec_is_said_as_such(desk: Desk) -> None:
    said = desk.install()
    assert said.startswith("elevation-unavailable This PC has no pkexec")
    assert "companion-" not in said


@pytest.mark.parametrize("code", [0, 7, 126, 127])
def test_with_the_rights_the_installers_own_code_counts(desk: Desk, code: int) -> None:
    desk.answer('exec "$@"')
    script(desk.installer, f'#!/bin/sh\nstat -c "%a %U" "$0" >"{desk.folder}/mode"\nexit {code}\n')
    assert desk.install() == f"exit {code}"
    assert (desk.folder / "mode").read_text() == "500 root\n"


def test_a_copy_that_is_not_what_was_verified_is_not_run(desk: Desk) -> None:
    """What stands in for pkexec hands the lines another digest, as if the source had been exchanged."""
    ran = desk.folder / "ran"
    script(desk.installer, f'#!/bin/sh\ntouch "{ran}"\n')
    desk.answer('/bin/sh -c "$3" "$4" "$5" 0000 "$7"')
    assert desk.install().startswith("file-damaged setup.run was changed after it had been verified.")
    assert not ran.exists()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="installs a package of Debian")
@pytest.mark.usefixtures("package_tools")
def test_a_package_goes_through_the_systems_own_tools(desk: Desk) -> None:
    root = desk.folder / "root"
    root.mkdir()
    desk.installer = deb(desk.folder)
    desk.answer(f'DPKG_ROOT="{root}" exec "$@"')
    assert desk.install() == "exit 0"
    assert (root / "usr/share/harbour/version").read_text() == "4.2"


def test_how_far_it_came_is_its_last_word() -> None:
    assert progress_in("") is Progress.NOT_BEGUN
    assert progress_in("begun\n") is Progress.BEGUN
    assert progress_in("begun\nverified\n") is Progress.VERIFIED
    assert progress_in("something else") is Progress.NOT_BEGUN
