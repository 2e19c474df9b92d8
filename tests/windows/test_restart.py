"""What an installation leaves to a later start, with real registry entries, real restarts of the lab, and kills."""

from __future__ import annotations

import json
from typing import Any

from tests.windows.windows_kit import ROOT, Windows, windows_path

CURRENT = r"Software\Microsoft\Windows\CurrentVersion"
RUN = rf"{CURRENT}\Run"
ONCE = rf"{CURRENT}\RunOnce"
AFTER_RESTART = r"%ProgramFiles%\Example Protect\protect.cfg"


def told(windows: Windows) -> list[dict[str, Any]]:
    """What the starts of the app have told so far."""
    path = windows.programs / "state" / "told.json"
    found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return found


def test_kept_away_until_the_restart_then_checked_and_restored(windows: Windows):
    """The installer ends with 3010; only the restart puts its file in place, and the app goes on by itself after it."""
    state = windows.program("state")
    setup, command = windows.program("ExampleProtect-setup.exe"), f'"{windows.program("OUTLOOK.EXE")}" ghost'
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", command)
    windows.restart()
    assert len(windows.run("running")) == 1

    installed = windows.run("hold_close_and_install", state, setup, AFTER_RESTART, "/S", "/REBOOT")
    assert installed == {"held": ["MailHelper"], "exitCode": 3010, "succeeded": True, "proven": False}
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") is None
    arranged = windows.run("value_of", "HKCU", ONCE, "Companion")
    assert "go_on" in arranged[0]

    # Started again without a restart, it goes on waiting.
    waits = windows.run("go_on", state)
    assert [found["standing"] for found in waits["installations"]] == ["waits"]
    assert waits["restored"]["restored"] == []
    assert windows.run("value_of", "HKCU", ONCE, "Companion") == arranged

    windows.restart()
    assert windows.run("sign_in_once") == ["Companion"]
    after = told(windows)[-1]
    assert after["runningBefore"] == [], "what was held back did not start at this sign-in"
    (found,) = after["installations"]
    assert (found["standing"], found["proven"], found["missing"]) == ("restarted", True, [])
    assert after["restored"]["restored"] == ["MailHelper"]
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") == [command, 1]
    assert windows.run("value_of", "HKCU", ONCE, "Companion") is None
    steps = (windows.programs / "state" / "steps.txt").read_text().split("\n")
    assert steps[:4] == ["held back", "waits for a restart", "went on after the restart", "put back"]

    # From then on everything is as it was, and the app is not started once more.
    windows.restart()
    assert windows.run("sign_in_once") == []
    assert len(windows.run("running")) == 1


def test_a_run_of_windows_is_told_from_the_next(windows: Windows):
    first = windows.run("boot")
    assert first
    assert windows.run("boot") == first
    windows.restart()
    assert windows.run("boot") not in (first, None)


def test_killed_while_it_installs_the_next_start_puts_back(windows: Windows):
    program, state = windows.program("OUTLOOK.EXE"), windows.program("state")
    command = f'"{program}" ghost'
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", command)
    windows.run("start", program, "ghost")
    meanwhile = windows.run("kill_amid", "begin_and_wait", state)
    assert [found["standing"] for found in meanwhile["installations"]] == ["running"]
    assert meanwhile["restored"]["restored"] == []
    after = windows.run("go_on", state)
    assert [found["standing"] for found in after["installations"]] == ["cutOff"]
    assert after["restored"]["restored"] == ["MailHelper"]
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") == [command, 1]


def test_killed_after_closing_a_window_it_is_opened_by_the_next_start_and_once(windows: Windows):
    state = windows.program("state")
    windows.run("start", windows.program("OUTLOOK.EXE"), "window")
    assert windows.run("wait_for_windows", "1") == ["Inbox - Outlook"]
    meanwhile = windows.run("kill_amid", "close_and_wait", state)
    assert windows.run("running") == []
    assert [closed["program"]["name"] for closed in meanwhile["closed"]] == ["Microsoft Outlook"]
    assert [found["ending"] for found in windows.run("reopen", state)] == ["opened"]
    assert windows.run("wait_for_windows", "1") == ["Inbox - Outlook"]
    assert windows.run("reopen", state) == []
    assert len(windows.run("running")) == 1


def test_what_the_person_opened_again_and_what_was_exchanged_is_not_started(windows: Windows):
    state, program = windows.program("state"), windows.program("OUTLOOK.EXE")
    for _ in range(2):
        windows.run("start", program, "window")
        windows.run("kill_amid", "close_and_wait", state)
    windows.run("start", program, "window")
    assert windows.run("go_on", state)["closed"] == [], "it runs, so nothing is offered"
    windows.run("kill_amid", "close_and_wait", state)
    with (windows.programs / "OUTLOOK.EXE").open("ab") as file:
        file.write(b"exchanged")
    assert [found["ending"] for found in windows.run("reopen", state)] == ["changed"]
    assert windows.run("running") == []


def test_held_and_put_back_on_the_command_line(windows: Windows):
    program, home = windows.program("OUTLOOK.EXE"), windows.program("home")
    command, rules = f'"{program}" ghost', windows_path(ROOT / "resources/profiles/larkfield.json")
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", command)
    windows.run("start", program, "ghost")
    words = ["--profile", rules, "--hold", "--force", "--yes", "--look-out", "0", "--json"]
    closed = windows.run("command_line", "--home", home, "close-blockers", *words)
    assert closed["code"] == 0
    assert [hold["entry"]["name"] for hold in closed["heldBack"]] == ["MailHelper"]
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") is None
    back = windows.run("command_line", "--home", home, "put-back", "--json")
    assert (back["code"], back["restored"]["restored"]) == (0, ["MailHelper"])
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") == [command, 1]
