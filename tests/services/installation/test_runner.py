"""Running real installers: verified, watched, explained, checked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.platform import Platform
from companion.domain.installation.models import InstallationProgress, InstallationStep
from companion.domain.pc.code_signatures import Signature, SignatureState
from companion.domain.pc.facts import Purpose
from companion.domain.store.orders import Grant, Installation
from companion.domain.store.profile import ExitCode, ExitMeaning
from companion.services.app.cancellation import Cancellation
from companion.services.installation.runner import Installer
from companion.services.platforms.common import posix
from companion.services.platforms.linux.programs import LinuxPrograms
from companion.services.platforms.linux.system import LinuxSystem
from tests.kits.linux import alive, script
from tests.kits.processes import ROOT, command
from tests.kits.waiting import until
from tests.kits.windows_files import program


def grant_for(path: Path, **installation: Any) -> Grant:
    content = path.read_bytes()
    return Grant(
        artifact_id="a",
        url="https://store.example/a",
        url_expires_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
        filename=path.name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        version="1",
        publisher="Example Ltd",
        installation=Installation(**installation),
    )


@pytest.fixture
def install(linux, profile):
    def run(path: Path, grant: Grant, *, on=linux, steps=None, cancellation=None):
        installer = Installer(on, children_limit=10)
        told = steps if steps is not None else []
        return installer.install(path, grant, profile, told.append, cancellation or Cancellation())

    return run


def test_a_script_runs_with_the_grants_arguments_and_its_proof_is_checked(install, home, tmp_path):
    path = script(tmp_path / "setup.run", '#!/bin/sh\nprintf "%s|" "$@" >"$HOME/args"\n')
    path.chmod(0o644)
    steps: list[InstallationProgress] = []
    grant = grant_for(path, arguments=("/S", "two words", "$(touch x); *"), proof_paths=("$HOME/args",))
    result = install(path, grant, steps=steps)
    assert (home / "args").read_text() == "/S|two words|$(touch x); *|"
    assert result.exit_code == 0
    assert result.outcome.meaning is ExitMeaning.DONE
    assert result.proven
    assert result.succeeded
    assert [step.step for step in steps][:3] == [
        InstallationStep.VERIFYING,
        InstallationStep.STARTING,
        InstallationStep.RUNNING,
    ]


def test_success_without_its_proof_is_no_success(install, tmp_path):
    path = script(tmp_path / "setup.run", "#!/bin/sh\nexit 0\n")
    result = install(path, grant_for(path, proof_paths=("$HOME/nowhere",)))
    assert result.missing == ("$HOME/nowhere",)
    assert not result.succeeded
    assert not result.proven


@pytest.mark.parametrize(
    ("code", "meaning"), [(20, ExitMeaning.BLOCKED), (2, ExitMeaning.CANCELLED), (77, ExitMeaning.FAILED)]
)
def test_exit_codes_are_explained_by_the_profile(install, tmp_path, code, meaning):
    path = script(tmp_path / "setup.run", f"#!/bin/sh\nexit {code}\n")
    result = install(path, grant_for(path))
    assert (result.exit_code, result.outcome.meaning) == (code, meaning)


def test_what_a_restart_puts_in_place_is_not_missed_before_it(linux, profile, tmp_path):
    """The exit code is told at once, before anything else that takes time."""
    restarts = ExitCode(code=77, meaning=ExitMeaning.RESTART, sentence="Almost done.", hint="Restart the PC.")
    path = script(tmp_path / "setup.run", "#!/bin/sh\nexit 77\n")
    told: list[object] = []
    steps: list[InstallationProgress] = []
    result = Installer(linux).install(
        path,
        grant_for(path, proof_paths=("$HOME/after-the-restart",)),
        msgspec.structs.replace(profile, exit_codes=(restarts,)),
        steps.append,
        Cancellation(),
        on_exit=lambda outcome: told.append((outcome.meaning, steps[-1].step)),
    )
    assert told == [(ExitMeaning.RESTART, InstallationStep.RUNNING)]
    assert result.succeeded
    assert not result.proven
    assert result.missing == ()


@pytest.mark.parametrize("change", [lambda data: data + b" ", lambda data: data[:-1], lambda data: b"x" + data[1:]])
def test_a_changed_file_is_never_started(install, tmp_path, change):
    path = script(tmp_path / "setup.run", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    grant = grant_for(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(CompanionError) as refused:
        install(path, grant)
    assert refused.value.code == ErrorCode.FILE_DAMAGED
    assert not (tmp_path / "ran").exists()


def test_a_missing_file_is_said_to_be_gone(install, tmp_path):
    path = script(tmp_path / "setup.run", "#!/bin/sh\n")
    grant = grant_for(path)
    path.unlink()
    with pytest.raises(CompanionError) as refused:
        install(path, grant)
    assert refused.value.code == ErrorCode.FILE_MISSING


@pytest.mark.parametrize("swap", ["overwritten", "replaced", "deleted"])
def test_what_is_swapped_between_check_and_start_does_not_run(install, linux, home, tmp_path, swap):
    """The file is exchanged after it was verified, at the last moment before the start."""
    path = script(tmp_path / "setup.run", '#!/bin/sh\necho verified >"$HOME/ran"\n')
    evil = '#!/bin/sh\necho evil >"$HOME/ran"\n'

    class Swapped(LinuxPrograms):
        def start_installer(self, launchable, arguments, *, elevate):
            if swap == "overwritten":
                path.write_text(evil)
            else:
                path.unlink()
            if swap == "replaced":
                script(path, evil)
            return super().start_installer(launchable, arguments, elevate=elevate)

    result = install(path, grant_for(path), on=dataclasses.replace(linux, programs=Swapped(os.environ)))
    assert result.exit_code == 0
    assert (home / "ran").read_text() == "verified\n"


def test_another_program_of_the_same_user_exchanges_nothing(install, linux, home, tmp_path):
    """It may write into the folders and open the descriptors of this process, and has its try each time."""
    path = script(tmp_path / "setup.run", '#!/bin/sh\necho verified >"$HOME/ran"\n')
    genuine, grant = path.read_bytes(), grant_for(path)
    words = command("swapper", str(os.getpid()))
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as swapper:
        assert swapper.stdin is not None
        assert swapper.stdout is not None

        class Attacked(LinuxPrograms):
            def start_installer(self, launchable, arguments, *, elevate):
                swapper.stdin.write(f"{path}\n")
                swapper.stdin.flush()
                assert swapper.stdout.readline() == "tried\n"
                return super().start_installer(launchable, arguments, elevate=elevate)

        attacked = dataclasses.replace(linux, programs=Attacked(os.environ))
        ran = []
        for _ in range(50):
            path.write_bytes(genuine)
            install(path, grant, on=attacked)
            ran.append((home / "ran").read_text().strip())
            assert path.read_bytes() != genuine, "the attacker was there"
        swapper.stdin.close()
    assert ran == ["verified"] * 50


def test_an_installer_reads_itself_and_runs_in_the_folder_of_the_download(install, home, tmp_path):
    """Self-extracting scripts read what is packed behind their last line."""
    text = '#!/bin/sh\ntail -n 1 "$0" >"$HOME/read"\npwd >"$HOME/at"\nexit 0\npacked'
    install(script(tmp_path / "setup.run", text), grant_for(tmp_path / "setup.run"))
    assert (home / "read").read_text() == "packed"
    assert (home / "at").read_text().strip() == str(tmp_path)


def test_a_script_runs_in_the_interpreter_it_names(install, home, tmp_path):
    text = f'#!{sys.executable}\nimport os, pathlib\npathlib.Path(os.environ["HOME"], "ran").write_text("python")\n'
    path = script(tmp_path / "setup.run", text)
    assert install(path, grant_for(path)).exit_code == 0
    assert (home / "ran").read_text() == "python"


def test_what_is_said_of_an_installer_that_does_not_start_names_the_download(install, tmp_path):
    path = tmp_path / "setup.run"
    path.write_bytes(b"\x7fELF for another system")
    with pytest.raises(CompanionError) as refused:
        install(path, grant_for(path))
    assert refused.value.code == ErrorCode.NOT_RUNNABLE
    assert "start setup.run:" in refused.value.message


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        (Signature(state=SignatureState.ALTERED, signer="Example Ltd"), "wrong-publisher"),
        (Signature(state=SignatureState.VALID, signer="Somebody Else"), "wrong-publisher"),
        (Signature(state=SignatureState.VALID, signer="Example Limited"), None),
        (Signature(state=SignatureState.UNSIGNED), None),
    ],
)
def test_the_publisher_must_agree_where_there_is_one(install, linux, tmp_path, signature, code):
    path = script(tmp_path / "setup.run", "#!/bin/sh\nexit 0\n")

    class Signed(LinuxPrograms):
        def signature(self, path):
            return signature

    signed = dataclasses.replace(linux, programs=Signed(os.environ))
    if code is None:
        assert install(path, grant_for(path), on=signed).exit_code == 0
        return
    with pytest.raises(CompanionError) as refused:
        install(path, grant_for(path), on=signed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (SignatureState.UNSIGNED, True),
        (SignatureState.UNTRUSTED, True),
        (SignatureState.UNKNOWN, True),
        (SignatureState.VALID, False),
    ],
)
def test_where_the_publisher_signs_an_unsigned_installer_is_refused(linux, profile, home, tmp_path, state, refused):
    path = script(tmp_path / "setup.run", '#!/bin/sh\ntouch "$HOME/ran"\n')
    signs = msgspec.structs.replace(profile, signed_on=(Platform.LINUX,))

    class Signed(LinuxPrograms):
        def signature(self, path):
            return Signature(state=state, signer="Example Ltd")

    installer = Installer(dataclasses.replace(linux, programs=Signed(os.environ)))

    def install_for(which):
        steps: list[InstallationProgress] = []
        result = installer.install(path, grant_for(path), which, steps.append, Cancellation())
        return result, [step.sentence for step in steps if step.step is InstallationStep.STARTING]

    if refused:
        with pytest.raises(CompanionError) as caught:
            install_for(signs)
        assert caught.value.code == ErrorCode.NOT_SIGNED
        assert not (home / "ran").exists()
    else:
        assert install_for(signs)[0].exit_code == 0
    # Where the profile does not say that the publisher signs, it is started, and said.
    result, (said,) = install_for(profile)
    assert result.signature is state
    assert ("only the store says that it comes from Example Ltd" in said) is refused


def test_a_real_program_is_run_as_itself(install, tmp_path):
    path = tmp_path / "true"
    path.write_bytes(Path("/bin/true").read_bytes())
    assert install(path, grant_for(path)).exit_code == 0


def test_what_the_system_cannot_run_is_said(install, tmp_path):
    path = tmp_path / "setup.exe"
    path.write_bytes(b"MZ\x90\x00not for this system")
    with pytest.raises(CompanionError) as refused:
        install(path, grant_for(path))
    assert refused.value.code == ErrorCode.NOT_RUNNABLE


def test_an_installer_that_goes_on_in_a_copy_of_itself_is_waited_for(install, linux, home, tmp_path):
    """Many installers unpack themselves into a temporary folder, start that, and end at once."""
    inner = script(tmp_path / "inner.sh", '#!/bin/sh\n/bin/sleep 1.5\necho done >"$HOME/done"\n')
    path = script(tmp_path / "setup.run", f"#!/bin/sh\n/bin/sh {inner} &\n/bin/sleep 1.2\n")

    class Temporary(LinuxSystem):
        def standard_folders(self):
            return ((Purpose.TEMPORARY, "/bin"), (Purpose.TEMPORARY, "/usr/bin"))

    steps: list[InstallationProgress] = []
    install(path, grant_for(path), on=dataclasses.replace(linux, system=Temporary(os.environ)), steps=steps)
    assert (home / "done").read_text() == "done\n"
    assert InstallationStep.FINISHING in [step.step for step in steps]


def test_what_was_installed_and_started_is_not_waited_for(install, home, tmp_path):
    path = script(tmp_path / "setup.run", '#!/bin/sh\n/bin/sleep 300 & echo $! >"$HOME/pid"; /bin/sleep 1.2\n')
    result = install(path, grant_for(path))
    pid = int((home / "pid").read_text())
    assert alive(pid)
    assert result.seconds < 120
    os.kill(pid, 9)
    until(lambda: not alive(pid))


def test_cancelled_before_the_start_nothing_runs(install, tmp_path):
    path = script(tmp_path / "setup.run", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        install(path, grant_for(path), cancellation=cancellation)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (
            {"sections": [(b".text", b"x")], "overlay": b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst"},
            "neither the store nor NSIS explains",
        ),
        ({"resources": {10: {11111: b"rDlPtS"}}}, "cancelled while it was running"),
        ({}, "Some installers say so when they were cancelled"),
    ],
)
def test_the_exit_code_is_told_by_what_made_the_installer(install, linux, tmp_path, parts, sentence):
    path = tmp_path / "setup.exe"
    path.write_bytes(program(**parts))

    class OfWindows(LinuxPrograms):
        def start_installer(self, launchable, arguments, *, elevate):
            return posix.start_child(["/bin/sh", "-c", "exit 5"], tmp_path, path.name)

    windows = dataclasses.replace(linux, name=Platform.WINDOWS, programs=OfWindows(os.environ))
    assert sentence in install(path, grant_for(path), on=windows).outcome.sentence
