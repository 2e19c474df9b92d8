"""``companion install FILE`` for packages of RPM, with each of the real tools that install them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.cli.commands.pc.install_result import InstallResult
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.proof.outcome import FileOutcome
from companion.domain.installation.proof.system_record import RecordView
from tests.kits.cli import Ran
from tests.kits.rpm import TOOLS, RpmSystem, rpm

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="installs packages of Linux"),
    pytest.mark.usefixtures("package_tools"),
    pytest.mark.slow,
]

Run = Callable[..., Ran]


@pytest.fixture(params=TOOLS)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> RpmSystem:
    return RpmSystem(tmp_path / "system", request.param)


@pytest.fixture
def run(system: RpmSystem, tmp_path: Path, profile: Path) -> Run:
    def companion(path: Path, *words: str) -> Ran:
        ran = system.companion("--home", tmp_path / "home", "install", path, "--profile", profile, *words, "--json")
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return companion


def version_of(shown: InstallResult) -> tuple[FileOutcome | None, str | None, str | None]:
    return shown.outcome, *(each and each.version for each in (shown.before, shown.after))  # type: ignore[return-value]


def test_a_package_is_installed_updated_and_taken_back(system: RpmSystem, run: Run, tmp_path: Path) -> None:
    """It is not signed, as those that makers offer for download mostly are."""
    new, old = rpm(tmp_path, "4.2"), rpm(tmp_path, "4.1")
    first = run(old).shown(InstallResult)
    assert (first.technology, *version_of(first)) == (Technology.RPM, FileOutcome.INSTALLED, None, "4.1-1")
    assert first.after is not None
    assert (first.after.name, first.after.publisher, first.after.view) == (
        "harbour",
        "Harbour Software",
        RecordView.RPM,
    )
    assert (system.opt / "harbour/version").read_text() == "4.1\n"
    assert version_of(run(new).shown(InstallResult)) == (FileOutcome.INSTALLED, "4.1-1", "4.2-1")
    again = run(new).shown(InstallResult)
    assert again.error is None
    assert version_of(again) == (FileOutcome.AS_BEFORE, "4.2-1", "4.2-1")
    run(old).error(1, "older-version")
    assert version_of(run(old, "--older").shown(InstallResult)) == (FileOutcome.INSTALLED, "4.2-1", "4.1-1")
    assert system.packages() == ["harbour-4.1-1.noarch"]


def test_what_a_package_needs_and_is_not_there_is_a_failure(system: RpmSystem, run: Run, tmp_path: Path) -> None:
    """No repository has what it needs: nothing is installed, and that is said."""
    shown = run(rpm(tmp_path, requires="harbour-engine")).shown(InstallResult)
    assert (shown.outcome, shown.after) == (FileOutcome.FAILED, None)
    assert shown.error is not None
    assert system.packages() == []
