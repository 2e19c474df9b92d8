"""Installing a file of any maker: only what was looked at runs, and the record before and after tells what it did."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import os
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from companion.domain.core.errors import Cancelled, CompanionError
from companion.domain.core.platform import Platform
from companion.domain.installation.files.verification import Verification, VerifiedBy
from companion.domain.installation.models import InstallationProgress, InstallationStep
from companion.domain.installation.proof.installation import CheckedFile, FileInstallation, installation_text
from companion.domain.installation.proof.outcome import FileOutcome
from companion.domain.installation.proof.system_record import InstalledProduct, RecordView, SystemRecord, product
from companion.domain.pc.facts import Fact, System
from companion.domain.store.profile import ExitCode, ExitMeaning
from companion.domain.store.rules.general import GeneralRules
from companion.services.app.cancellation import Cancellation
from companion.services.app.drive import ANSWER_SECONDS
from companion.services.installation.file_installer import FileInstaller
from companion.services.installation.installer_files import GrowingError, digest_of, not_opened
from companion.services.installation.installer_logs import InstallerLogs
from companion.services.installation.proven_files import ProvenFiles
from companion.services.installation.recovery import Recovery
from companion.services.platforms.common import posix
from companion.services.platforms.linux.programs import LinuxPrograms
from companion.services.platforms.linux.system import LinuxSystem
from companion.services.platforms.protocol import PlatformServices
from tests.kits.linux import script
from tests.kits.silent_drive import OPENING, READING, SilentDrive, silent
from tests.kits.waiting import until
from tests.kits.windows_files import program, version

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="runs installers for Linux")

NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
FAILED_LOG = "Error 1304. Error writing to file: harbour.exe.\nAction ended 8:12:01: InstallFiles. Return value 3.\n"


class Kit:
    """An installer over a home folder of this test."""

    def __init__(self, folder: Path, platform: PlatformServices, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.folder = folder
        self.recovery = Recovery(folder / "state", platform, lambda: NOW, lambda _: None, ["companion"])
        self.proven = ProvenFiles(folder / "state" / "proven", lambda: NOW)
        self.stored: dict[str, Verification] = {}
        self.installer = FileInstaller(
            platform,
            self.recovery,
            InstallerLogs(folder / "logs"),
            self.proven,
            of_store=self.stored.get,
            children_limit=10,
            answer_seconds=answer_seconds,
        )

    def look(self, path: Path) -> CheckedFile:
        return self.installer.look(path, Cancellation())

    def install(self, file: CheckedFile, **options: bool) -> FileInstallation:
        return self.installer.install(file, None, lambda _: None, Cancellation(), **options)


@pytest.fixture
def kit(tmp_path: Path, linux: PlatformServices) -> Kit:
    return Kit(tmp_path / "home", linux)


def run_file(path: Path, text: str) -> Path:
    return script(path, f"#!/bin/sh\n{text}\n")


def exchanged(path: Path, how: str, text: str) -> None:
    other = path.with_name("other.run")
    if how == "overwritten":
        path.write_text(f"#!/bin/sh\n{text}\n")
        return
    if how == "appended":
        with path.open("a") as file:
            file.write(f"{text}\n")
        return
    path.unlink()
    if how == "replaced":
        run_file(path, text)
    elif how == "renamed over":
        run_file(other, text).rename(path)
    elif how == "linked":
        path.symlink_to(run_file(other, text))
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    elif how == "loop":
        path.symlink_to(path)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        *((how, "file-damaged") for how in ("overwritten", "appended", "replaced", "renamed over", "linked")),
        ("deleted", "file-missing"),
        ("loop", "file-not-readable"),
        ("folder", "bad-file"),
        ("pipe", "bad-file"),
    ],
)
def test_what_is_exchanged_after_it_was_looked_at_is_not_started(kit, home, tmp_path, how, code):
    """Also what a network drive does that goes away."""
    path = run_file(tmp_path / "setup.run", 'touch "$HOME/first"')
    file = kit.look(path)
    exchanged(path, how, 'touch "$HOME/second"')
    with pytest.raises(CompanionError) as refused:
        kit.install(file)
    assert refused.value.code == code
    assert not {"first", "second"} & {found.name for found in home.iterdir()}
    assert not kit.recovery.recover().installations, "nothing is left to be continued"


@pytest.mark.parametrize("how", ["overwritten", "appended", "replaced", "renamed over", "linked", "pipe", "deleted"])
def test_what_is_exchanged_at_the_last_moment_does_not_run(linux, home, tmp_path, how):
    path = run_file(tmp_path / "setup.run", 'touch "$HOME/first"')

    class Swapped(LinuxPrograms):
        def start_installer(self, launchable, arguments, *, elevate):
            exchanged(path, how, 'touch "$HOME/second"')
            return super().start_installer(launchable, arguments, elevate=elevate)

    kit = Kit(tmp_path / "state", dataclasses.replace(linux, programs=Swapped(os.environ)))
    done = kit.install(kit.look(path))
    assert done.proof.outcome is FileOutcome.UNRECORDED
    assert {"first", "second"} & {found.name for found in home.iterdir()} == {"first"}


@pytest.mark.parametrize("rounds", [1, 50])
def test_a_file_that_grows_while_it_is_read_is_still_being_written(tmp_path, rounds):
    """Also one that grows as fast as it is read; neither its digest nor its copy goes on for ever."""
    path = run_file(tmp_path / "setup.run", "exit 0")
    left = iter(range(rounds))
    with path.open("rb") as file, path.open("ab", buffering=0) as growing:

        def grow() -> None:
            if next(left, None) is not None:
                growing.write(bytes(1 << 20))

        with pytest.raises(GrowingError) as refused:
            digest_of(file, grow)
        assert not_opened(path, refused.value).title == "This file is still being written"
        file.seek(0)
        copy = io.BytesIO()
        posix.copy_content(file, copy, grow)
        assert next(left, None) is not None or rounds == 1, "it ends before the file does"


def test_cancelled_before_the_start_nothing_runs(kit, home, tmp_path):
    file = kit.look(run_file(tmp_path / "setup.run", 'touch "$HOME/ran"'))
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        kit.installer.install(file, None, lambda _: None, cancellation)
    with pytest.raises(Cancelled):
        kit.installer.look(Path(file.place), cancellation)
    assert not (home / "ran").exists()


@pytest.mark.parametrize("what", [OPENING, READING])
def test_a_drive_that_does_not_answer_keeps_no_one_waiting(kit, linux, home, tmp_path, what):
    """Neither when the file is looked at nor when it is to be started, and nothing of it is started."""
    hasty = Kit(tmp_path / "state", linux, answer_seconds=0.2)
    path = run_file(tmp_path / "setup.run", 'touch "$HOME/ran"')
    file = kit.look(path)
    for work in (lambda: hasty.look(path), lambda: hasty.install(file)):
        with silent(path, what), pytest.raises(CompanionError) as refused:
            work()
        assert (refused.value.code, refused.value.title) == ("file-not-readable", "The drive does not answer")
        assert refused.value.message == "The drive with setup.run does not answer."
    assert not hasty.recovery.recover().installations
    assert kit.install(file).proof.outcome is FileOutcome.UNRECORDED, "it is installed once the drive is back"
    assert (home / "ran").exists()


def test_waiting_for_a_drive_can_be_cancelled(kit, tmp_path):
    path = run_file(tmp_path / "setup.run", "exit 0")
    file = kit.look(path)
    for work in (kit.installer.look, lambda _, wish: kit.installer.install(file, None, lambda _: None, wish)):
        cancellation = Cancellation()
        with silent(path) as drive:

            def cancel(drive: SilentDrive = drive, cancellation: Cancellation = cancellation) -> None:
                until(drive.is_asked)
                cancellation.cancel()

            threading.Thread(target=cancel).start()
            with pytest.raises(Cancelled):
                work(path, cancellation)


def test_each_step_is_told(kit, tmp_path):
    told: list[InstallationProgress] = []
    file = kit.look(run_file(tmp_path / "setup.run", "exit 0"))
    kit.installer.install(file, None, told.append, Cancellation())
    assert [step for step in InstallationStep if step in {each.step for each in told}] == [
        InstallationStep.VERIFYING,
        InstallationStep.STARTING,
        InstallationStep.RUNNING,
        InstallationStep.CHECKING,
        InstallationStep.DONE,
    ]


def test_the_digest_of_a_store_counts_and_is_remembered(kit, tmp_path):
    path = run_file(tmp_path / "setup.run", "exit 0")
    plain = kit.look(path)
    published = Verification(how=VerifiedBy.STORE, by="shop.example")
    kit.stored[plain.sha256] = published
    assert kit.look(path).verification == published
    kit.stored.clear()
    assert kit.look(path).verification == published, "the store need not be asked again"
    path.write_text("#!/bin/sh\nexit 1\n")
    assert kit.look(path).verification.how is plain.verification.how


def test_a_stream_beside_a_file_of_windows_is_no_file(kit, linux, tmp_path):
    """Nothing shows that it is there; on other systems a colon is a letter like others."""
    path = tmp_path / "letter.txt:setup.exe"
    path.write_bytes(program())
    assert kit.look(path).name == "letter.txt:setup.exe"
    windows = Kit(tmp_path / "other", dataclasses.replace(linux, name=Platform.WINDOWS))
    with pytest.raises(CompanionError) as refused:
        windows.look(path)
    assert refused.value.code == "bad-file"


# A PC with Windows, of which only the installer is run for real


class Desk:
    """What such a PC lists and what its installer does, which gets the options it is started with."""

    def __init__(self, folder: Path, linux: PlatformServices) -> None:
        self.listed: tuple[InstalledProduct, ...] = ()
        self.pending: tuple[str, ...] = ()
        self.boot = "one run"
        self.started_with: list[tuple[str, ...]] = []
        self.act: Callable[[Sequence[str]], int] = lambda _: 0
        desk = self

        class Programs(LinuxPrograms):
            def start_installer(self, launchable, arguments, *, elevate):
                desk.started_with.append((*arguments, *(["elevated"] if elevate else [])))
                return posix.start_child(["/bin/sh", "-c", f"exit {desk.act(arguments)}"], folder, "setup")

        class Machine(LinuxSystem):
            def installed_products(self):
                return SystemRecord(products=desk.listed)

            def boot_id(self):
                return Fact.known(desk.boot)

            def pending_restart(self):
                return Fact.known(desk.pending)

            def operating_system(self):
                return Fact.known(
                    System(platform=Platform.WINDOWS, name="Windows", version="11", architecture="x86_64", memory=1)
                )

        windows = dataclasses.replace(
            linux, name=Platform.WINDOWS, programs=Programs(os.environ), system=Machine(os.environ)
        )
        self.kit = Kit(folder / "home", windows)


@pytest.fixture
def desk(tmp_path: Path, linux: PlatformServices) -> Desk:
    return Desk(tmp_path, linux)


@pytest.fixture
def msi(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.msi"
    path.write_bytes((Path(__file__).parents[2] / "kits/installers/example.msi").read_bytes())
    return path


@pytest.fixture
def inno(tmp_path: Path) -> Path:
    path = tmp_path / "setup.exe"
    strings = {"ProductName": "Harbour Suite", "ProductVersion": "4.2", "CompanyName": "Harbour"}
    path.write_bytes(program(resources={10: {11111: b"rDlPtS"}, 16: {1: version(strings)}}))
    return path


SUITE = product("Harbour Suite", "Harbour_is1", RecordView.MACHINE, version="4.2")


def writes(log: str, code: int, encoding: str = "utf-16") -> Callable[[Sequence[str]], int]:
    """An installer that writes its log where it is told to, and fails."""

    def act(arguments: Sequence[str]) -> int:
        named = next(word for word in arguments if word.endswith(".raw")).removeprefix("/LOG=")
        Path(named).write_bytes(log.encode(encoding))
        return code

    return act


def test_the_log_of_a_failure_is_kept_and_its_cause_told(desk, msi):
    desk.act = writes(FAILED_LOG + "Command Line: PASSWORD=hunter2\n", 67)
    done = desk.kit.install(desk.kit.look(msi))
    assert done.proof.outcome is FileOutcome.FAILED
    assert done.cause == "Error 1304. Error writing to file: harbour.exe."
    assert done.log is not None
    kept = Path(done.log)
    assert "hunter2" not in kept.read_text()
    assert "Return value 3." in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == [kept.name], "what was written first is gone"
    assert f"Its log says: {done.cause}" in installation_text(done).message


def test_the_log_of_a_success_is_not_kept(desk, inno):
    def act(arguments: Sequence[str]) -> int:
        desk.listed = (SUITE,)
        return writes("fine\n", 0)(arguments)

    desk.act = act
    done = desk.kit.install(desk.kit.look(inno))
    assert (done.proof.outcome, done.log, done.cause) == (FileOutcome.INSTALLED, None, None)
    assert list((desk.kit.folder / "logs").iterdir()) == []


def test_only_the_newest_logs_are_kept(desk, msi):
    desk.act = writes(FAILED_LOG, 67)
    file = desk.kit.look(msi)
    for _ in range(7):
        desk.kit.install(file)
    assert len(list((desk.kit.folder / "logs").iterdir())) == 5


@pytest.mark.parametrize("silent", [True, False])
def test_silent_uses_the_technologys_own_switch(desk, inno, silent):
    desk.kit.install(desk.kit.look(inno), silent=silent)
    (words,) = desk.started_with
    assert words[:-1] == (("/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART") if silent else ())
    assert words[-1].startswith("/LOG=")


def test_an_unknown_kind_is_not_started_silently(desk, tmp_path):
    path = tmp_path / "setup.exe"
    path.write_bytes(program(sections=[(b".text", b"x")]))
    file = desk.kit.look(path)
    with pytest.raises(CompanionError) as refused:
        desk.kit.install(file, silent=True)
    assert refused.value.code == "not-silent"
    assert desk.started_with == []
    assert desk.kit.install(file).proof.outcome is FileOutcome.PORTABLE


def test_a_restart_that_only_the_system_knows_of_is_waited_for(desk, inno):
    def act(_: Sequence[str]) -> int:
        desk.listed, desk.pending = (SUITE,), ("files wait to be replaced",)
        return 0

    desk.listed, desk.act = (replace(SUITE, version="4.1"),), act
    file = desk.kit.look(inno)
    done = desk.kit.install(file)
    assert done.proof.outcome is FileOutcome.RESTART_LEFT
    assert "Until then the old version (4.1) stays in use." in installation_text(done).message
    (waiting,) = desk.kit.recovery.recover().installations
    assert (waiting.job, waiting.standing) == (file.job, "waits")


@pytest.mark.parametrize("replaced", [True, False])
def test_after_the_restart_the_systems_list_tells_whether_it_is_complete(desk, inno, tmp_path, replaced):
    desk.listed, desk.act = (replace(SUITE, version="4.1"),), lambda _: 69
    file = desk.kit.look(inno)
    rules = GeneralRules(
        id="test", exit_codes=(ExitCode(code=69, meaning=ExitMeaning.RESTART, sentence="Almost.", hint="Restart."),)
    )
    done = desk.kit.installer.install(file, rules, lambda _: None, Cancellation())
    assert done.proof.outcome is FileOutcome.RESTART_LEFT
    if replaced:
        desk.listed = (SUITE,)
    desk.boot = "another run"
    (found,) = desk.kit.recovery.recover().installations
    assert (found.standing.value, found.proven) == ("restarted", replaced)
    assert bool(found.missing) is not replaced


def test_a_newer_version_that_is_installed_is_asked_about(desk, inno):
    desk.listed = (replace(SUITE, version="5.0"),)
    file = desk.kit.look(inno)
    with pytest.raises(CompanionError) as refused:
        desk.kit.install(file)
    assert refused.value.code == "older-version"
    assert desk.started_with == []
    desk.kit.install(file, older=True)
    assert len(desk.started_with) == 1


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(0, "changedNothing"), (2, "cancelled"), (5, "cancelled"), (7, "blocked"), (8, "blocked"), (4, "failed")],
)
def test_codes_of_the_technology_are_explained(desk, inno, code, outcome):
    desk.act = lambda _: code
    assert desk.kit.install(desk.kit.look(inno)).proof.outcome.value == outcome
