"""Where programs come from that the person did not start: the rarer places, in a real registry and a real service."""

from __future__ import annotations

import struct
from typing import Any

from tests.windows.windows_kit import Windows

NT = r"Software\Microsoft\Windows NT\CurrentVersion"
SERVICES = r"SYSTEM\CurrentControlSet\Services"
SETUP = r"Software\Microsoft\Active Setup\Installed Components\{1B1B1B1B-0000-4000-8000-000000000001}"
MODEL = r"Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel"
FAMILY = "Example.Mail_8wekyb3d8bbwe"
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10"
  xmlns:uap5="http://schemas.microsoft.com/appx/manifest/uap/windows10/5"><Applications>
  <Application Id="App" Executable="OUTLOOK.EXE"><Extensions><uap5:Extension Category="windows.startupTask">
  <uap5:StartupTask TaskId="AtSignIn" DisplayName="Example Mail"/></uap5:Extension></Extensions></Application>
</Applications></Package>"""


def row(board: Any) -> Any:
    return board["rows"]["program:outlook"]


def kinds(found: Any) -> list[str]:
    return [remedy["kind"] for remedy in found["remedies"]]


def test_a_command_file_in_the_startup_folder_names_what_it_starts(windows: Windows):
    program, journal = windows.program("OUTLOOK.EXE"), windows.program("journal")
    text = f'@echo off\r\nrem every morning\r\nstart "" "{program}" ghost\r\n'
    windows.run("add_startup_file", "morning.cmd", text)
    windows.restart()
    _, board, held = windows.run_all(("wait_for_programs", "1"), ("look",), ("hold", journal, "artifact"))
    assert "It starts when you sign in: *morning* in the Startup folder." in row(board)["explanation"]
    assert held == ["morning"]
    windows.restart()
    left, restored = windows.run_all(("running",), ("restore", journal))
    assert left == []
    assert restored["restored"] == ["morning"]


def test_rarer_values_of_the_registry_are_found_held_and_put_back(windows: Windows):
    program, journal = windows.program("OUTLOOK.EXE"), windows.program("journal")
    command = f'"{program}" ghost'
    load = ("HKCU", rf"{NT}\Windows", "Load")
    # In a Python of its own: what this one starts is of its tree, which is never looked at.
    windows.run("start", program, "ghost")
    _, loaded, held, gone, _, back = windows.run_all(
        ("set_value", *load, "REG_SZ", command),
        ("look",),
        ("hold", journal, "artifact"),
        ("value_of", *load),
        ("restore", journal),
        ("value_of", *load),
    )
    assert "It starts when you sign in: value *Load* of the registry." in row(loaded)["explanation"]
    assert (held, gone, back) == (["Load"], None, [command, 1])
    _, _, shell, *_, pending, _, done, facts = windows.run_all(
        ("set_value", *load, "REG_SZ", ""),
        ("set_value", "HKLM", rf"{NT}\Winlogon", "Shell", "REG_SZ", f'explorer.exe,"{program}"'),
        ("look",),
        ("set_value", "HKLM", rf"{NT}\Winlogon", "Shell", "REG_SZ", "explorer.exe"),
        ("set_value", "HKLM", SETUP, "StubPath", "REG_SZ", command),
        ("set_value", "HKLM", SETUP, "Version", "REG_SZ", "1,0"),
        ("set_value", "HKLM", SETUP, "", "REG_SZ", "Example Mail"),
        ("look",),
        ("set_value", "HKCU", SETUP, "Version", "REG_SZ", "1,0"),
        ("look",),
        ("facts_of", "autostart"),
    )
    assert "It belongs to how Windows signs you in: value *Shell* of the registry" in row(shell)["explanation"]
    assert kinds(row(shell)) == ["close"]
    assert "Active Setup of *Example Mail*" in row(pending)["explanation"]
    assert "Active Setup" not in row(done)["explanation"]
    gaps = facts["autostart"]["gaps"]
    said = "the task service of Windows does not answer"
    assert gaps in ([], [said])
    assert (f"What starts it is not known because {said}." in row(done)["explanation"]) is bool(gaps)


def test_the_startup_task_of_an_app_is_found_held_and_put_back(windows: Windows):
    journal, folder = windows.program("journal"), windows.prefix / "drive_c/Program Files/WindowsApps/Example.Mail_1"
    folder.mkdir(parents=True)
    (folder / "AppxManifest.xml").write_text(MANIFEST, encoding="utf-8")
    (folder / "OUTLOOK.EXE").write_bytes((windows.programs / "OUTLOOK.EXE").read_bytes())
    inside = r"C:\Program Files\WindowsApps\Example.Mail_1"
    package = rf"{MODEL}\Repository\Packages\Example.Mail_1.0_x64__8wekyb3d8bbwe"
    task = ("HKCU", rf"{MODEL}\SystemAppData\{FAMILY}\AtSignIn", "State")
    windows.run("start", rf"{inside}\OUTLOOK.EXE", "ghost")
    _, _, board, held, off, restored, on = windows.run_all(
        ("set_value", "HKCU", package, "PackageRootFolder", "REG_SZ", inside),
        ("set_value", *task, "REG_DWORD", "2"),
        ("look",),
        ("hold", journal, "artifact"),
        ("value_of", *task),
        ("restore", journal),
        ("value_of", *task),
    )
    assert "startup task of the app *Example Mail*" in row(board)["explanation"]
    assert (held, off[0], restored["restored"], on[0]) == (["Example Mail"], 1, ["Example Mail"], 2)


def test_a_service_is_stopped_through_its_manager_and_only_with_consent(windows: Windows):
    program = windows.program("OUTLOOK.EXE")
    key = rf"{SERVICES}\MailKeeper"
    again = struct.pack("<IIIIIII", 86_400, 0, 0, 1, 20, 1, 1000)
    *_, board, gentle, stopped, state = windows.run_all(
        ("add_service", "MailKeeper", f'"{program}" service'),
        ("set_value", "HKLM", key, "DelayedAutostart", "REG_DWORD", "1"),
        ("set_value", "HKLM", key, "FailureActions", "REG_BINARY", again.hex()),
        ("start_service", "MailKeeper"),
        ("look",),
        ("close",),
        ("close", "yes"),
        ("state_of_service", "MailKeeper"),
    )
    assert "some minutes after the PC has started: service *MailKeeper Service*." in row(board)["explanation"]
    assert "When it is ended, Windows starts it again." in row(board)["explanation"]
    assert not gentle["succeeded"]
    assert "is a service. The system can be asked to stop it" in gentle["steps"][-1]["sentence"]
    assert [step["step"] for step in stopped["steps"]][-2:] == ["stoppingService", "closed"]
    assert stopped["succeeded"]
    assert state == "STOPPED"


def test_what_brings_it_back_without_a_window_is_kept_away_over_a_restart(windows: Windows):
    nurse, journal = windows.program("MailHelper.exe"), windows.program("journal")
    run = r"Software\Microsoft\Windows\CurrentVersion\Run"
    command = f'"{nurse}" nurse={windows.program("OUTLOOK.EXE")}'
    windows.run("set_value", "HKCU", run, "Helper", "REG_SZ", command)
    windows.restart()
    _, board, closed, held = windows.run_all(
        ("wait_for_programs", "2"), ("look",), ("close", "yes", "10"), ("hold", journal, "artifact")
    )
    assert "holdAndRestart" in kinds(row(board))
    came = closed["closed"]["cameBack"][0]["sentence"]
    assert "*Example Outlook stand-in* has no window, so it cannot be closed first." in came
    assert "switch off *Helper* until the installation is done, then restart the PC" in came
    assert held == ["Helper"]
    windows.restart()
    left, after = windows.run_all(("running",), ("look",))
    assert left == []
    assert after["mayContinue"]
