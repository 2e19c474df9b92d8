"""What every platform promises: one suite, run against whichever system this Python runs on."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

from companion.domain.core.errors import CompanionError
from companion.domain.pc.code_signatures import Signature
from companion.domain.pc.facts import Fact, Facts, Purpose, WindowState
from companion.services.platforms.protocol import (
    AutostartControl,
    PlatformServices,
    ProcessProbe,
    ProgramLauncher,
    SystemProbe,
)

PROTOCOLS = {
    "processes": ProcessProbe,
    "system": SystemProbe,
    "autostart": AutostartControl,
    "programs": ProgramLauncher,
}
PROBES = (
    ("processes", "who"),
    ("autostart", "entries"),
    ("system", "boot_id"),
    ("system", "firewall"),
    ("system", "antivirus"),
    ("system", "pending_restart"),
    ("system", "operating_system"),
    ("system", "power"),
    ("system", "metered"),
    ("system", "machine"),
)
NOBODY = 999_996


def broken_promises(platform: PlatformServices, folder: Path) -> list[str]:
    """The names of the promises that `platform` does not keep, with what was seen instead."""
    broken = []
    for name, promise in sorted(globals().items()):
        if name.startswith("promise_"):
            try:
                promise(platform, folder)
            except AssertionError as error:
                broken.append(f"{name}: {error}")
    return broken


def same(found: object, wanted: object) -> None:
    assert found == wanted, f"{found!r} is not {wanted!r}"


def true(found: object, what: str) -> None:
    assert found, what


def promise_every_call_is_there_with_the_same_arguments(platform: PlatformServices, folder: Path) -> None:
    for part, protocol in PROTOCOLS.items():
        for name, wanted in inspect.getmembers(protocol, inspect.isfunction):
            if name.startswith("_"):
                continue
            found = getattr(getattr(platform, part), name, None)
            assert callable(found), f"{part}.{name} is missing"
            same(_arguments(found), _arguments(wanted))


def _arguments(call: object) -> list[str]:
    return [name for name in inspect.signature(call).parameters if name != "self"]  # type: ignore[arg-type]


def promise_probes_return_facts_and_never_raise(platform: PlatformServices, folder: Path) -> None:
    for part, name in PROBES:
        fact = getattr(getattr(platform, part), name)()
        true(isinstance(fact, Fact), f"{name} returned {fact!r}")
        true((fact.value is None) == (fact.reason is not None), f"{name}: value and reason disagree")
        true(not (fact.reason or "").endswith("."), f"{name}: the reason ends a sentence that is not its own")
        Facts(taken_at=dt.datetime.now(dt.UTC), **{name: fact} if name in Facts.__struct_fields__ else {})


def promise_it_knows_itself(platform: PlatformServices, folder: Path) -> None:
    who = platform.processes.who().value
    assert who is not None
    true(who.pid == os.getpid() and who.user, "who")
    true(os.getpid() in pids(platform.processes.list_processes()), "its own process is not seen")
    own = platform.processes.describe([os.getpid()])[0]
    same(own.pid, os.getpid())
    true(own.path and Path(own.path).exists(), f"its own path is {own.path}")
    begun = dt.datetime.fromtimestamp(psutil.Process().create_time(), dt.UTC)
    true(own.started and abs((begun - own.started).total_seconds()) < 2, f"started {own.started}, not {begun}")
    same(own.owner, who.user)
    true(own.windows in (WindowState.NONE, WindowState.UNKNOWN), f"it has no windows, but {own.windows}")


def promise_names_narrow_a_look(platform: PlatformServices, folder: Path) -> None:
    own = next(seen for seen in platform.processes.list_processes() if seen.pid == os.getpid())
    names = frozenset({own.name.casefold()})
    same(
        pids(platform.processes.list_processes(names)),
        pids(seen for seen in platform.processes.list_processes() if seen.name == own.name),
    )
    same(platform.processes.list_processes(frozenset({"no such program"})), ())
    look = platform.processes.process_lister(names)
    same([own.pid in pids(look()) for _ in range(12)], [True] * 12)


def promise_children_come_and_go(platform: PlatformServices, folder: Path) -> None:
    own = next(seen for seen in platform.processes.list_processes() if seen.pid == os.getpid())
    look = platform.processes.process_lister(frozenset({own.name.casefold()}))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        true(child.pid in platform.processes.children([os.getpid()]), "a child is not seen")
        described = {process.pid: process for process in platform.processes.describe([child.pid])}
        same(described[child.pid].parent, os.getpid())
        true(os.getpid() in described, "ancestors are not described")
        same(described[os.getpid()].arguments, None)
        same(platform.processes.wait_for_exit([child.pid], 0), frozenset())
        same(platform.processes.wait_for_exit([child.pid], 0.05), frozenset())
    finally:
        child.communicate(b"\n")
    same(platform.processes.wait_for_exit([child.pid], 5), {child.pid})
    same(platform.processes.wait_for_exit([NOBODY], 5), {NOBODY})
    same(platform.processes.wait_for_exit([], 0), frozenset())
    true(child.pid not in pids(look()), "a process that has ended is still seen")
    same([process.pid for process in platform.processes.describe([NOBODY])], [])


def promise_ending_what_is_gone_is_no_error(platform: PlatformServices, folder: Path) -> None:
    platform.programs.terminate(NOBODY)
    same(platform.programs.close_gently(NOBODY), 0)
    same(platform.programs.end_session(NOBODY), False)


def promise_a_number_that_was_used_again_is_left_alone(platform: PlatformServices, folder: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    began = next(seen.started for seen in platform.processes.describe([child.pid]) if seen.pid == child.pid)
    assert began is not None
    before = began - dt.timedelta(seconds=1)
    same(platform.programs.close_gently(child.pid, before), 0)
    same(platform.programs.end_session(child.pid, before), False)
    platform.programs.terminate(child.pid, before)
    same(platform.processes.wait_for_exit([child.pid], 0.1), frozenset())
    platform.programs.terminate(child.pid, began)
    same(platform.processes.wait_for_exit([child.pid], 5), {child.pid})
    child.communicate()


def promise_force_ends_a_process(platform: PlatformServices, folder: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    platform.programs.terminate(child.pid)
    same(platform.processes.wait_for_exit([child.pid], 5), {child.pid})
    child.communicate()


def promise_space_is_told_for_folders_that_are_not_there_yet(platform: PlatformServices, folder: Path) -> None:
    missing = folder / "not" / "yet"
    places = ((Purpose.DOWNLOADS, str(missing)), (Purpose.TEMPORARY, str(folder)), *platform.system.standard_folders())
    found = platform.system.free_space(places).value or ()
    same([space.purpose for space in found], [purpose for purpose, _ in places])
    same(found[0].volume, found[1].volume)
    true(all(space.free > 0 for space in found), "no free space anywhere")


def promise_a_pinned_file_is_what_is_launched(platform: PlatformServices, folder: Path) -> None:
    path = folder / "pinned name.bin"
    path.write_bytes(b"content")
    with platform.programs.pin(path) as (handle, launchable):
        same(handle.read(), b"content")
        same(launchable.read_bytes(), b"content")
        try:
            with launchable.open("r+b", buffering=0) as writing:
                writing.write(b"other")
        except OSError:
            pass
        else:
            raise AssertionError("what is launched was overwritten")
        same(launchable.read_bytes(), b"content")
    same(path.read_bytes(), b"content")
    path.unlink()
    try:
        with platform.programs.pin(path):
            raise AssertionError("a missing file was pinned")
    except FileNotFoundError:
        pass


def promise_signatures_of_anything_are_told(platform: PlatformServices, folder: Path) -> None:
    path = folder / "unsigned.exe"
    path.write_bytes(b"MZ nothing")
    true(isinstance(platform.programs.signature(path), Signature), "no signature")
    true(platform.programs.signature(path).state != "valid", "nonsense has a valid signature")


def promise_nothing_but_pages_is_opened(platform: PlatformServices, folder: Path) -> None:
    for url in (
        "file:///etc/passwd",
        "http://store.example/",
        "javascript:alert(1)",
        "C:\\Windows\\System32\\calc.exe",
        "https://",
        "https://store.example/ --flag",
        'https://store.example/"&calc',
        "calculator:",
        "",
    ):
        try:
            platform.programs.open_url(url)
        except CompanionError as error:
            same(error.code, "not-openable")
        else:
            raise AssertionError(f"{url} was opened")


def promise_starting_at_login_can_be_switched(platform: PlatformServices, folder: Path) -> None:
    same(platform.autostart.starts_at_login(), False)
    platform.autostart.start_at_login([_program(folder, "companion 1 program"), "--tray"])
    same(platform.autostart.starts_at_login(), True)
    platform.autostart.start_at_login(None)
    same(platform.autostart.starts_at_login(), False)
    platform.autostart.start_at_login(None)


def promise_the_entry_follows_a_program_that_has_moved(platform: PlatformServices, folder: Path) -> None:
    old, new = Path(_program(folder, "old 1")), _program(folder, "new 1")
    same(platform.autostart.renew_start_at_login([new, "--tray"]), False)
    same(platform.autostart.starts_at_login(), False)
    platform.autostart.start_at_login([str(old), "--tray"])
    same(platform.autostart.renew_start_at_login([new, "--tray"]), False)
    old.unlink()
    same(platform.autostart.starts_at_login(), False)
    same(platform.autostart.renew_start_at_login([new, "--tray"]), True)
    same(platform.autostart.starts_at_login(), True)
    same(
        [new in entry.command for entry in platform.autostart.entries().value or () if "new 1" in entry.command], [True]
    )
    same(platform.autostart.renew_start_at_login([new, "--tray"]), False)
    Path(new).unlink()
    again = _program(folder, "again 1")
    platform.autostart.start_at_login([again, "--tray"])
    same(platform.autostart.starts_at_login(), True)
    platform.autostart.start_at_login(None)


def _program(folder: Path, name: str) -> str:
    """A program that can be started; its name ends as the system wants it."""
    made = folder / (f"{name}.exe" if os.name == "nt" else name)
    made.write_bytes(b"")
    made.chmod(0o755)
    return str(made)


def promise_one_more_start_at_login_can_be_arranged(platform: PlatformServices, folder: Path) -> None:
    program = str(folder / "companion again")

    def arranged() -> list[str]:
        return [entry.command for entry in platform.autostart.entries().value or () if program in entry.command]

    same(arranged(), [])
    platform.autostart.start_at_next_login([program, "--home", "a b"])
    same(len(arranged()), 1)
    platform.autostart.start_at_next_login([program, "--home", "c d"])
    same(["c d" in command for command in arranged()], [True])
    same(platform.autostart.starts_at_login(), False)
    platform.autostart.start_at_next_login(None)
    same(arranged(), [])
    platform.autostart.start_at_next_login(None)


def promise_a_run_of_the_system_has_one_mark(platform: PlatformServices, folder: Path) -> None:
    mark = platform.system.boot_id().value
    true(mark, "no mark")
    same(platform.system.boot_id().value, mark)


def promise_a_mark_of_the_web_leaves_the_file_as_it_is(platform: PlatformServices, folder: Path) -> None:
    path = folder / "marked.bin"
    path.write_bytes(b"content")
    true(platform.programs.comes_from_the_web(path) is not True, "marked already")
    platform.programs.mark_of_the_web(path)
    same(path.read_bytes(), b"content")
    true(platform.programs.comes_from_the_web(path) is not False, "the mark is not found")


def pids(list_processes: Iterable[object]) -> set[int]:
    return {seen.pid for seen in list_processes}  # type: ignore[attr-defined]
