"""``companion install FILE``: any installer, run and proven without any store."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import signal
import sys
import zipfile
from pathlib import Path

import pytest

from companion.cli.commands.pc.install_result import InstallResult
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.files.verification import VerifiedBy
from companion.domain.installation.proof.outcome import FileOutcome
from companion.domain.pc.closing import Relaunch
from companion.services.installation.relaunch import Relauncher
from companion.services.platforms.linux.platform import linux
from tests.kits.cli import Cli, Ran
from tests.kits.deb import deb
from tests.kits.linux import alive, script
from tests.kits.waiting import until
from tests.kits.windows_files import program

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="runs installers for Linux")
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="installs packages of Debian")


@pytest.fixture(autouse=True)
def root(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root of its own, into which packages are installed, beside a home folder that starts nothing."""
    del home
    folder = tmp_path / "root"
    (folder / "var/lib/dpkg").mkdir(parents=True)
    (folder / "var/lib/dpkg/status").touch()
    monkeypatch.setenv("DPKG_ROOT", str(folder))
    return folder


@pytest.fixture
def install(bare: Cli, profile: Path):
    """Installs by rules that no program of this machine is about."""

    def run(path: object, *words: object) -> Ran:
        return bare("install", path, "--profile", profile, *words, "--json")

    return run


def run_file(folder: Path, text: str, name: str = "harbour.run") -> Path:
    return script(folder / name, f"#!/bin/sh\n{text}\n")


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_a_package_is_installed_and_proven_by_the_systems_own_list(install, tmp_path, root):
    ran = install(deb(tmp_path, version="4.1"))
    shown = ran.shown(InstallResult)
    assert ran.code == 0
    assert (shown.technology, shown.outcome) == (Technology.DEB, FileOutcome.INSTALLED)
    assert shown.before is None
    assert shown.after is not None
    assert (shown.after.name, shown.after.version) == ("harbour", "4.1")
    assert shown.result is not None
    assert shown.result.proven
    assert (root / "usr/share/harbour/version").read_text() == "4.1"
    updated = install(deb(tmp_path, version="4.2")).shown(InstallResult)
    assert updated.before is not None
    assert updated.after is not None
    assert (updated.before.version, updated.after.version) == ("4.1", "4.2")


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_what_came_of_it_is_said_in_words(bare: Cli, profile, tmp_path):
    said = bare("install", deb(tmp_path), "--profile", profile)
    assert said.out.startswith("harbour is installed. The system lists it now, version 4.2.")
    assert "harbour_4.2_all.deb is a package of Debian and Ubuntu." in said.err
    again = bare("install", tmp_path / "harbour_4.2_all.deb", "--profile", profile)
    assert again.out.startswith("harbour is installed. The same version was installed before: harbour, version 4.2.")


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_an_older_version_needs_consent(install, tmp_path, root):
    assert install(deb(tmp_path, version="4.2")).code == 0
    old = deb(tmp_path, version="4.1")
    failure = install(old).error(1, "older-version")
    assert "version 4.1, and version 4.2" in failure["message"]
    assert (root / "usr/share/harbour/version").read_text() == "4.2"
    shown = install(old, "--older").shown(InstallResult)
    assert shown.after is not None
    assert (shown.outcome, shown.after.version) == (FileOutcome.INSTALLED, "4.1")


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_a_package_whose_script_fails_is_not_installed(install, tmp_path):
    ran = install(deb(tmp_path, postinst="exit 3"))
    shown = ran.shown(InstallResult)
    assert ran.code == 1
    assert (shown.outcome, shown.after) == (FileOutcome.FAILED, None)
    assert shown.error is not None
    assert shown.error.code == "installer-failed"


def test_a_script_that_reports_success_is_in_no_list(install, tmp_path):
    path = run_file(tmp_path, f"touch {tmp_path}/ran")
    shown = install(path).shown(InstallResult)
    assert (shown.technology, shown.outcome) == (Technology.RUN, FileOutcome.UNRECORDED)
    assert shown.result is not None
    assert not shown.result.proven
    assert (tmp_path / "ran").exists()


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_a_success_that_changes_nothing_is_no_success(install, bare, tmp_path, root):
    """The package tool reports success, and what it wrote is gone."""
    tools = tmp_path / "tools"
    tools.mkdir()
    script(tools / "dpkg", "#!/bin/sh\nexit 0\n")
    path = deb(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
        ran = install(path)
    shown = ran.shown(InstallResult)
    assert ran.code == 1
    assert shown.outcome is FileOutcome.CHANGED_NOTHING
    assert shown.error is not None
    assert (shown.error.code, shown.error.title) == ("not-proven", "Nothing was installed")


def test_the_installers_own_code_is_explained(install, tmp_path):
    ran = install(run_file(tmp_path, "exit 77"))
    shown = ran.shown(InstallResult)
    assert ran.code == 1
    assert shown.error is not None
    assert "(Exit code 77)" in shown.error.hint
    assert shown.outcome is FileOutcome.FAILED


def test_a_bootstrapper_that_returns_at_once_is_waited_for(install, tmp_path, monkeypatch):
    """It starts the real installer, which it has unpacked, and ends; the pipe opens when the test has seen that."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    inner = script(temporary / "inner.sh", f'#!/bin/sh\n/bin/sleep 0.7\necho done >"{tmp_path}/done"\n')
    shown = install(run_file(tmp_path, f"/bin/sh {inner} >/dev/null 2>&1 &")).shown(InstallResult)
    assert (tmp_path / "done").read_text() == "done\n"
    assert shown.result is not None
    assert shown.result.still_running == ()


def test_an_app_image_needs_no_installation_and_is_not_started(install, tmp_path):
    path = tmp_path / "Harbour.AppImage"
    path.write_bytes(b"\x7fELF\x02\x01\x01\x00AI\x02".ljust(64, b"\0"))
    shown = install(path).shown(InstallResult)
    assert (shown.outcome, shown.result) == (FileOutcome.PORTABLE, None)


# How far it is verified


def test_a_digest_that_was_given_proves_the_file_and_is_remembered(install, tmp_path):
    path = run_file(tmp_path, "exit 0")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert install(path).shown(InstallResult).verified is not VerifiedBy.MANIFEST
    assert install(path, "--sha256", digest).shown(InstallResult).verified is VerifiedBy.MANIFEST
    assert install(path).shown(InstallResult).verified is VerifiedBy.MANIFEST, "proven once, it stays so"


def test_another_digest_forbids_the_start(install, tmp_path):
    path = run_file(tmp_path, f"touch {tmp_path}/ran")
    failure = install(path, "--sha256", "0" * 64).error(1, "file-damaged")
    assert "than the digest that you gave names" in failure["message"]
    assert not (tmp_path / "ran").exists()


def test_a_list_of_digests_proves_the_file(install, tmp_path):
    path = run_file(tmp_path, "exit 0")
    sums = tmp_path / "SHA256SUMS"
    sums.write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    shown = install(path, "--sums", sums).shown(InstallResult)
    assert shown.verification is not None
    assert (shown.verified, shown.verification.by) == (VerifiedBy.MANIFEST, "SHA256SUMS")
    sums.write_text("nothing of use\n")
    install(path, "--sums", sums).error(2, "usage")
    install(path, "--sums", tmp_path / "gone").error(1, "file-not-readable")


# Without any question


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_silent_needs_consent_and_a_switch_that_is_known(install, tmp_path):
    install(run_file(tmp_path, f"touch {tmp_path}/ran"), "--silent", "--yes").error(1, "not-silent")
    assert not (tmp_path / "ran").exists()
    path = deb(tmp_path)
    install(path, "--silent").error(1, "not-confirmed")
    assert install(path, "--silent", "--yes").code == 0


# Bad input: nothing is launched that was not checked


def test_what_is_no_installer_is_not_started(install, tmp_path):
    path = script(tmp_path / "letter.txt", "Dear reader")
    assert install(path).error(1, "bad-file")["title"] == "This is no installer that Companion knows"


@pytest.mark.parametrize("word", ["gone.exe", "gone.run", "no/such/file", "./gone"])
def test_a_file_that_is_not_there_is_no_order(install, tmp_path, monkeypatch, word):
    monkeypatch.chdir(tmp_path)
    install(word).error(2, "file-missing")


def test_folders_pipes_and_what_may_not_be_read(install, tmp_path):
    install(tmp_path).error(2, "bad-file")
    pipe = tmp_path / "pipe.run"
    os.mkfifo(pipe)
    install(pipe).error(2, "bad-file")
    install(tmp_path / ("a" * 300 + ".exe")).error(2, "file-not-readable")
    install(tmp_path / "a\0b.exe").error(2, "file-not-readable")


def test_a_long_path_is_a_path(install, tmp_path):
    folder = tmp_path / ("a" * 150) / ("b" * 150)
    folder.mkdir(parents=True)
    assert install(run_file(folder, "exit 0")).code == 0


def test_a_name_that_hides_its_ending_is_told(bare: Cli, profile, tmp_path):
    path = tmp_path / "letter\u202efdp.run"
    run_file(tmp_path, "exit 0", path.name)
    ran = bare("install", path, "--profile", profile)
    assert "\u202e" not in ran.err + ran.out
    assert "hidden characters" in ran.err


def test_a_program_for_another_system_is_not_started(install, tmp_path):
    path = tmp_path / "setup.exe"
    path.write_bytes(program())
    shown = install(path).shown(InstallResult)
    assert shown.error is not None
    assert (shown.error.code, shown.result) == ("blocked", None)
    truncated = tmp_path / "short.exe"
    truncated.write_bytes(program(sections=[(b".text", b"x" * 4096)])[:700])
    assert install(truncated).code in (1, 2)
    damaged = tmp_path / "damaged.msi"
    damaged.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2000)
    assert install(damaged).code in (1, 2)


@pytest.mark.parametrize("options", [["--silent"], ["--sha256", "0" * 64], ["--sums", "x"], ["--keep-closed"]])
def test_options_of_files_mean_nothing_for_an_order(bare: Cli, options):
    bare("install", "LF-5930-2216", *options, "--json").error(2, "usage")


def test_polyglots_and_bombs_are_not_started(install, tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("AppxManifest.xml", b" " * (64 << 20))
    for name, content in (
        ("both.exe", program() + archive.getvalue()),
        ("bomb.msix", archive.getvalue()),
        ("both.run", program() + b"\n#!/bin/sh\ntouch ran\n"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(0o755)
        ran = install(path)
        assert ran.code == 1, name
        assert ran.json.get("result") is None


def test_four_gigabytes_of_nothing_are_not_read(install, tmp_path):
    path = tmp_path / "zeros.exe"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    install(path).error(1, "bad-file")


# Afterwards everything is as before


def test_what_blocks_is_held_closed_and_put_back(install, tmp_path, mail):
    """The story of the failed installation without any store: mail runs without a window and comes back."""
    path = run_file(tmp_path, f"touch {tmp_path}/ran")
    refused = install(path).shown(InstallResult)
    assert refused.error is not None
    assert refused.error.code == "blocked"
    install(path, "--hold").error(1, "not-confirmed")
    assert not (tmp_path / "ran").exists()
    assert alive(mail.pid)
    shown = install(path, "--hold", "--yes", "--look-out", "0").shown(InstallResult)
    assert shown.closed is not None
    assert mail.pid in shown.closed.gone
    assert (tmp_path / "ran").exists()
    assert [hold.entry.name for hold in shown.held_back] == ["MailHelper"]
    assert shown.still_held == ()
    assert mail.as_before


@needs_dpkg
@pytest.mark.parametrize("keep", [False, True])
def test_what_was_closed_is_opened_again_once_it_is_proven(install, bare, tmp_path, programs, keep):
    shutil.copy("/bin/sleep", programs.folder / "test-editor")
    closed = Relaunch(name="Test Editor", arguments=(str(programs.folder / "test-editor"), "3600"))
    Relauncher(bare.home / "closed", linux(), lambda: dt.datetime.now(dt.UTC)).remember([closed])
    shown = install(deb(tmp_path), *(["--keep-closed"] if keep else [])).shown(InstallResult)
    if keep:
        assert (shown.reopened, shown.still_closed) == ((), ("Test Editor",))
        return
    assert [(each.name, each.ending.value) for each in shown.reopened] == [("Test Editor", "opened")]
    assert shown.still_closed == ()
    until(lambda: bool(programs.running("test-editor")))


@needs_dpkg
@pytest.mark.usefixtures("package_tools")
def test_a_broken_installation_puts_back_what_it_held(install, tmp_path):
    held = json.loads(install(deb(tmp_path, postinst=f"kill -{signal.SIGKILL.value} $$")).out)
    assert held["stillHeld"] == []
    assert held["outcome"] == "failed"
