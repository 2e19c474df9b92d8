"""The built program, as people get it: every command of it works, no module is missing, and nothing else is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from companion import __version__
from companion.cli.parser import COMMANDS, CommandGroup
from tests.windows.windows_kit import ROOT, Windows, windows_path

BUILT = ROOT / "build/windows/companion"
pytestmark = pytest.mark.skipif(
    not (BUILT / "companion.exe").exists(), reason="the program is not built: python3 dev.py build-windows"
)
PROGRAM, WINDOWED = windows_path(BUILT / "companion.exe"), windows_path(BUILT / "companionw.exe")
HOME = ("--home", r"C:\home")
MOST_BYTES, MOST_FILES = 66 * 1024 * 1024, 1150
NUMBER = "LF-5930-2216"
SAMPLES: dict[str, tuple[str, ...]] = {
    "add": (r"C:\windows\win.ini", "--dry-run"),
    "purchases list": (),
    "purchases show": ("nothing",),
    "purchases new": ("--product", "Tool", "--order", "18", "--expires", "2028-01-08"),
    "purchases edit": ("nothing", "product=Tool"),
    "purchases remove": ("nothing", "--yes"),
    "purchases restore": (),
    "purchases refresh": (),
    "purchases download": ("nothing", "--to", r"C:\fetched"),
    "purchases activate": ("nothing", "--yes"),
    "purchases deactivate": ("nothing", "--yes"),
    "stores list": (),
    "stores add": ("http://shop.example",),
    "stores remove": ("shop.example",),
    "directory list": (),
    "directory check": (r"C:\nothing.json",),
    "orders add": (NUMBER,),
    "orders list": (),
    "orders show": (NUMBER,),
    "orders remove": (NUMBER,),
    "orders open": (NUMBER,),
    "orders reset-password": (NUMBER,),
    "licences": (),
    "seats": (NUMBER,),
    "auto-renew": (NUMBER, "off", "--yes"),
    "receipts": (NUMBER,),
    "reminders": (),
    "download": (NUMBER,),
    "extend": (NUMBER,),
    "fetch": ("http://shop.example/file", "--to", r"C:\fetched"),
    "unfinished": (),
    "verify": (r"C:\windows\notepad.exe", "--sha256", "0" * 64),
    "identify": (r"C:\windows\notepad.exe",),
    "preflight": (),
    "close-blockers": ("--yes",),
    "install": (NUMBER,),
    "put-back": (),
    "money": (NUMBER,),
    "invoice": (NUMBER,),
    "shipping": (NUMBER,),
    "backup-media": (NUMBER,),
    "returns": (NUMBER,),
    "support": (),
    "help-search": ("install",),
    "case-file": (),
    "keychain": (),
    "quit": (),
    "update": ("--check",),
    "uninstall-data": ("--dry-run",),
}
"""A run of each command, without a network. `demo` has a test of its own, and with it `store`."""


def names() -> list[str]:
    return [
        f"{name} {second}".strip()
        for name, command in COMMANDS.items()
        for second in (command.commands if isinstance(command, CommandGroup) else ("",))
    ]


def ran(windows: Windows, program: str, *runs: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each run of the built program: its exit code and what it printed."""
    return list(windows.run("run_programs", json.dumps([[program, *words] for words in runs]), timeout=400))


def test_every_command_explains_itself(windows: Windows):
    found = ran(windows, PROGRAM, ("--version",), ("--help",), *((*name.split(), "--help") for name in names()))
    assert found[0]["out"].split() == ["Companion", __version__]
    assert [each["words"] for each in found if each["code"] or each["err"]] == []
    assert all(each["out"].startswith("usage: companion") for each in found[1:])


def test_every_command_runs(windows: Windows):
    assert {*SAMPLES, "demo", "store"} == set(names())
    found = ran(windows, PROGRAM, *((*HOME, *name.split(), *words, "--json") for name, words in SAMPLES.items()))
    for each in found:
        told = json.loads(each["out"])
        problem = told.get("error") or {}
        assert each["code"] in (0, 1, 2, 3), each
        assert problem.get("code") not in ("bug", "usage"), each
        assert "Traceback" not in each["err"], each
    worked = {" ".join(each["words"][3:5]) for each in found if each["code"] == 0}
    assert {"purchases new", "directory list", "help-search install", "reminders --json", "keychain --json"} <= worked


def test_the_whole_job_is_done_by_it(windows: Windows):
    (found,) = ran(windows, PROGRAM, ("--home", r"C:\demo", "demo", "--no-window", "--json", "--size", "8"))
    told = json.loads(found["out"])
    assert (found["code"], told["error"], told["verified"]) == (0, None, True), found
    steps = {step["name"]: step["did"] for step in told["steps"]}
    assert "lies in Windows Credential Manager" in steps["keep-credentials"]
    assert "is installed" in steps["install"]


def test_the_window_starts_in_the_tray_and_quits_when_asked(windows: Windows):
    assert windows.run("quit_running", WINDOWED, PROGRAM, *HOME) == {
        "quit": {"running": True, "ended": True},
        "again": {"running": False, "ended": None},
        "code": 0,
    }


def test_it_is_dressed_as_windows_expects(windows: Windows):
    for program in ("companion.exe", "companionw.exe"):
        told = windows.run("file_description", windows_path(BUILT / program))
        assert told == {"description": "Companion", "version": __version__}
        content = (BUILT / program).read_bytes()
        for part in (b"PerMonitorV2", b"longPathAware", b'level="asInvoker"'):
            assert part in content
    console, window = (_subsystem(BUILT / name) for name in ("companion.exe", "companionw.exe"))
    assert (console, window) == (3, 2)


def test_it_is_no_larger_than_it_has_to_be():
    files = [path for path in BUILT.rglob("*") if path.is_file()]
    names = {path.name.lower() for path in files}
    assert {"python311.dll", "qwindows.dll", "license", "notice"} <= names
    assert sorted(path.name for path in BUILT.rglob("*140*.dll")).count("MSVCP140.dll") == 1
    texts = {path.parent.name for path in BUILT.glob("_internal/licences/*/*")}
    assert {"python", "qt", "requests", "holidays", "google-re2", "keyring", "tuf", "securesystemslib"} <= texts
    assert not {name for name in names if name.startswith(("opengl32sw", "qt6qml", "qt6quick", "qt6pdf", "qt6network"))}
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert len(files) <= MOST_FILES


def _subsystem(program: Path) -> int:
    """The subsystem in the head of a program: 2 for a window, 3 for a console."""
    head = program.read_bytes()[:4096]
    start = int.from_bytes(head[0x3C:0x40], "little")
    return int.from_bytes(head[start + 0x5C : start + 0x5E], "little")
