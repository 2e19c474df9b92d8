"""Every kind of blocking program, found and closed with real Windows processes and windows."""

from __future__ import annotations

import base64

from companion.services.platforms.windows import shell_link
from tests.kits.waiting import until
from tests.windows.windows_kit import Windows


def steps(answer):
    return [step["step"] for step in answer["steps"]]


def row(windows: Windows, name: str = "outlook"):
    return windows.run("look")["rows"][f"program:{name}"]


def test_a_start_that_comes_while_another_one_is_heard_waits_for_its_turn(windows: Windows):
    found = windows.run("quit_while_another_start_is_heard", r"C:\state")
    assert found == {"gaveUp": False, "pid": 4711}


def test_a_hidden_window_closes_when_asked(windows: Windows):
    windows.run("start", windows.program("chrome.exe"), "hidden")
    assert "is running without a window" in row(windows, "chrome")["explanation"]
    closed = windows.run("close")
    assert closed["succeeded"]
    assert steps(closed) == ["asking", "waiting", "closed"]


def test_a_visible_window_closes_when_asked_and_can_be_opened_again(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "window")
    found = row(windows)
    assert "is open since" in found["explanation"]
    assert any("Inbox - Outlook" in line for line in found["evidence"])
    closed = windows.run("close")
    assert closed["succeeded"]
    assert [program["arguments"][0] for program in closed["closed"]["reopen"]] == [windows.program("OUTLOOK.EXE")]


def test_a_program_that_asks_is_waited_for_and_its_question_is_shown(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "asks")
    closed = windows.run("close")
    assert closed["succeeded"]
    asked = [step for step in closed["steps"] if step["step"] == "asks"]
    assert "“Save changes? - Outlook”" in asked[0]["sentence"]
    assert "forcing" not in steps(closed)


def test_a_question_nobody_answers_is_not_overridden_by_the_end_of_the_session(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "waits")
    closed = windows.run("close", "", "0", "2")
    assert not closed["succeeded"]
    assert steps(closed) == ["asking", "waiting", "asks", "consentNeeded"]
    assert len(closed["left"]) == 1


def test_a_program_that_only_hides_is_not_taken_for_closed(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "tray")
    closed = windows.run("close")
    assert closed["succeeded"]
    assert steps(closed) == ["asking", "waiting", "endingSession", "closed"]


def test_a_stubborn_program_needs_consent(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "stubborn")
    gentle = windows.run("close")
    assert not gentle["succeeded"]
    assert len(gentle["left"]) == 1
    assert gentle["steps"][-1]["step"] == "consentNeeded"
    assert "can lose an unfinished message" in gentle["steps"][-1]["sentence"]
    forced = windows.run("close", "yes")
    assert forced["succeeded"]
    assert forced["left"] == []


def test_a_browser_goes_with_its_windowless_children(windows: Windows):
    windows.run("start", windows.program("chrome.exe"), "window child")
    found = row(windows, "chrome")
    assert len(found["pids"]) == 2
    assert found["explanation"].startswith("Google Chrome is open since")
    closed = windows.run("close", "yes")
    assert closed["succeeded"]
    assert closed["left"] == []


def test_two_instances_are_one_row_and_both_go(windows: Windows):
    for _ in range(2):
        windows.run("start", windows.program("OUTLOOK.EXE"), "hidden")
    assert "is running 2 times, all of them without a window" in row(windows)["explanation"]
    assert windows.run("close")["succeeded"]
    assert windows.run("running") == []


def test_a_program_that_locks_a_file_lets_it_go(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "hidden lock")
    locked = windows.programs / "locked.dll"
    until(locked.exists)
    assert windows.run("close")["succeeded"]
    windows.end()
    locked.unlink()


def test_a_second_program_that_brings_it_back_is_named(windows: Windows):
    outlook = windows.program("OUTLOOK.EXE")
    key = r"Software\Microsoft\Windows\CurrentVersion\Run"
    windows.run("set_value", "HKCU", key, "Helper", "REG_SZ", f'"{windows.program("MailHelper.exe")}" nurse={outlook}')
    windows.run("start", windows.program("MailHelper.exe"), f"nurse={outlook}")
    closed = windows.run("close", "yes", "10")
    assert not closed["succeeded"]
    came = closed["closed"]["cameBack"][0]
    assert "started again. It was started by *Example Outlook stand-in*." in came["sentence"]
    assert "That starts when you sign in: entry *Helper*." in came["sentence"]


def test_the_board_notices_an_end_at_once(windows: Windows):
    windows.run("start", windows.program("OUTLOOK.EXE"), "ghost")
    noticed = windows.run("watch_one_end")
    assert noticed["blockedFirst"]
    assert noticed["seconds"] < 0.7


def test_what_the_pc_says_of_itself(windows: Windows):
    bios = r"HARDWARE\DESCRIPTION\System\BIOS"
    wall = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile"
    windows.run("set_value", "HKLM", bios, "SystemManufacturer", "REG_SZ", "Hewlett-Packard")
    windows.run("set_value", "HKLM", bios, "SystemProductName", "REG_SZ", "HP ProBook 450")
    windows.run("set_value", "HKLM", wall, "EnableFirewall", "REG_DWORD", "1")
    windows.run("set_value", "HKLM", wall, "DefaultOutboundAction", "REG_DWORD", "1")
    seen = windows.run("facts_of", "machine", "system", "power", "space", "antivirus", "who")
    assert seen["machine"]["value"] == {"maker": "Hewlett-Packard", "model": "HP ProBook 450"}
    assert seen["system"]["value"]["architecture"] == "x86_64"
    assert seen["system"]["value"]["version"].startswith("10.0.")
    assert seen["power"]["value"]["onMains"] is True
    assert seen["who"]["value"]["elevated"] is True
    # Wine has no Security Center: unknown, with a reason.
    assert seen["antivirus"]["reason"] == "Windows' Security Center does not answer"
    board = windows.run("look", "download")
    assert board["rows"]["firewall"]["severity"] == "warns"
    assert "profile public" in board["rows"]["firewall"]["explanation"]


def test_windows_keeps_every_promise_of_the_contract(windows: Windows):
    assert windows.run("contract") == []


def test_what_only_windows_has(windows: Windows):
    seen = windows.run("contract_of_windows_alone", windows.program("OUTLOOK.EXE"))
    assert "ZoneId=3" in seen["mark"]
    assert "HostUrl" not in seen["mark"]
    assert seen["login"] == [True, False]
    assert seen["long"] == "not-arranged", "Windows takes 260 characters"
    assert seen["expanded"] == r"C:\Program Files\x"
    assert seen["unsigned"] == "unsigned"
    assert seen["signed"] == "Python Software Foundation"


def test_a_shortcut_that_windows_writes_is_the_one_recorded_for_other_systems(windows: Windows):
    assert shell_link.command_of(base64.b64decode(windows.run("link_bytes"))) == r'"C:\Tools\mail helper.exe" /tray -q'


def test_notices_with_buttons_are_refused_in_a_way_that_leads_to_the_balloon(windows: Windows):
    """Wine has no runtime of Windows; on Windows itself this shows a notice."""
    told = windows.run("show_toast")
    assert told["unregistered"] == "no program is registered for the links of its buttons"
    assert told["registered"] not in ("shown", told["unregistered"]), "this Wine shows notices: look at one"
