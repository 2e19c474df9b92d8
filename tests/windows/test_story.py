"""The failed installation, turned into ten calm minutes, with real Windows programs."""

from __future__ import annotations

import pytest

from tests.windows.windows_kit import Windows

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
PROOF = r"%ProgramFiles%\Example Protect\protect.ini"


def outlook(board):
    return board["rows"]["program:outlook"]


def test_from_the_refusal_to_the_installed_product_and_back_to_normal(windows: Windows):
    program, setup = windows.program("OUTLOOK.EXE"), windows.program("ExampleProtect-setup.exe")
    journal = windows.program("journal")
    command = f'"{program}" ghost'
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", command)
    windows.restart()

    # The installer refuses because of a program without a window, which came by itself.
    refused = windows.run("install", setup, PROOF, "/S")
    assert refused["exitCode"] == 20
    assert refused["outcome"]["meaning"] == "blocked"
    assert not refused["succeeded"]

    board = windows.run("look")
    assert not board["mayContinue"]
    assert "is running without a window since" in outlook(board)["explanation"]
    assert "It starts when you sign in: entry *MailHelper*." in outlook(board)["explanation"]
    assert outlook(board)["remedies"][0]["kind"] == "closeAndHold"

    # Held back and closed, it stays away over a restart, until the installation is done.
    assert windows.run("hold", journal, "artifact") == ["MailHelper"]
    gentle = windows.run("close")
    assert gentle["closed"]["consentNeeded"]
    closed = windows.run("close", "yes", "3")
    assert closed["succeeded"]
    assert closed["left"] == []
    windows.restart()
    assert windows.run("running") == []
    assert windows.run("restore", journal, "artifact")["restored"] == []
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") is None

    done = windows.run("install", setup, PROOF, "/S")
    assert done["exitCode"] == 0
    assert done["proven"]

    assert windows.run("restore", journal)["restored"] == ["MailHelper"]
    assert windows.run("value_of", "HKCU", RUN, "MailHelper") == [command, 1]
    windows.restart()
    assert len(windows.run("running")) == 1


def test_a_run_value_for_everybody_is_found_held_and_put_back(windows: Windows):
    program, journal = windows.program("OUTLOOK.EXE"), windows.program("journal")
    command = f'"{program}" ghost'
    windows.run("set_value", "HKLM", RUN, "MailForAll", "REG_SZ", command)
    windows.restart()
    board = windows.run("look")
    assert "entry *MailForAll* for all users of this PC" in outlook(board)["explanation"]
    windows.run("hold", journal, "artifact")
    windows.restart()
    assert windows.run("running") == []
    windows.run("restore", journal)
    assert windows.run("value_of", "HKLM", RUN, "MailForAll") == [command, 1]


def test_a_value_with_variables_is_put_back_as_it_was(windows: Windows):
    program, journal = windows.programs / "OUTLOOK.EXE", windows.program("journal")
    inside = windows.prefix / "drive_c/Program Files/OUTLOOK.EXE"
    inside.write_bytes(program.read_bytes())
    command = r'"%ProgramFiles%\OUTLOOK.EXE" ghost'
    windows.run("set_value", "HKLM", RUN, "MailForAll", "REG_EXPAND_SZ", command)
    windows.run("start", r"C:\Program Files\OUTLOOK.EXE", "ghost")
    assert "entry *MailForAll*" in outlook(windows.run("look"))["explanation"]
    assert windows.run("hold", journal, "artifact") == ["MailForAll"]
    assert windows.run("value_of", "HKLM", RUN, "MailForAll") is None
    windows.run("restore", journal)
    assert windows.run("value_of", "HKLM", RUN, "MailForAll") == [command, 2]


def test_a_link_in_the_startup_folder_is_found_held_and_put_back(windows: Windows):
    program, journal = windows.program("OUTLOOK.EXE"), windows.program("journal")
    windows.run("add_link", "Mail link", program, "ghost")
    windows.restart()
    board = windows.run("look")
    assert "It starts when you sign in: *Mail link* in the Startup folder." in outlook(board)["explanation"]
    assert windows.run("hold", journal, "artifact") == ["Mail link"]
    windows.restart()
    assert windows.run("running") == []
    assert windows.run("restore", journal)["restored"] == ["Mail link"]
    windows.restart()
    assert len(windows.run("running")) == 1


def test_a_service_is_found_held_and_put_back(windows: Windows):
    program, journal = windows.program("OUTLOOK.EXE"), windows.program("journal")
    key = r"System\CurrentControlSet\Services\MailKeeper"
    windows.run("add_service", "MailKeeper", f'"{program}" ghost')
    windows.run("start", program, "ghost")
    board = windows.run("look")
    assert "It is started by Windows: service *MailKeeper Service*." in outlook(board)["explanation"]
    assert windows.run("hold", journal, "artifact") == ["MailKeeper Service"]
    assert windows.run("value_of", "HKLM", key, "Start")[0] == 3
    assert windows.run("restore", journal)["restored"] == ["MailKeeper Service"]
    assert windows.run("value_of", "HKLM", key, "Start")[0] == 2


def test_an_entry_the_person_switched_off_is_not_blamed(windows: Windows):
    program = windows.program("OUTLOOK.EXE")
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", f'"{program}" ghost')
    veto = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
    windows.run("set_value", "HKCU", veto, "MailHelper", "REG_BINARY", "03000000" + "a1" * 8)
    windows.run("start", program, "ghost")
    assert "MailHelper" not in outlook(windows.run("look"))["explanation"]


def test_the_exit_code_of_a_waiting_restart_arrives_whole(windows: Windows):
    """3010 would be 194 if it were cut to eight bits; and the PC then says that it waits for a restart."""
    result = windows.run("install", windows.program("ExampleProtect-setup.exe"), PROOF, "/S", "/REBOOT")
    assert result["exitCode"] == 3010
    assert result["outcome"]["meaning"] == "restart"
    assert windows.run("look")["rows"]["restart"]["evidence"] == ["files wait to be replaced"]


def test_a_failed_installation_is_explained_and_not_proven(windows: Windows):
    result = windows.run("install", windows.program("ExampleProtect-setup.exe"), PROOF, "/S", "/FAIL")
    assert result["exitCode"] == 1603
    assert result["outcome"]["meaning"] == "failed"
    assert not result["proven"]


def test_the_verified_installer_cannot_be_exchanged_before_it_starts(windows: Windows):
    found = windows.run("install_while_others_meddle", windows.program("ExampleProtect-setup.exe"), PROOF)
    assert found["attempts"] == dict.fromkeys(("write", "rename", "delete", "replace"), "refused")
    assert found["exitCode"] == 0
    assert found["proven"]


@pytest.mark.parametrize("kind", ["cmd", "cmd with signs"])
def test_command_files_get_their_words_and_nothing_else(windows: Windows, kind):
    path = windows.programs / "setup.cmd"
    path.write_text('@echo off\r\necho %~1> "%~dp0seen.txt"\r\nexit /b 2\r\n')
    if kind == "cmd":
        result = windows.run("install", windows.program("setup.cmd"), "", "two words")
        assert result["exitCode"] == 2
        assert (windows.programs / "seen.txt").read_text().strip() == "two words"
        return
    with pytest.raises(AssertionError, match="a command file would obey"):
        windows.run("install", windows.program("setup.cmd"), "", "x & echo evil")
    assert not (windows.programs / "seen.txt").exists()
