"""What the tests of the Windows lab let happen inside Windows: run by Windows Python, one function a run.

``stories.py ROOT STORY ARGUMENT…``; the last line of the output is the answer, as JSON.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import faulthandler
import hashlib
import importlib
import importlib.metadata
import json
import marshal
import os
import re
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

from companion.domain.core import serialization
from companion.domain.core.errors import CompanionError
from companion.domain.installation.exit_codes import Outcome
from companion.domain.pc.closing import Patience
from companion.domain.pc.finding import Requirements
from companion.domain.pc.preflight import can_continue, findings
from companion.domain.store.orders import Grant, Installation
from companion.domain.store.profile import ExitMeaning, Profile, Stage
from companion.services.app.cancellation import Cancellation
from companion.services.app.resources import resource
from companion.services.installation.autostart_holds import AutostartHolds
from companion.services.installation.recovery import Recovery
from companion.services.installation.runner import Installer
from companion.services.pc.checker import Preflight
from companion.services.pc.program_closer import ProgramCloser
from companion.services.platforms import current
from companion.services.platforms.windows.api import com

winreg: Any = importlib.import_module("winreg")  # which checks of types elsewhere do not know
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
HIVES = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def installed_packages() -> dict[str, str]:
    """Returns the packages of this Python and their versions, by their names in the form of an index."""
    found = importlib.metadata.distributions()
    return {re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each.version for each in found}


def profile() -> Profile:
    return serialization.decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the shipped profile")


def needs() -> Requirements:
    return Requirements(profile=profile(), platform=current().name, destination=str(Path.cwd()))


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


# Preparing a PC


def start(program: str, *words: str) -> int:
    """Start a stand-in; it outlives this Python, so it has no parent afterwards."""
    before = set(running())
    process = subprocess.Popen([program, *words], close_fds=True, cwd=Path(program).parent)
    wanted = 2 if "child" in words else 1
    until(lambda: len(set(running()) - before) >= wanted)
    if {"window", "stubborn", "asks", "waits", "tray", "hidden"} & set(words):
        platform = current()
        until(lambda: platform.processes.describe([process.pid])[0].windows != "none")
    if "lock" in words:
        until((Path(program).parent / "locked.dll").exists)
    return process.pid


def running() -> list[int]:
    stand_ins = {"outlook.exe", "chrome.exe", "mailhelper.exe"}
    return [seen.pid for seen in current().processes.list_processes() if seen.name.lower() in stand_ins]


def set_value(hive: str, key: str, name: str, kind: str, data: str) -> None:
    with winreg.CreateKeyEx(HIVES[hive], key, 0, winreg.KEY_SET_VALUE | winreg.KEY_WOW64_64KEY) as handle:
        value: object = data
        if kind == "REG_DWORD":
            value = int(data)
        elif kind == "REG_BINARY":
            value = bytes.fromhex(data)
        elif kind == "REG_MULTI_SZ":
            value = data.split("|")
        winreg.SetValueEx(handle, name, 0, getattr(winreg, kind), value)


def value_of(hive: str, key: str, name: str) -> list[object] | None:
    try:
        with winreg.OpenKeyEx(HIVES[hive], key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as handle:
            return list(winreg.QueryValueEx(handle, name))
    except FileNotFoundError:
        return None


def has_key(hive: str, key: str) -> bool:
    try:
        winreg.CloseKey(winreg.OpenKeyEx(HIVES[hive], key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY))
    except FileNotFoundError:
        return False
    return True


def add_link(name: str, target: str, words: str) -> str:
    """A shortcut in the Startup folder, made by Windows' own scripting object."""
    folder = Path(os.environ["APPDATA"], r"Microsoft\Windows\Start Menu\Programs\Startup")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.lnk"
    with com.apartment():
        link = com.create("WScript.Shell").call("CreateShortcut", str(path))
        link.put("TargetPath", target)
        link.put("Arguments", words)
        link.call("Save")
        del link
    return str(path)


def add_startup_file(name: str, text: str) -> str:
    folder = Path(os.environ["APPDATA"], r"Microsoft\Windows\Start Menu\Programs\Startup")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="ascii", newline="")
    return str(folder / name)


def several(steps: str) -> list[object]:
    """Stories one after the other in one Python, which takes longer to start than most of them take."""
    return [globals()[name](*words) for name, *words in json.loads(steps)]


def start_service(name: str) -> str:
    before = set(running())
    done = subprocess.run(["sc.exe", "start", name], capture_output=True, text=True, check=True)
    until(lambda: set(running()) - before)
    return done.stdout


def state_of_service(name: str) -> str:
    """Returns the state of a service as its tool spells it, once it is neither starting nor stopping."""
    states: list[str] = []

    def settled() -> bool:
        told = subprocess.run(["sc.exe", "query", name], capture_output=True, text=True, check=True).stdout
        found = re.search(r"STATE\s*:\s*\d+\s+(\w+)", told)
        states.append(found[1] if found else told)
        return not states[-1].endswith("PENDING")

    until(settled)
    return states[-1]


def wait_for_programs(count: str) -> int:
    until(lambda: len(running()) == int(count))
    return len(running())


def add_service(name: str, command: str) -> str:
    words = ["sc.exe", "create", name, "binPath=", command, "start=", "auto", "DisplayName=", f"{name} Service"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


# Using the app


def look(stage: str = "install") -> dict[str, object]:
    requirements = needs()
    facts = Preflight(current(), now).gather(Stage(stage), requirements)
    rows = findings(facts, requirements, Stage(stage), now(), dt.UTC)
    return {"mayContinue": can_continue(rows), "rows": {row.id: serialization.to_builtins(row) for row in rows}}


def facts_of(*names: str) -> dict[str, object]:
    seen = Preflight(current(), now).gather(Stage.INSTALL, needs())
    return {name: serialization.to_builtins(getattr(seen, name)) for name in names}


def products() -> dict[str, object]:
    """Returns what the system lists as installed, by view and key."""
    record = current().system.installed_products()
    rows = {f"{each.view.value}:{each.key}": serialization.to_builtins(each) for each in record.products}
    return {"known": record.known, "reason": record.reason, "rows": rows}


def set_value_of_user(sid: str, key: str, name: str, data: str) -> None:
    """Write into the registry of another user, as if it were loaded."""
    with winreg.CreateKeyEx(winreg.HKEY_USERS, rf"{sid}\{key}", 0, winreg.KEY_SET_VALUE) as handle:
        winreg.SetValueEx(handle, name, 0, winreg.REG_SZ, data)


def look_while_windows_installer_works() -> dict[str, object]:
    """A look while a mutex is held as Windows Installer holds it, and one after it was let go."""
    import ctypes

    kernel: Any = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    mutex = kernel.CreateMutexW(None, True, "Global\\_MSIExecute")
    try:
        held = look()
        kernel.ReleaseMutex(mutex)
        return {"held": held, "free": look()}
    finally:
        kernel.CloseHandle(mutex)


def folder_users(folder: str) -> object:
    """Returns what the Restart Manager tells, and whether it tells anything of a file that this process has open."""
    from companion.services.platforms.windows.api import restart_manager

    found = current().processes.folder_users(folder)
    return {"answers": restart_manager.answers(), "fact": serialization.to_builtins(found)}


def show_toast() -> dict[str, object]:
    """A notice of Windows, with the links of its buttons registered and without."""
    from companion.domain.reminders.notices.toast import toast_xml
    from companion.services.platforms import be_known_to_the_desktop, toast_system

    be_known_to_the_desktop()
    system = toast_system()
    assert system is not None
    xml, told = toast_xml("Renewal", "On Monday.", "a" * 22, [("b" * 22, "Tomorrow")], stays=True), []
    for _ in range(2):
        try:
            system.show(xml, "tag")
            told.append("shown")
        except OSError as error:
            told.append(error.strerror or type(error).__name__)
        set_value("HKCU", r"Software\Classes\companion\shell\open\command", "", "REG_SZ", '"x.exe" "%1"')
    return {"unregistered": told[0], "registered": told[1]}


def close(force: str = "", watch: str = "0", question: str = "20") -> dict[str, object]:
    steps: list[object] = []
    patience = Patience(windows=3, question=float(question), session=3, force=5, watch=float(watch))
    closed = ProgramCloser(current(), patience).close(
        Stage.INSTALL,
        needs(),
        lambda step: steps.append(serialization.to_builtins(step)),
        Cancellation(),
        force=bool(force),
    )
    return {
        "steps": steps,
        "closed": serialization.to_builtins(closed),
        "succeeded": closed.succeeded,
        "left": running(),
    }


def hold(journal: str, job: str) -> list[str]:
    """Hold what the remedies of the board would hold."""
    requirements = needs()
    facts = Preflight(current(), now).gather(Stage.INSTALL, requirements)
    rows = findings(facts, requirements, Stage.INSTALL, now(), dt.UTC)
    entries = {entry.name: entry for row in rows for remedy in row.remedies for entry in remedy.entries}
    held = AutostartHolds(Path(journal), current().autostart, now).hold(entries.values(), job)
    return [hold.entry.name for hold in held]


def restore(journal: str, continuing: str = "") -> object:
    found = AutostartHolds(Path(journal), current().autostart, now).restore([continuing] if continuing else [])
    return serialization.to_builtins(found)


def _grant(path: Path, arguments: tuple[str, ...], proofs: tuple[str, ...]) -> Grant:
    content = path.read_bytes()
    return Grant(
        artifact_id="a",
        url="https://store.example/a",
        url_expires_at=now(),
        filename=path.name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        version="1",
        publisher="Example Security Ltd",
        installation=Installation(arguments=arguments, proof_paths=proofs, needs_elevation=True),
    )


def install(path: str, proof: str, *words: str) -> object:
    grant = _grant(Path(path), words, (proof,) if proof else ())
    result = Installer(current()).install(Path(path), grant, profile(), lambda step: None, Cancellation())
    return {**serialization.to_builtins(result), "succeeded": result.succeeded}


# Over restarts and kills


def _recovery(state: str) -> Recovery:
    """The app's own, which is to be started at the next sign-in by `go_on`."""
    folder = Path(state)
    folder.mkdir(exist_ok=True)

    def note(entry: object) -> None:
        with (folder / "steps.txt").open("a", encoding="utf-8") as steps:
            steps.write(entry.event + "\n")  # type: ignore[attr-defined]

    # As the app itself: the Python that opens no black window.
    quiet = str(Path(sys.executable).with_name("pythonw.exe"))
    command = [quiet, str(Path(__file__)), sys.argv[1], "go_on", state]
    return Recovery(folder, current(), now, note, command)


def _hold_everything(recovery: Recovery, job: str) -> list[str]:
    requirements = needs()
    facts = Preflight(current(), now).gather(Stage.INSTALL, requirements)
    rows = findings(facts, requirements, Stage.INSTALL, now(), dt.UTC)
    entries = {entry.name: entry for row in rows for remedy in row.remedies for entry in remedy.entries}
    return [hold.entry.name for hold in recovery.hold(entries.values(), job)]


def hold_close_and_install(state: str, path: str, proof: str, *words: str) -> object:
    """What the app does for an installation, from the remedy to the exit code."""
    recovery, grant = _recovery(state), _grant(Path(path), words, (proof,))
    held = _hold_everything(recovery, "a")
    close("yes")

    def exited(outcome: Outcome) -> None:
        if outcome.meaning is ExitMeaning.RESTART:
            recovery.needs_restart("a")

    recovery.begin("a", "LF-1", "Example Protect", grant.installation.proof_paths)
    result = Installer(current()).install(
        Path(path), grant, profile(), lambda step: None, Cancellation(), on_exit=exited
    )
    if result.outcome.meaning is not ExitMeaning.RESTART:
        recovery.end("a", succeeded=result.succeeded)
    recovery.leave()
    return {"held": held, "exitCode": result.exit_code, "succeeded": result.succeeded, "proven": result.proven}


def go_on(state: str) -> object:
    """The next start of the app, by the person or by what was arranged; its answer is also kept beside the journal."""
    before = running()
    found = serialization.to_builtins(_recovery(state).recover())
    answer = {"runningBefore": before, **found}
    told = Path(state, "told.json")
    earlier = json.loads(told.read_text()) if told.exists() else []
    told.with_suffix(".new").write_text(json.dumps([*earlier, answer]))
    told.with_suffix(".new").replace(told)
    return answer


def sign_in_once() -> list[str]:
    """Run this person's RunOnce values as Explorer does at sign-in: each is gone before its command starts.

    Wine runs those of the machine only. A command gets a pipe, without which Python does not start here.
    """
    names = []
    key = rf"{RUN}Once"
    with winreg.OpenKeyEx(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY) as handle:
        commands = [winreg.EnumValue(handle, position)[:2] for position in range(winreg.QueryInfoKey(handle)[1])]
        for name, _ in commands:
            winreg.DeleteValue(handle, name)
    for name, command in commands:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{done.stdout}"
        names.append(name)
    return names


def boot() -> object:
    return current().system.boot_id().value


def begin_and_wait(state: str) -> None:
    """An app that installs, and is killed while it does."""
    recovery = _recovery(state)
    _hold_everything(recovery, "a")
    recovery.begin("a", "LF-1", "Example Protect", [])
    Path(state, "ready").touch()
    threading.Event().wait()


def close_and_wait(state: str) -> None:
    """An app that closes what a person had open, and is killed before it opens it again."""
    closing = ProgramCloser(current(), Patience(windows=3, session=3, watch=0), _recovery(state).relauncher.remember)
    closing.close(Stage.INSTALL, needs(), lambda step: None, Cancellation())
    Path(state, "ready").touch()
    threading.Event().wait()


def kill_amid(story: str, state: str) -> object:
    """Run a story in a process of its own, kill that when it is ready, and tell what the next run finds meanwhile."""
    process = subprocess.Popen([sys.executable, __file__, sys.argv[1], story, state])
    ready = Path(state, "ready")
    until(ready.exists)
    ready.unlink()
    meanwhile = serialization.to_builtins(_recovery(state).recover())
    process.kill()
    process.wait()
    return meanwhile


def reopen(state: str) -> object:
    return [serialization.to_builtins(found) for found in _recovery(state).reopen()]


def windows_of_stand_ins() -> list[str]:
    return [title for process in current().processes.describe(running()) for title in process.titles]


def wait_for_windows(count: str) -> list[str]:
    until(lambda: len(windows_of_stand_ins()) == int(count))
    return windows_of_stand_ins()


def install_while_others_meddle(path: str, proof: str) -> dict[str, object]:
    """What happens to attempts at writing, renaming and deleting the installer between check and start."""
    target, attempts = Path(path), {}
    platform = current()

    def start_installer(launchable: Path, arguments: Sequence[str], *, elevate: bool) -> object:
        for name, meddle in {
            "write": lambda: target.open("r+b").close(),
            "rename": lambda: target.rename(target.with_name("other.exe")),
            "delete": target.unlink,
            "replace": lambda: Path(path + ".evil").replace(target),
        }.items():
            Path(path + ".evil").write_bytes(b"MZ evil")
            try:
                meddle()
                attempts[name] = "done"
            except PermissionError:
                attempts[name] = "refused"
        return platform.programs.start_installer(launchable, arguments, elevate=elevate)

    programs: Any = types.SimpleNamespace(**vars(platform.programs))
    programs.start_installer = start_installer
    meddled = dataclasses.replace(platform, programs=programs)
    grant = _grant(target, ("/S",), (proof,))
    result = Installer(meddled).install(target, grant, profile(), lambda step: None, Cancellation())
    return {"attempts": attempts, "exitCode": result.exit_code, "proven": result.proven}


def watch_one_end() -> dict[str, object]:
    """How long it takes the board to notice that the one blocker has ended."""
    told: list[tuple[float, bool]] = []
    requirements, cancellation = needs(), Cancellation()

    def note(facts: object) -> None:
        rows = findings(facts, requirements, Stage.INSTALL, now(), dt.UTC)  # type: ignore[arg-type]
        told.append((time.monotonic(), can_continue(rows)))
        if told[-1][1] and len(told) > 1:
            cancellation.cancel()

    def watch() -> None:
        try:
            Preflight(current(), now).watch(Stage.INSTALL, requirements, note, cancellation)
        except BaseException as error:  # noqa: BLE001  the thread's only way to tell
            told.append((time.monotonic(), type(error).__name__ == "Cancelled"))

    thread = threading.Thread(target=watch)
    thread.start()
    until(lambda: told)
    first = told[0][1]
    ended = time.monotonic()
    for pid in running():
        current().programs.terminate(pid)
    thread.join(20)
    return {"blockedFirst": not first, "seconds": next(at for at, free in told if free) - ended}


def contract() -> list[str]:
    """The suite that every platform passes, run here against Windows."""
    from tests.kits.platform_contract import broken_promises

    folder = Path(os.environ["TEMP"], "contract")
    folder.mkdir(parents=True)
    return broken_promises(current(), folder)


def contract_of_windows_alone(stand_in: str) -> dict[str, object]:
    """What only Windows has: the mark of the web, the person's veto, signatures."""
    platform = current()
    marked = Path(os.environ["TEMP"], "marked.txt")
    marked.write_text("x")
    platform.programs.mark_of_the_web(marked)
    platform.autostart.start_at_login([sys.executable, "--tray"])
    before = platform.autostart.starts_at_login()
    set_value(
        "HKCU", rf"{RUN[:-4]}\Explorer\StartupApproved\Run", "Companion", "REG_BINARY", "03" + "00" * 3 + "01" * 8
    )
    after = platform.autostart.starts_at_login()
    try:
        platform.autostart.start_at_next_login(["x" * 300])
        long = "taken"
    except CompanionError as error:
        long = error.code
    return {
        "long": long,
        "mark": Path(f"{marked}:Zone.Identifier").read_text(),
        "login": [before, after],
        "expanded": str(platform.system.expand(r"%ProgramFiles%\x")),
        "unsigned": platform.programs.signature(Path(stand_in)).state.value,
        "signed": platform.programs.signature(Path(sys.executable)).signer,
    }


def link_bytes() -> str:
    """A shortcut as Windows' scripting object writes it, for the tests that read one anywhere."""
    path = add_link("recorded", r"C:\Tools\mail helper.exe", "/tray -q")
    return base64.b64encode(Path(path).read_bytes()).decode()


def whole_job(home: str) -> dict[str, object]:
    """The demo from the terminal: its report and exit code."""
    return command_line("--home", home, "demo", "--no-window", "--json", "--size", "8")


def run_programs(runs: str) -> list[dict[str, object]]:
    """Programs, one after the other, each a list of its words: how each ended, and what it printed."""
    return [_ran(words) for words in json.loads(runs)]


def _ran(words: list[str]) -> dict[str, object]:
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
    return {"words": words, "code": done.returncode, "out": out, "err": err}


def quit_running(windowed: str, console: str, *options: str) -> dict[str, object]:
    """The program in the tray, which is asked to quit as soon as it listens, and asked once more."""
    state = Path(options[-1])
    program = _start_without_output([windowed, *options, "--tray"])
    until((state / "running.address").exists, 60)
    first, again = (_ran([console, *options, "quit", "--wait", "--json"]) for _ in range(2))
    return {"quit": json.loads(str(first["out"])), "again": json.loads(str(again["out"])), "code": program.wait(0)}


def quit_while_another_start_is_heard(folder: str) -> dict[str, object]:
    """The program is asked to quit while the only place at its pipe is taken by a start that was a moment earlier."""
    from companion.services.app.instance import running_program

    api: Any = importlib.import_module("_winapi")
    state, name = Path(folder), "companion-busy"
    state.mkdir(parents=True)
    running_program.announce(state, name)
    places = [api.CreateNamedPipe(rf"\\.\pipe\{name}", 0x3 | 0x80000, 0, 255, 4096, 4096, 0, 0)]
    found: list[int | None] = []
    asking = threading.Thread(target=lambda: found.append(running_program.ask_to_quit(state, seconds=60)))
    with Path(rf"\\.\pipe\{name}").open("r+b", buffering=0):
        asking.start()
        asking.join(0.5)  # long enough for a first try; one that gives up has ended by then
        gave_up = not asking.is_alive()
        if not gave_up:
            places.append(api.CreateNamedPipe(rf"\\.\pipe\{name}", 0x3, 0, 255, 4096, 4096, 0, 0))
            api.ConnectNamedPipe(places[1], False)
            api.ReadFile(places[1], 4096)
            api.WriteFile(places[1], running_program.quitting(4711))
        asking.join()
    for place in places:
        api.CloseHandle(place)
    return {"gaveUp": gave_up, "pid": found[0]}


def start_in_tray(windowed: str) -> int:
    """The installed program, which outlives this Python; returns its process id once it listens."""
    address = Path(os.environ["LOCALAPPDATA"], "Companion", "running.address")
    program = _start_without_output([windowed, "--tray"])
    until(address.exists, 60)
    return program.pid


def _start_without_output(command: str | list[str]) -> subprocess.Popen[bytes]:
    """Start a program that may outlive this Python; what it prints would stand among the answers of the stories."""
    none = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=none, stdout=none, stderr=none, cwd="C:\\")


def open_link(link: str) -> None:
    """Start what is registered for a link, as Windows does; Wine 8 does not look at what one person has registered."""
    (command, _) = value_of("HKCU", rf"Software\Classes\{link.partition(':')[0]}\shell\open\command", "") or ("", 0)
    _start_without_output(str(command).replace("%1", link))


def run_to_its_end(*words: str) -> int:
    """A program, without its output: what it starts would hold that open."""
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode


def renames_folders_in_use() -> bool:
    """Returns whether this Windows renames a folder of which a file is open, as Wine does."""
    folder = Path(os.environ["TEMP"], "in-use")
    folder.mkdir()
    with (folder / "file").open("wb"):
        try:
            folder.rename(folder.with_name("renamed"))
        except PermissionError:
            return False
    return True


def install_beside_a_reader(setup: str, path: str) -> int:
    """An installer that runs while another program has a file of the installed one open."""
    with Path(path).open("rb"):
        return run_to_its_end(setup, "/S")


def compiled(source: str) -> str:
    """Returns the byte code of a module, as this Python makes it."""
    code = compile(Path(source).read_bytes(), Path(source).name, "exec", dont_inherit=True, optimize=2)
    return base64.b64encode(marshal.dumps(code)).decode()


def kill_while_it_unpacks(setup: str, folder: str) -> bool:
    """An installer that is ended as soon as it has written something; returns whether it was still at work."""
    installer = subprocess.Popen([setup, "/S"], stdin=subprocess.DEVNULL)
    until(lambda: installer.poll() is not None or any(Path(folder).rglob("*.dll")))
    at_work = installer.poll() is None
    installer.kill()
    installer.wait()
    return at_work


def press_through(program: str, gone: str, *answers: str) -> list[str]:
    """A wizard whose first button is pressed on each page, until the file `gone` and its windows are no more.

    Questions are answered by the buttons of these numbers in turn (1 OK, 6 Yes, 7 No); returns what they say.
    """
    import ctypes
    from ctypes import wintypes

    user: Any = ctypes.windll.user32  # type: ignore[attr-defined,unused-ignore]
    asked: dict[int, str] = {}
    left = list(answers)
    each_window = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)  # type: ignore[attr-defined,unused-ignore]

    def text_of(window: int) -> str:
        text = ctypes.create_unicode_buffer(2000)
        user.SendMessageW(window, 0xD, 2000, text)
        return text.value

    def dialogs() -> list[int]:
        found: list[int] = []

        def note(window: int, _: int) -> bool:
            kind = ctypes.create_unicode_buffer(100)
            user.GetClassNameW(window, kind, 100)
            if kind.value == "#32770" and user.IsWindowVisible(window) and "Companion" in text_of(window):
                found.append(window)
            return True

        user.EnumWindows(each_window(note), 0)
        return found

    def press() -> bool:
        """Answer what is open; returns whether everything is over."""
        open_now = dialogs()
        for window in open_now:
            said = user.GetDlgItem(window, 0xFFFF)
            if said and window not in asked:
                asked[window] = text_of(said)
                user.PostMessageW(window, 0x111, int(left.pop(0)), 0)
            elif not said and user.IsWindowEnabled(window) and user.IsWindowEnabled(user.GetDlgItem(window, 1)):
                user.PostMessageW(window, 0x111, 1, 0)
        return not open_now and not Path(gone).exists()

    started = subprocess.Popen(
        [program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until(lambda: press() and started.poll() is not None, 100)
    return list(asked.values())


def file_description(path: str) -> dict[str, object]:
    """What the version resource of a program says, by the functions that Explorer uses."""
    import ctypes

    windll: Any = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    size = windll.version.GetFileVersionInfoSizeW(path, None)
    block = ctypes.create_string_buffer(size)
    windll.version.GetFileVersionInfoW(path, 0, size, block)

    def text(name: str) -> str:
        found, length = ctypes.c_wchar_p(), ctypes.c_uint()
        key = f"\\StringFileInfo\\040904B0\\{name}"
        windll.version.VerQueryValueW(block, key, ctypes.byref(found), ctypes.byref(length))
        return found.value or ""

    return {"description": text("FileDescription"), "version": text("ProductVersion")}


def command_line(*words: str) -> dict[str, object]:
    """A command with ``--json``: what it prints, and its exit code."""
    import contextlib
    import io

    from companion.cli import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main(list(words))
    return {"code": code, **json.loads(said.getvalue())}


def _say_where_it_hangs() -> None:
    """Let a story that hangs end itself and say where it stood; what it starts does so before it."""
    seconds = float(os.environ.get("STORY_SECONDS", "inf"))
    if seconds < threading.TIMEOUT_MAX:
        faulthandler.dump_traceback_later(seconds, exit=True)
        os.environ["STORY_SECONDS"] = str(seconds * 0.8)


if __name__ == "__main__":
    _say_where_it_hangs()
    sys.stdout.write(json.dumps(globals()[sys.argv[2]](*sys.argv[3:])) + "\n")
