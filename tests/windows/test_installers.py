"""``companion install FILE`` for real installers of no store: each way to end, and what Windows' own record says."""

from __future__ import annotations

from typing import Any

from tests.windows.made_installers import msi, msi_with_step, nsis
from tests.windows.windows_kit import Windows

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"


def installs(windows: Windows, *files: str, older: bool = False) -> list[Any]:
    """The answers of ``install FILE --silent`` for these files, one after the other, in one Python."""
    options = ["--silent", "--yes", "--json", *(["--older"] if older else [])]
    home = windows.program("home")
    return windows.run_all(
        *(("command_line", "--home", home, "install", windows.program(file), *options) for file in files), timeout=300
    )


def test_each_ending_of_a_program_that_installs(windows: Windows):
    """NSIS: cancelled, nothing changed, installed, at once ended, waiting for a restart, and an older version."""
    folder = windows.programs
    files = [
        nsis(folder, "cancelled"),
        nsis(folder, "nothing"),
        nsis(folder, "works", "4.1"),
        nsis(folder, "works", "4.0"),
        nsis(folder, "bootstrap", "4.2"),
        nsis(folder, "restart", "4.3"),
    ]
    cancelled, nothing, works, older, bootstrap, restart = installs(windows, *(file.name for file in files))

    assert cancelled["result"]["exitCode"] == 1
    assert (cancelled["outcome"], cancelled["after"]) == ("cancelled", None)
    assert nothing["result"]["exitCode"] == 0
    assert (nothing["outcome"], nothing["after"]) == ("changedNothing", None)
    assert nothing["code"] != 0

    assert (works["technology"], works["code"], works["outcome"]) == ("nsis", 0, "installed")
    assert works["before"] is None
    listed = works["after"]
    assert (listed["name"], listed["version"], listed["publisher"]) == ("Harbour Notes", "4.1", "Harbour Software")
    assert (listed["view"], listed["where"]) == ("machine", r"C:\Program Files\Harbour Notes")

    assert older["error"]["code"] == "older-version"
    assert older["code"] != 0

    # It ended at once with 0; what it had started was waited for.
    assert (bootstrap["code"], bootstrap["outcome"]) == (0, "installed")
    assert (bootstrap["before"]["version"], bootstrap["after"]["version"]) == ("4.1", "4.2")

    assert restart["result"]["exitCode"] == 3010
    assert (restart["outcome"], restart["after"]["version"]) == ("restartLeft", "4.3")


def test_each_ending_of_a_package_of_windows_installer(windows: Windows):
    folder = windows.programs
    step = msi(folder, "step")
    files = [
        step,
        msi(folder, "fails"),
        msi(folder, "works"),
        msi(folder, "works", "4.1.0"),
        msi(folder, "restart", "4.3.0"),
    ]
    step_fails, fails, works, older, restart = installs(windows, *(file.name for file in files))

    # Windows ends with 1603 also here; Wine hands on that a step failed.
    assert step_fails["result"]["exitCode"] == 1627
    assert (step_fails["outcome"], step_fails["after"]) == ("failed", None)
    assert step_fails["error"]["message"].startswith("A step of the installer failed.")
    assert step_fails["log"]

    assert (fails["technology"], fails["outcome"], fails["after"]) == ("msi", "failed", None)
    assert fails["result"]["exitCode"] == 1603
    # Wine writes no reason into it; what is read from Windows' own logs is tested with recorded ones.
    log = windows.prefix / "drive_c" / fails["log"].removeprefix("C:\\").replace("\\", "/")
    assert b"PrepareLedger" in log.read_bytes().replace(b"\0", b"")

    assert (works["code"], works["outcome"], works["log"]) == (0, "installed", None)
    assert (works["after"]["name"], works["after"]["version"]) == ("Harbour Ledger", "4.2.0")
    assert older["error"]["code"] == "older-version"
    assert restart["result"]["exitCode"] == 3010
    assert restart["outcome"] == "restartLeft"


def test_each_number_of_a_packages_own_step(windows: Windows):
    """Cancelled at a step, and started again at once; a step that fails with its log; what no step may return."""
    folder = windows.programs
    steps = [msi_with_step(folder, returned) for returned in (1602, 1603, 3010, 259)]
    cancelled, again, failed, unknown, done = installs(windows, steps[0].name, *(file.name for file in steps))

    for ended in (cancelled, again):
        assert ended["result"]["exitCode"] == 1602
        assert (ended["outcome"], ended["after"], ended["code"]) == ("cancelled", None, 1)
        assert ended["error"]["code"] == "installer-cancelled"
        assert ended["error"]["message"] == "The installation was cancelled."
        assert ended["error"]["hint"].startswith("Nothing was changed. Start it again whenever you like.")

    assert failed["result"]["exitCode"] == 1603
    assert (failed["outcome"], failed["after"]) == ("failed", None)
    log = windows.prefix / "drive_c" / failed["log"].removeprefix("C:\\").replace("\\", "/")
    assert b"PrepareLedger" in log.read_bytes().replace(b"\0", b"")

    # A restart is not asked for in this way: Windows ends with 1603, Wine hands on that a step failed.
    assert unknown["result"]["exitCode"] in (1603, 1627)
    assert (unknown["outcome"], unknown["after"]) == ("failed", None)

    # "No more items" leaves out the steps of its own that are left, and is no failure.
    assert (done["code"], done["outcome"], done["after"]["version"]) == (0, "installed", "4.2.0")


def test_names_that_windows_reads_in_its_own_way(windows: Windows):
    """Devices, streams beside a file, ends that are cut off, drives that are not there: each is answered."""
    (windows.programs / "letter.txt").write_text("Dear reader")
    letter, home = windows.program("letter.txt"), windows.program("home")
    refused = {
        "NUL": "bad-file",
        "COM1": "bad-file",
        r"C:\NUL": "bad-file",
        "nul.exe": "bad-file",
        f"{letter}:setup.exe": "bad-file",
        windows.program(""): "bad-file",
        r"\\.\PhysicalDrive0": "file-not-readable",
        r"Q:\setup.exe": "file-missing",
        r"\\server\share\setup.exe": "file-missing",
        "C:" + r"\a" * 2500 + r"\x.exe": "file-missing",
        "file:///C:/nothing.exe": "file-missing",
    }
    ended = windows.run_all(*(("command_line", "--home", home, "identify", word, "--json") for word in refused))
    assert [each["error"]["code"] for each in ended] == list(refused.values())
    assert {each["code"] for each in ended} == {2}
    assert all(each["error"]["message"][0] != " " for each in ended)
    for cut in (f"{letter}.", f"{letter}. "):
        found = windows.run("command_line", "--home", home, "install", cut, "--json")
        assert (found["code"], found["error"]["code"]) == (1, "bad-file")


def test_a_plain_installer_that_refuses_becomes_one_that_is_proven_without_any_store(windows: Windows):
    """The failed installation turned into a calm one: no store, no profile, no order; only the file."""
    outlook, home = windows.program("OUTLOOK.EXE"), windows.program("home")
    nsis(windows.programs, "refuses")
    file = windows.program("HarbourNotes-refuses-4.2.exe")
    command = f'"{outlook}" ghost'
    windows.run("set_value", "HKCU", RUN, "MailHelper", "REG_SZ", command)
    windows.restart()
    closing = ("--hold", "--force", "--yes", "--look-out", "0", "--json")
    _, refused, board, closed, installed, value, restored = windows.run_all(
        ("wait_for_programs", "1"),
        ("command_line", "--home", home, "install", file, "--silent", "--yes", "--json"),
        ("command_line", "--home", home, "preflight", "--for", file, "--json"),
        ("command_line", "--home", home, "close-blockers", "--for", file, *closing),
        ("command_line", "--home", home, "install", file, "--silent", "--yes", "--json"),
        ("value_of", "HKCU", RUN, "MailHelper"),
        ("command_line", "--home", home, "put-back", "--json"),
        timeout=300,
    )
    assert refused["result"]["exitCode"] == 20
    assert (refused["outcome"], refused["after"]) == ("failed", None)
    (row,) = (found for found in board["findings"] if found["ruleId"] == "outlook")
    assert "is running without a window since" in row["explanation"]
    assert "It starts when you sign in: entry *MailHelper*." in row["explanation"]
    assert (board["blocked"], row["severity"]) == (False, "warns")
    assert [hold["entry"]["name"] for hold in closed["heldBack"]] == ["MailHelper"]
    assert closed["closed"]["left"] == []
    assert (installed["code"], installed["outcome"]) == (0, "installed")
    assert installed["after"]["version"] == "4.2"
    # Held by hand until the next installation, which this was.
    assert value == [command, 1]
    assert restored["restored"]["restored"] == []
    assert windows.run("running") == []
