"""The contract on this system, and the parts of the other systems that can be tried anywhere."""

from __future__ import annotations

import base64
import importlib
import os
import pkgutil
import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import AutostartKind, Scope
from companion.services import platforms
from companion.services.platforms import current
from companion.services.platforms.common.posix import expand_variables
from companion.services.platforms.linux.autostart import LinuxAutostart, desktop_file, program_of
from companion.services.platforms.linux.platform import linux
from companion.services.platforms.macos.autostart import agent_in
from companion.services.platforms.macos.platform import macos
from companion.services.platforms.macos.processes import processes_in
from companion.services.platforms.macos.system import power_in, receipts_in
from companion.services.platforms.windows import autostart, programs, scheduled_tasks, shell_link
from companion.services.platforms.windows.platform import windows
from companion.services.platforms.windows.security import product_of
from tests.kits.platform_contract import broken_promises, promise_every_call_is_there_with_the_same_arguments


def test_this_system_keeps_every_promise(home, tmp_path):
    assert broken_promises(current(), tmp_path) == []


IMPLEMENTATIONS = {Platform.WINDOWS: windows, Platform.MACOS: macos, Platform.LINUX: linux}


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_every_system_has_every_call_with_the_same_arguments(name, tmp_path):
    platform = IMPLEMENTATIONS[name]()
    assert platform.name is name
    promise_every_call_is_there_with_the_same_arguments(platform, tmp_path)


def test_no_platform_needs_another_system_to_be_imported():
    names = [module.name for module in pkgutil.walk_packages(platforms.__path__, f"{platforms.__name__}.")]
    assert {"windows", "linux", "macos"} <= {name.split(".")[3] for name in names}
    for name in names:
        importlib.import_module(name)


TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Principals><Principal id="Author">{principal}</Principal></Principals>
  <Settings><Enabled>{enabled}</Enabled></Settings>
  <Actions Context="Author"><Exec>
    <Command>"C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE"</Command>
    <Arguments>/recycle</Arguments></Exec></Actions>
</Task>"""
USER = "<UserId>S-1-5-21-1-2-3-1001</UserId>"


def test_a_scheduled_task_is_understood():
    entry = scheduled_tasks.entry_of(r"\Office\Warm up", TASK.format(principal=USER, enabled="true"))
    assert entry is not None
    assert entry.kind is AutostartKind.SCHEDULED_TASK
    assert entry.name == "Warm up"
    assert entry.command == r'"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE" /recycle'
    assert (entry.enabled, entry.scope) == (True, Scope.USER)


@pytest.mark.parametrize(
    ("principal", "scope"),
    [
        (USER, Scope.USER),
        ("<UserId>S-1-5-18</UserId>", Scope.MACHINE),
        ("<UserId>SYSTEM</UserId>", Scope.MACHINE),
        ("<GroupId>S-1-5-32-545</GroupId>", Scope.MACHINE),
    ],
)
def test_whom_a_task_is_for(principal, scope):
    entry = scheduled_tasks.entry_of(r"\x", TASK.format(principal=principal, enabled="true"))
    assert entry is not None
    assert entry.scope is scope


def test_a_task_that_is_off_is_off_wherever_it_says_so():
    off = TASK.format(principal=USER, enabled="false")
    assert not scheduled_tasks.entry_of(r"\x", off).enabled
    assert not scheduled_tasks.entry_of(r"\x", TASK.format(principal=USER, enabled="true"), enabled=False).enabled


@pytest.mark.parametrize(
    "definition",
    [
        "",
        "<Task>",
        '<Task xmlns="x"><Actions><ComHandler/></Actions></Task>',
        '<!DOCTYPE a [<!ENTITY b "c">]><Task><Actions><Exec><Command>&b;</Command></Exec></Actions></Task>',
    ],
)
def test_a_task_that_starts_no_program_or_is_damaged_is_left_out(definition):
    assert scheduled_tasks.entry_of(r"\x", definition) is None


# A shortcut to C:\Tools\mail helper.exe with the arguments "/tray -q", as WScript.Shell writes it.
LINK = base64.b64decode(
    "TAAAAAEUAgAAAAAAwAAAAAAAAEajAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAA"
    "ALkAFAAfAOBP0CDqOmkQotgIACswMJ0ZACNDOlwAAAAAAAAAAAAAAAAAAAAAAAAANgAxAAAAAAAAAAAAEABUb29scwAiAAAAAAAA"
    "AAAAAAAAAAAAAAAAAFQAbwBvAGwAcwAAABQAVAAyAAAAAAAAAAAAAABtYWlsIGhlbHBlci5leGUANgAAAAAAAAAAAAAAAAAAAAAA"
    "AABtAGEAaQBsACAAaABlAGwAcABlAHIALgBlAHgAZQAAAB4AAABHAAAAHAAAAAEAAAAcAAAALQAAAAAAAABGAAAAEQAAAAMAAAAA"
    "AABDEAAAAABDOlxUb29sc1xtYWlsIGhlbHBlci5leGUAAAkALwB0AHIAYQB5ACAALQBxAAAAAAAAAA=="
)


def test_a_shortcut_is_read_on_any_system():
    assert shell_link.command_of(LINK) == r'"C:\Tools\mail helper.exe" /tray -q'


@given(st.integers(0, len(LINK)), st.binary(max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_damaged_shortcut_is_only_not_understood(cut, noise):
    found = shell_link.command_of(LINK[:cut] + noise + LINK[cut + len(noise) :])
    assert found is None or isinstance(found, str)
    shell_link.command_of(LINK[:cut])


@pytest.mark.parametrize(
    ("data", "approved"),
    [
        (None, True),
        (b"", True),
        (bytes.fromhex("02" + "00" * 11), True),
        (bytes.fromhex("06" + "00" * 11), True),
        (bytes.fromhex("030000000a1b2c3d4e5f6071"), False),
        (bytes.fromhex("020000000a1b2c3d4e5f6071"), False),
        (bytes.fromhex("01" + "00" * 11), False),
    ],
)
def test_the_persons_veto_in_the_startup_list(data, approved):
    assert autostart.approved(data) is approved


@pytest.mark.parametrize(
    ("state", "enabled", "current_"),
    [
        (0x61100, True, True),
        (0x60100, False, True),
        (0x61110, True, False),
        (0x62100, False, True),
    ],
)
def test_the_state_of_a_security_product(state, enabled, current_):
    found = product_of("Example", state)
    assert (found.enabled, found.up_to_date) == (enabled, current_)


@pytest.mark.parametrize("word", ["a&b", "a|b", "100%", "a^b", "<x", "x>", 'a"b', "a\nb", "hi!"])
def test_a_command_file_never_gets_signs_it_would_obey(tmp_path, word):
    with pytest.raises(CompanionError) as refused:
        programs._command_for(tmp_path / "setup.cmd", [word])
    assert refused.value.code == ErrorCode.NOT_RUNNABLE


def test_a_package_is_handed_to_windows_installer(tmp_path):
    program, words = programs._command_for(tmp_path / "my setup.msi", ["/qn", "A=two words"])
    assert program.endswith("msiexec.exe")
    assert words == f'/i "{tmp_path}/my setup.msi" /qn "A=two words"'


def test_a_listing_of_ps_on_a_mac():
    moment = "Thu Mar 12 08:12:03 2026"
    mail = "/Applications/Microsoft Outlook.app/Contents/MacOS/Microsoft Outlook"
    listing = (
        f"    1     0 root             {moment}     /sbin/launchd\n"
        f"  501     1 anna             {moment}     {mail}\n"
        f"  777   501 anna             {moment}     -zsh\n"
        "not a line of it\n"
    )
    launchd, outlook, shell = processes_in(listing)
    assert (launchd.parent, launchd.elevated) == (None, True)
    assert (outlook.name, outlook.parent, outlook.owner) == ("Microsoft Outlook", 1, "anna")
    assert outlook.started.astimezone().strftime("%H:%M:%S") == "08:12:03"
    assert shell.path is None


@pytest.mark.parametrize(
    ("content", "command", "enabled"),
    [
        ({"Label": "a.mail", "ProgramArguments": ["/opt/mail helper", "-q"]}, "'/opt/mail helper' -q", True),
        ({"Label": "a.mail", "Program": "/opt/mail", "Disabled": True}, "/opt/mail", False),
        ({"Label": "a.mail"}, None, True),
    ],
)
def test_launch_agents(tmp_path, content, command, enabled):
    path = tmp_path / "a.mail.plist"
    path.write_bytes(plistlib.dumps(content))
    entry = agent_in(path, Scope.USER, AutostartKind.LAUNCH_AGENT)
    assert (entry.command if entry else None) == command
    assert entry is None or (entry.name, entry.enabled) == ("a.mail", enabled)


def test_a_damaged_launch_agent_is_left_out(tmp_path):
    path = tmp_path / "a.plist"
    path.write_bytes(b"<plist><dict>")
    assert agent_in(path, Scope.USER, AutostartKind.LAUNCH_AGENT) is None


def test_power_on_a_mac():
    battery = power_in("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t27%; discharging; 1:02 remaining")
    assert (battery.on_mains, battery.percent) == (False, 27)
    assert power_in("Now drawing from 'AC Power'\n").on_mains


@pytest.mark.parametrize(
    ("path", "expanded"),
    [("$HOME/a", "/home/anna/a"), ("${HOME}/a", "/home/anna/a"), ("~/a", "/home/anna/a"), ("$NONE/a", "$NONE/a")],
)
def test_variables_in_paths(path, expanded):
    assert expand_variables(path, {"HOME": "/home/anna"}) == expanded


OWN_ENTRY = """[Desktop Entry]
Type=Application
Name=Companion
Name[de]=Begleiter
Comment=Mine
X-GNOME-Autostart-Delay=20
Exec={exec}

[Desktop Action Quit]
Exec=/bin/false
"""


@pytest.fixture
def own_entry(tmp_path):
    """The program's own desktop file as a person has it, and what looks after it."""
    path = tmp_path / "autostart" / "companion.desktop"
    path.parent.mkdir()
    return path, LinuxAutostart({"XDG_CONFIG_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})


def test_an_entry_whose_program_has_moved_counts_as_off_and_is_put_right(own_entry):
    path, control = own_entry
    path.write_text(OWN_ENTRY.format(exec='"/old place/Companion-1.0/companion" "--tray"'))
    assert not control.starts_at_login()
    assert control.renew_start_at_login(["/bin/sh", "--tray", "a b"])
    assert path.read_text() == OWN_ENTRY.format(exec='"/bin/sh" "--tray" "a b"'), "keys that were added stay"
    assert control.starts_at_login()
    assert not control.renew_start_at_login(["/bin/false"])


@pytest.mark.parametrize("off", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_person_switched_off_stays_off(own_entry, off):
    path, control = own_entry
    text = OWN_ENTRY.format(exec=f"/old/companion\n{off}")
    path.write_text(text)
    assert not control.renew_start_at_login(["/bin/sh"])
    assert path.read_text() == text
    assert not control.starts_at_login()


@pytest.mark.parametrize(
    "command", ["sh -c 'sleep 9; companion --tray'", "/bin/sh", '"/bin/sh" -c x', "env A=b companion", "  /bin/sh"]
)
def test_a_command_of_the_persons_own_is_left_alone(own_entry, command):
    path, control = own_entry
    path.write_text(OWN_ENTRY.format(exec=command))
    assert control.starts_at_login()
    assert not control.renew_start_at_login(["/bin/false"])


def test_a_link_to_the_entry_stays_a_link(own_entry, tmp_path):
    path, control = own_entry
    kept = tmp_path / "dotfiles.desktop"
    kept.write_text(OWN_ENTRY.format(exec="/old/companion"))
    path.symlink_to(kept)
    assert control.renew_start_at_login(["/bin/sh"])
    assert path.is_symlink()
    assert 'Exec="/bin/sh"' in kept.read_text()


@pytest.mark.parametrize("content", [b"", b"[Desktop Entry]\n", b"Exec=/x\n", b"\xff\xfe", b"[Desktop Entry]\nExec=\n"])
def test_an_entry_that_starts_nothing_is_off(own_entry, content):
    path, control = own_entry
    path.write_bytes(content)
    assert not control.starts_at_login()


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1).map(lambda text: f"/{text} x"))
def test_the_program_of_what_we_write_is_read_back(program):
    exec_line = exec_of(program)
    assert program_of(exec_line) == program


def exec_of(program: str) -> str:
    """The value of ``Exec`` that is written for a program."""
    (line,) = [line for line in desktop_file([program]).decode().splitlines() if line.startswith("Exec=")]
    return line.removeprefix("Exec=")


def test_the_receipts_of_macos_are_read_where_they_lie(tmp_path):
    folder, history = tmp_path / "receipts", tmp_path / "InstallHistory.plist"
    assert not receipts_in(folder, history).known
    folder.mkdir()
    assert receipts_in(folder, history).known
    row = {"PackageIdentifier": "com.harbour.suite", "PackageVersion": "4.2"}
    (folder / "com.harbour.suite.plist").write_bytes(plistlib.dumps(row, fmt=plistlib.FMT_BINARY))
    (folder / "com.harbour.suite.bom").write_bytes(b"BOMStore")
    history.write_bytes(plistlib.dumps([{"displayName": "Harbour", "packageIdentifiers": ["com.harbour.suite"]}]))
    (found,) = receipts_in(folder, history).products
    assert (found.name, found.version) == ("Harbour", "4.2")


def test_an_agent_whose_program_has_moved_is_put_right_on_macos(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    agent = tmp_path / "Library/LaunchAgents/companion.at-login.plist"
    agent.parent.mkdir(parents=True)
    mine = {"Label": "companion.at-login", "RunAtLoad": True, "LowPriorityIO": True}
    agent.write_bytes(plistlib.dumps({**mine, "ProgramArguments": ["/Applications/Old.app/companion", "--tray"]}))
    control = macos().autostart
    assert not control.starts_at_login()
    assert control.renew_start_at_login(["/bin/sh", "--tray"])
    assert plistlib.loads(agent.read_bytes()) == {**mine, "ProgramArguments": ["/bin/sh", "--tray"]}
    assert not control.renew_start_at_login(["/bin/false"])
    agent.write_bytes(plistlib.dumps({**mine, "Disabled": True, "ProgramArguments": ["/old"]}))
    assert not control.renew_start_at_login(["/bin/sh"])
    agent.write_bytes(b"no property list")
    assert not control.renew_start_at_login(["/bin/sh"])
    assert not control.starts_at_login()


def test_linux_tells_who_has_a_file_below_a_folder_open(tmp_path):
    folder = tmp_path / "product"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "product beside").mkdir()
    look = linux().processes.folder_users
    with (tmp_path / "product beside/file").open("w"):
        assert os.getpid() not in (look(str(folder)).value or ())
    with (folder / "deep/file").open("w"):
        assert os.getpid() in (look(str(folder)).value or ())
