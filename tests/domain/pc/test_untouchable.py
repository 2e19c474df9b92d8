"""What is never closed, on the process tables of all three systems."""

from __future__ import annotations

import pytest

from companion.domain.core.platform import Platform
from companion.domain.pc.closing import may_close
from companion.domain.pc.finding import RemedyKind, Requirements, Severity
from companion.domain.pc.preflight import can_continue, findings
from companion.domain.pc.process_matching import Reach, running
from companion.domain.pc.untouchable import Guarded, guarded
from companion.domain.store.profile import Stage
from tests.kits.pc import NOW, OWN, WHO, ZONE, facts, process, rule

WINDOWS = (
    (r"C:\Windows\explorer.exe", Guarded.SYSTEM),
    (r"C:\Windows\System32\csrss.exe", Guarded.SYSTEM),
    (r"C:\Windows\System32\lsass.exe", Guarded.SYSTEM),
    (r"c:\windows\system32\winlogon.exe", Guarded.SYSTEM),
    (r"C:\Windows\System32\services.exe", Guarded.SYSTEM),
    (r"C:\Windows\System32\dwm.exe", Guarded.SYSTEM),
    (r"C:\Windows\System32\notepad.exe", Guarded.SYSTEM),
    (r"C:\Program Files\PowerShell\7\pwsh.exe", Guarded.SHELL),
    (r"C:\Program Files\WindowsApps\Terminal\WindowsTerminal.exe", Guarded.SHELL),
    (r"C:\Program Files\KeePassXC\KeePassXC.exe", Guarded.KEYCHAIN),
    (r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18\MsMpEng.exe", Guarded.SECURITY),
    (r"C:\Program Files\Windows Defender\anything.exe", Guarded.SECURITY),
    (r"C:\Program Files\Avast Software\Avast\AvastUI.exe", Guarded.SECURITY),
    (r"C:\Games\lsass.exe", Guarded.SYSTEM),
)
LINUX = (
    ("/usr/lib/systemd/systemd", Guarded.SYSTEM),
    ("/usr/lib/systemd/systemd-anything", Guarded.SYSTEM),
    ("/sbin/init", Guarded.SYSTEM),
    ("/usr/bin/dbus-daemon", Guarded.SYSTEM),
    ("/usr/bin/gnome-shell", Guarded.SYSTEM),
    ("/usr/bin/kwin_wayland", Guarded.SYSTEM),
    ("/usr/lib/xorg/Xorg", Guarded.SYSTEM),
    ("/usr/bin/bash", Guarded.SHELL),
    ("/usr/libexec/gnome-terminal-server", Guarded.SHELL),
    ("/usr/bin/konsole", Guarded.SHELL),
    ("/usr/bin/gnome-keyring-daemon", Guarded.KEYCHAIN),
    ("/usr/bin/kwalletd6", Guarded.KEYCHAIN),
    ("/usr/bin/keepassxc", Guarded.KEYCHAIN),
    ("/usr/sbin/clamd", Guarded.SECURITY),
)
MACOS = (
    ("/sbin/launchd", Guarded.SYSTEM),
    (
        "/System/Library/PrivateFrameworks/SkyLight.framework/Versions/A/Resources/WindowServer",
        Guarded.SYSTEM,
    ),
    ("/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder", Guarded.SYSTEM),
    ("/bin/zsh", Guarded.SHELL),
    ("/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal", Guarded.SHELL),
    ("/Applications/KeePassXC.app/Contents/MacOS/KeePassXC", Guarded.KEYCHAIN),
    ("/Library/Sophos Anti-Virus/SophosScanD", Guarded.SECURITY),
)
TABLE = [
    (platform, path, why)
    for platform, rows in ((Platform.WINDOWS, WINDOWS), (Platform.LINUX, LINUX), (Platform.MACOS, MACOS))
    for path, why in rows
]


def name_of(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


@pytest.mark.parametrize(("platform", "path", "why"), TABLE)
def test_a_profile_that_names_it_closes_nothing(build, platform, path, why):
    named = process(7, name_of(path), path=path)
    assert guarded(named, platform) is why
    unreadable = process(7, name_of(path), path=None)
    by_name_only = ("notepad", "anything", "systemd-anything")
    assert guarded(unreadable, platform) is (None if name_of(path).removesuffix(".exe") in by_name_only else why)
    rules = (rule("everything", "Everything", name_of(path), platform=platform),)
    (found,) = running((named, OWN), rules, Stage.INSTALL, platform, WHO)
    assert found.reach is Reach.GUARDED
    assert not may_close(found)
    assert not may_close(found, agreed={7})


@pytest.mark.parametrize(
    ("platform", "changes"),
    [
        (Platform.LINUX, {"pid": 1, "name": "thunderbird", "path": "/usr/bin/thunderbird"}),
        (Platform.LINUX, {"pid": 40, "name": "kworker/0:1", "path": None, "parent": 2}),
        (Platform.WINDOWS, {"pid": 4, "name": "System", "path": None}),
        (Platform.WINDOWS, {"pid": 90, "name": "mail.exe", "owner": r"NT AUTHORITY\SYSTEM"}),
        (Platform.WINDOWS, {"pid": 90, "name": "mail.exe", "owner": r"NT AUTHORITY\LOCAL SERVICE"}),
        (Platform.MACOS, {"pid": 1, "name": "launchd", "path": None}),
    ],
)
def test_the_systems_own_processes_are_told_by_number_and_owner(platform, changes):
    assert guarded(process(changes.pop("pid"), changes.pop("name"), **changes), platform) is Guarded.SYSTEM


@pytest.mark.parametrize(
    ("platform", "path"),
    [
        (Platform.WINDOWS, r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE"),
        (Platform.WINDOWS, r"C:\Program Files\Windows Mail\wlmail.exe"),
        (Platform.LINUX, "/usr/lib/thunderbird/thunderbird"),
        (Platform.LINUX, "/usr/bin/evolution"),
        (Platform.MACOS, "/System/Applications/Mail.app/Contents/MacOS/Mail"),
        (Platform.MACOS, "/Applications/Thunderbird.app/Contents/MacOS/thunderbird"),
    ],
)
def test_ordinary_programs_are_not_guarded(platform, path):
    assert guarded(process(7, name_of(path), path=path), platform) is None


def test_a_script_is_no_shell():
    """A shell that runs a script has the shell's file and a name of its own."""
    assert guarded(process(7, "thunderbird", path="/usr/bin/dash"), Platform.LINUX) is None
    assert guarded(process(7, "dash", path="/usr/bin/dash"), Platform.LINUX) is Guarded.SHELL


def test_what_is_never_closed_is_said_and_never_blocks(build):
    rules = (rule("everything", "Everything", "explorer.exe"),)
    seen = facts(process(7, "explorer.exe", path=r"C:\Windows\explorer.exe"))
    needs = Requirements(profile=build.profile(blockers=rules), platform=Platform.WINDOWS)
    rows = findings(seen, needs, Stage.INSTALL, NOW, ZONE)
    row = next(row for row in rows if row.id == "program:everything:guarded")
    assert row.severity is Severity.WARNS
    assert "It is a part of the system or of your session: Companion never closes it." in row.explanation
    assert [remedy.kind for remedy in row.remedies] == [RemedyKind.BY_HAND]
    assert can_continue(rows)
