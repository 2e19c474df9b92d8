"""What starts programs on Windows, understood from recorded values on any system."""

from __future__ import annotations

import struct

import pytest

from companion.domain.pc.facts import AutostartKind, Scope, StartMoment
from companion.services.platforms.windows import scheduled_tasks
from companion.services.platforms.windows.startup import packaged_apps, scripts, services, sign_in_settings

HERE = r"C:\Users\Anna\Startup"
MAIL = r"C:\Program Files\Example\OUTLOOK.EXE"

LINES = {
    "plain": (rf'"{MAIL}" /background', [rf'"{MAIL}" /background']),
    "quiet": (rf'@"{MAIL}"', [rf'"{MAIL}"']),
    "start with a title": (rf'start "" "{MAIL}" ghost', [rf'"{MAIL}" ghost']),
    "start with switches": (rf'START "Mail" /min /d "C:\x y" /b "{MAIL}"', [rf'"{MAIL}"']),
    "start without a title": ("start outlook.exe", ["outlook.exe"]),
    "through cmd": (rf'cmd /q /c start "" "{MAIL}"', [rf'"{MAIL}"']),
    "call": ("call other.cmd", ["other.cmd"]),
    "only where it exists": (rf'if exist "{MAIL}" start "" "{MAIL}"', [rf'"{MAIL}"']),
    "unless it is set": (r'if not "%A%"=="b" outlook.exe', ["outlook.exe"]),
    "one after the other": ("first.exe & second.exe && (third.exe)", ["first.exe", "second.exe", "third.exe"]),
    "a sign in quotation marks": (r'"C:\a & b\x.exe"', [r'"C:\a & b\x.exe"']),
    "its own folder": (r'"%~dp0mail.exe"', [rf'"{HERE}\mail.exe"']),
    "over two lines": ("start ^\r\noutlook.exe", ["outlook.exe"]),
    "remarks": ("rem outlook.exe\r\n:: outlook.exe\r\n:outlook.exe\r\nREM outlook.exe", []),
    "nothing": ("\r\n  \r\n@\r\n()", []),
    "an open quotation mark": ('"C:\\half', ['"C:\\half']),
}


@pytest.mark.parametrize(("text", "commands"), LINES.values(), ids=LINES)
def test_a_command_file(text, commands):
    assert list(scripts.commands_in(text, ".cmd", HERE)) == commands


@pytest.mark.parametrize(
    ("suffix", "text", "commands"),
    [
        (".vbs", f'CreateObject("WScript.Shell").Run """{MAIL}"" /tray", 0', [f'"{MAIL}" /tray']),
        (".js", 'shell.Exec("outlook.exe");', ["outlook.exe"]),
        (".ps1", f"Start-Process -FilePath '{MAIL}'\n& \"outlook.exe\"", [MAIL, "outlook.exe"]),
        (".url", "[InternetShortcut]\r\nURL=file:///C:/x/outlook.exe\r\n", ["C:/x/outlook.exe"]),
        (".vbs", "MsgBox 1", []),
    ],
)
def test_scripts_of_other_hosts(suffix, text, commands):
    assert list(scripts.commands_in(text, suffix, HERE)) == commands


def test_a_long_script_is_read_within_bounds():
    text = "start x.exe\r\n" * 10_000 + "(" * 100_000 + "if a==b " * 20_000
    assert len(scripts.commands_in(text, ".bat", HERE)) == 100


def test_what_stands_beside_the_desktop_and_what_prepares_it():
    texts = {"Shell": rf"explorer.exe, {MAIL}", "Userinit": r"C:\Windows\system32\userinit.exe,", "Legal": "x"}
    (entry,) = sign_in_settings.winlogon_entries(r"HKLM\Winlogon", Scope.MACHINE, texts)
    assert (entry.kind, entry.name, entry.command) == (AutostartKind.WINLOGON, "Shell", MAIL)
    assert (entry.location, entry.scope) == (r"HKLM\Winlogon", Scope.MACHINE)
    more = {"Userinit": r'"C:\Windows\system32\userinit.exe","C:\x\mail.exe" /a', "Taskman": "other.exe"}
    found = sign_in_settings.winlogon_entries("x", Scope.USER, more)
    assert [each.command for each in found] == [r'"C:\x\mail.exe" /a', "other.exe"]


def test_the_older_values_and_the_script_of_a_person():
    found = sign_in_settings.loaded_entries("HKCU\\W", {"Load": MAIL, "Run": " ", "Other": "x"})
    assert [(each.kind, each.name, each.command) for each in found] == [(AutostartKind.LOAD, "Load", MAIL)]
    (script,) = sign_in_settings.logon_script_entries(r"HKCU\Environment", {"UserInitMprLogonScript": r"C:\in.cmd"})
    assert (script.kind, script.command) == (AutostartKind.LOGON_SCRIPT, r"C:\in.cmd")
    assert sign_in_settings.logon_script_entries("x", {}) == []


@pytest.mark.parametrize(
    ("machine", "person", "runs"),
    [
        ({"StubPath": MAIL, "Version": "1,2,0,0"}, {}, True),
        ({"StubPath": MAIL, "Version": "1,2,0,0"}, {"Version": "1,1,9,9"}, True),
        ({"StubPath": MAIL, "Version": "1,2,0,0"}, {"Version": "1,2,0,0"}, False),
        ({"StubPath": MAIL, "Version": "1,2"}, {"Version": "2,0"}, False),
        ({"StubPath": MAIL}, {}, True),
        ({"StubPath": MAIL}, {"Locale": "en"}, False),
        ({"Version": "1"}, {}, False),
        ({"StubPath": "  ", "Version": "1"}, {}, False),
    ],
)
def test_active_setup_runs_once_for_each_version(machine, person, runs):
    entry = sign_in_settings.active_setup_entry("x", "{id}", machine, person)
    assert (entry is not None) is runs
    if entry is not None:
        assert (entry.kind, entry.name, entry.command) == (AutostartKind.ACTIVE_SETUP, "{id}", MAIL)


MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10"
  xmlns:uap5="http://schemas.microsoft.com/appx/manifest/uap/windows10/5"
  xmlns:desktop="http://schemas.microsoft.com/appx/manifest/desktop/windows10"><Applications>
  <Application Id="App" Executable="olk.exe"><Extensions>
    <uap5:Extension Category="windows.startupTask">
      <uap5:StartupTask TaskId="New" DisplayName="Outlook"/></uap5:Extension>
    <desktop:Extension Category="windows.startupTask" Executable="helper\\mail.exe">
      <desktop:StartupTask TaskId="Old" Enabled="true" DisplayName="ms-resource:Name"/></desktop:Extension>
    <uap5:Extension Category="windows.protocol"><uap5:Protocol Name="x"/></uap5:Extension>
  </Extensions></Application></Applications></Package>"""


def test_startup_tasks_of_packaged_apps():
    where = r"HKCU\SystemAppData\Microsoft.OutlookForWindows_8wekyb3d8bbwe"
    root = r"C:\Program Files\WindowsApps\Microsoft.OutlookForWindows_1.2_x64__8wekyb3d8bbwe"
    found = packaged_apps.entries_of(where, {"New": 2, "Old": 1, "Gone": 4}, root, MANIFEST)
    assert [(each.name, each.command, each.enabled) for each in found] == [
        ("Outlook", rf'"{root}\olk.exe"', True),
        ("Microsoft.OutlookForWindows", rf'"{root}\helper\mail.exe"', False),
        ("Microsoft.OutlookForWindows", "", True),
    ]
    assert found[0].location == rf"{where}\New"
    assert {each.kind for each in found} == {AutostartKind.PACKAGED_APP}


@pytest.mark.parametrize("damaged", ["", "<Package>", MANIFEST[:300], "<!DOCTYPE a><Package/>", "\0"])
def test_a_damaged_manifest_names_no_program(damaged):
    assert packaged_apps.startup_tasks(damaged) == {}


@pytest.mark.parametrize(
    ("full_name", "family"),
    [
        ("Microsoft.OutlookForWindows_1.2024.1_x64__8wekyb3d8bbwe", "Microsoft.OutlookForWindows_8wekyb3d8bbwe"),
        ("Microsoft.OutlookForWindows_1.2_neutral_language-de_8wekyb3d8bbwe", ""),
        ("odd", ""),
        ("", ""),
    ],
)
def test_the_family_of_a_package(full_name, family):
    assert packaged_apps.family_of(full_name) == family


def actions(*kinds: int) -> bytes:
    """What the service manager writes for recovery actions of these kinds, each after a minute."""
    pairs = b"".join(struct.pack("<II", kind, 60_000) for kind in kinds)
    return struct.pack("<IIIII", 86_400, 0, 0, len(kinds), 20) + pairs


@pytest.mark.parametrize(
    ("value", "comes_back"),
    [
        (actions(1, 1, 0), True),
        (actions(0, 0, 1), True),
        (actions(3), True),
        (actions(0, 2), False),
        (actions(), False),
        (None, False),
        (b"", False),
        (actions(1)[:19], False),
        (actions(1)[:23], False),
        (struct.pack("<IIIII", 0, 0, 0, 2**32 - 1, 20), False),
        ("text", False),
    ],
)
def test_recovery_actions_of_a_service(value, comes_back):
    assert services.comes_back(value) is comes_back


TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Triggers>{triggers}</Triggers>
<Settings>{settings}</Settings><Actions><Exec><Command>outlook.exe</Command></Exec></Actions></Task>"""


@pytest.mark.parametrize(
    ("triggers", "settings", "moment", "enabled", "restarts"),
    [
        ("<CalendarTrigger/><LogonTrigger/>", "", StartMoment.SIGN_IN, True, False),
        ("<BootTrigger><Enabled>true</Enabled></BootTrigger>", "", StartMoment.SYSTEM_START, True, False),
        ("<LogonTrigger><Enabled>false</Enabled></LogonTrigger>", "", None, False, False),
        ("<LogonTrigger><Enabled>0</Enabled></LogonTrigger><TimeTrigger/>", "", StartMoment.SCHEDULE, True, False),
        ("<TimeTrigger><Repetition><Interval>PT5M</Interval></Repetition></TimeTrigger>", "", "schedule", True, True),
        ("<EventTrigger/>", "<RestartOnFailure><Interval>PT1M</Interval></RestartOnFailure>", "event", True, True),
        ("<SessionStateChangeTrigger/>", "<Enabled>false</Enabled>", StartMoment.UNLOCK, False, False),
        ("", "", None, True, False),
        ("<WnfStateChangeTrigger/>", "", None, True, False),
    ],
)
def test_when_a_task_runs(triggers, settings, moment, enabled, restarts):
    entry = scheduled_tasks.entry_of(r"\x", TASK.format(triggers=triggers, settings=settings))
    assert entry is not None
    assert (entry.moment, entry.enabled, entry.restarts) == (moment, enabled, restarts)
