"""An installation that a restart finishes, from the command line to the window that opens after it, with kills between.

A restart cannot be had in a test; what tells one run of the system from another can: in a mount namespace of its own, a
program sees another boot_id. Signing in is what a desktop does: starting every enabled entry of the autostart folder.
"""

from __future__ import annotations

import configparser
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from tests.kits.waiting import until

_BOOT = "/proc/sys/kernel/random/boot_id"
_ELSEWHERE = ["unshare", "--map-root-user", "--mount"]


def _can_restart() -> bool:
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    words = [*_ELSEWHERE, "mount", "--bind", "/proc/version", _BOOT]
    return subprocess.run(words, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not _can_restart(), reason="needs mount namespaces (Linux, unshare)")


class Pc:
    """A person's PC: a home, a mail program that an entry starts, and a store whose installer asks for a restart."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.boot = folder, 0
        self.environment = {**environment, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_DIRS": str(folder / "nothing")}
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/no-bus"
        self.autostart = Path(environment["HOME"], ".config", "autostart")
        self.autostart.mkdir(parents=True)
        self.home = folder / "companion"
        self.program = folder / "programs" / "test-mail"
        self.program.parent.mkdir()
        shutil.copy("/bin/sleep", self.program)
        self.entry = self.autostart / "MailHelper.desktop"
        self.entry.write_text(f"[Desktop Entry]\nType=Application\nName=MailHelper\nExec={self.program} 3600\n")
        self.once = self.autostart / "companion-once.desktop"
        document = json.loads(resource("profiles/larkfield.json").read_bytes())
        match = {"platform": "linux", "names": ["test-mail"], "pathContains": [str(self.program.parent)]}
        document["blockers"] = [
            {
                "id": "mail", "name": "Test Mail", "kind": "mail", "severity": "blocks", "stages": ["install"],
                "why": "Setup replaces a part of it.", "matches": [match],
            }
        ]  # fmt: skip
        document["exitCodes"] = [
            {"code": 0, "meaning": "restart", "sentence": "Almost done.", "hint": "Restart the PC when it suits you."}
        ]
        self.profile = json.dumps(document).encode()
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a program in this run of the system (the first one is the real one), in a session of its own."""
        around: list[str] = []
        if self.boot:
            mark = self.folder / "boot_id"
            mark.write_text(f"00000000-0000-4000-8000-{self.boot:012}\n")
            inside = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
            around = [*_ELSEWHERE, "sh", "-c", inside, "sh", str(mark), _BOOT]
        program = subprocess.Popen(
            [*around, *words],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self.started.append(program)
        return program

    def sign_in(self) -> list[subprocess.Popen[bytes]]:
        """Start what starts by itself."""
        found = []
        for path in sorted(self.autostart.glob("*.desktop")):
            entry = configparser.RawConfigParser()
            entry.optionxform = str  # type: ignore[assignment, method-assign]
            entry.read(path)
            keys = entry["Desktop Entry"]
            if keys.get("Hidden") != "true":
                found.append(self.start(*shlex.split(keys["Exec"])))
        return found

    def end_session(self, *, kill: bool = False) -> None:
        """End everything: in an orderly way, or as a power cut does."""
        for program in self.started:
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL if kill else signal.SIGTERM)
        for program in self.started:
            program.wait(30)
        self.started.clear()

    def mail_runs(self) -> bool:
        for link in Path("/proc").glob("[0-9]*/exe"):
            try:
                if link.readlink() == self.program:
                    return True
            except OSError:
                continue
        return False

    def held(self) -> bool:
        return "Hidden=true" in self.entry.read_text()

    def steps(self) -> list[tuple[str, dict[str, object]]]:
        library = Library(self.home / "library.db")
        found: list[tuple[str, dict[str, object]]] = [(entry.event, {**entry.facts}) for entry in library.timeline()]
        library.close()
        return found


@pytest.fixture
def pc(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[Pc]:
    made = Pc(tmp_path, clean_environment)
    yield made
    made.end_session(kill=True)


def command(pc: Pc, store: DemoStore, *words: str) -> None:
    """A command, in this run of the system, with the order's password on standard input."""
    account = next(account for account in store.accounts if account.order_number == "LF-5930-2216")
    script = pc.folder / "password"
    script.write_text(account.order_password + "\n")
    whole = [sys.executable, "-m", "companion", "--home", str(pc.home), "--store", store.url, *words]
    line = (
        f"{shlex.join(whole)} --password-stdin <{shlex.quote(str(script))} >{shlex.quote(str(pc.folder / 'out'))} 2>&1"
    )
    program = pc.start("sh", "-c", line)
    assert program.wait(60) == 0, (pc.folder / "out").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("end", ["orderly", "killed"])
def test_held_until_the_restart_and_gone_on_with_after_it(pc: Pc, end: str) -> None:
    kill = end == "killed"
    number = "LF-5930-2216"
    before = pc.entry.read_text()
    with DemoStore(pc.folder / "store", profile=pc.profile, system="linux", size=2**20, password_cost=2) as store:
        pc.sign_in()
        until(pc.mail_runs)
        command(pc, store, "orders", "add", number)
        command(pc, store, "download", number)
        command(pc, store, "install", number, "--hold", "--yes", "--look-out", "0")
        assert not pc.mail_runs()
        assert pc.held()
        assert pc.once.exists()
        pc.end_session(kill=kill)

        # Signed out and in again, without a restart: it is still waited for, and nothing comes back.
        pc.once.rename(pc.folder / "used-up")
        whole = shlex.split((pc.folder / "used-up").read_text().partition("Exec=")[2])
        pc.start(*whole)
        until(pc.once.exists)
        assert pc.held()
        assert not pc.mail_runs()
        pc.end_session(kill=kill)
        assert pc.held()

        # The restart: the window opens by itself, looks, puts back, and is not started a second time.
        pc.boot += 1
        opened = pc.sign_in()
        assert len(opened) == 1, "Companion alone starts: the mail program is still kept away"
        until(lambda: not pc.once.exists())
        until(lambda: pc.entry.read_text() == before)
        until(lambda: "went on after the restart" in [step for step, _ in pc.steps()])
        facts = dict(pc.steps())["went on after the restart"]
        assert facts["proven"] is True
        assert facts["missing"] == 0
        assert not pc.mail_runs()
        pc.end_session(kill=kill)

        # From then on everything is as it was.
        pc.boot += 1
        assert len(pc.sign_in()) == 1
        until(pc.mail_runs)
