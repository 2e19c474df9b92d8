"""The first real cause in the logs of Windows Installer and of Inno Setup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.redaction import redaction
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.logs.causes import first_cause
from companion.domain.installation.logs.text import LARGEST_KEPT, MOST_KEPT, kept_log, lines_of_log, text_of_log

SERVICE = r"""=== Verbose logging started: 18/03/2026  14:20:12  Build type: SHIP UNICODE 5.00.10011.00 ===
MSI (c) (28:38) [14:20:12:283]: Note: 1: 2205 2:  3: Error
MSI (c) (28:38) [14:20:12:283]: Note: 1: 2228 2:  3: Error 4: SELECT `Message` FROM `Error` WHERE `Error` = 1709
DEBUG: Error 2826:  Control BottomLine on dialog PrepareDlg extends beyond the boundaries by 5 pixels
Action start 14:20:19: ProgressDlg.
Action ended 14:20:19: ProgressDlg. Return value 1.
Action start 14:20:40: StartServices.
MSI (s) (7C:44) [14:20:44:003]: Product: Harbour Suite -- Error 1920. Service 'Sync' (Sync) failed to start.

Error 1920. Service 'Sync' (Sync) failed to start.
MSI (s) (F4:D4) [14:20:44:578]: Custom Action Manager thread ending.
Action ended 14:20:44: InstallFinalize. Return value 3.
Action ended 14:20:45: INSTALL. Return value 3.
MSI (s) (F4:D4) [14:20:45:578]: Product: Harbour Suite -- Installation failed.
MSI (c) (2C:E0) [14:20:45:579]: Back from server. Return value: 1603
=== Verbose logging stopped: 18/03/2026  14:20:45 ===
"""
CUSTOM = r"""Action start 12:53:46: CheckPython.
MSI (s) (7C:44) [12:53:46:709]: Executing op: CustomActionSchedule(Action=CheckPython,ActionType=3074,,)
CustomAction CheckPython returned actual error code 1603 (note this may not be 100% accurate)
Action ended 12:53:48: CheckPython. Return value 3.
"""
CONDITION = r"""Action start 9:53:46: LaunchConditions.
Harbour Suite needs Windows 10 or later.
MSI (c) (7C:44) [09:53:46:709]: Product: Harbour Suite -- Harbour Suite needs Windows 10 or later.
Action ended 9:53:48: LaunchConditions. Return value 3.
"""
GERMAN = r"""Aktion gestartet um 14:20:40: InstallFiles.
Fehler 1304. Fehler beim Schreiben in Datei: C:\Program Files\Harbour\harbour.exe. Zugriff verweigert.
Aktion beendet um 14:20:44: InstallFiles. Rückgabewert 3.
"""
BARE = "Action start 1:02:03: RemoveExistingProducts.\nAction ended 1:02:04: RemoveExistingProducts. Return value 3.\n"
CANCELLED = "Action ended 14:20:44: WelcomeDlg. Return value 2.\nAction ended 14:20:44: INSTALL. Return value 2.\n"


@pytest.mark.parametrize(
    ("log", "sentence", "line"),
    [
        (
            SERVICE,
            "Error 1920. Service 'Sync' (Sync) failed to start.",
            10,
        ),
        (CUSTOM, "The installer's own step “CheckPython” failed (error 1603).", 3),
        (CONDITION, "Harbour Suite needs Windows 10 or later.", 3),
        (
            GERMAN,
            r"Fehler 1304. Fehler beim Schreiben in Datei: C:\Program Files\Harbour\harbour.exe. Zugriff verweigert.",
            2,
        ),
        (BARE, "The step “RemoveExistingProducts” of the installer failed.", 2),
        ("Error 1719. The Windows Installer Service could not be accessed.\n", None, 1),
    ],
)
def test_the_first_failed_action_of_windows_installer_and_what_precedes_it(log, sentence, line):
    found = first_cause(Technology.MSI, log.replace("\n", "\r\n"))
    assert found is not None
    assert found.line == line
    assert sentence is None or found.sentence == sentence


RETURNED = "CustomAction PrepareLedger returned actual error code 1603 (note this may not be 100% accurate)\n"
ENDED = "Action ended 9:12:03: InstallFinalize. Return value 3.\n"
SERVER = "MSI (s) (B0:14) [10:00:46:990]: "
QUIET = """WixQuietExec:  Entering WixQuietExec in C:\\Windows\\Installer\\MSI1.tmp, version 3.11
WixQuietExec:  "net" start "Ledger"
WixQuietExec:  The service could not be started.
WixQuietExec:  Access was refused.
WixQuietExec:  Ledger 4.2
WixQuietExec:  Error 0x80070002: Command line returned an error.
WixQuietExec:  Error 0x80070002: QuietExec Failed
"""
THROWN = """Exception thrown by custom action:
System.Reflection.TargetInvocationException: It was thrown. ---> System.IO.IOException: The ledger is open
   at Harbour.Ledger.Prepare(Session session)
   --- End of inner exception stack trace ---
"""
CONTINUED = (
    "CustomAction Count returned actual error code 1157 but will be translated to success due to continue marking\n"
)


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (
            QUIET + RETURNED + ENDED,
            "The installer's own step “PrepareLedger” failed: The service could not be started. Access was refused.",
        ),
        (
            "CAQuietExec64:  Der Dienst antwortet nicht.\n" + RETURNED + ENDED,
            "The installer's own step “PrepareLedger” failed: Der Dienst antwortet nicht.",
        ),
        (THROWN + RETURNED + ENDED, "The installer's own step “PrepareLedger” failed: The ledger is open."),
        (
            QUIET + RETURNED.replace("Prepare", "Look") + RETURNED + ENDED,
            "The installer's own step “PrepareLedger” failed (error 1603).",
        ),
        (CONTINUED + ENDED, "The step “InstallFinalize” of the installer failed."),
        (CONTINUED, None),
        (
            "Info 1603.The file C:\\Ledger\\a.exe is held in use by the process: Ledger. Close it and retry.\n" + ENDED,
            r"The file C:\Ledger\a.exe is held in use by the process: Ledger. Close it and retry.",
        ),
        (
            "Info 1601. Out of disk space -- Volume: 'C:'; 250,000 KB are needed.\n" + ENDED,
            "Out of disk space -- Volume: 'C:'; 250,000 KB are needed.",
        ),
        (
            "Info 1310.Cannot write a.exe.\n" + RETURNED + ENDED,
            "The installer's own step “PrepareLedger” failed (error 1603).",
        ),
        (
            "MSI (s) (7C:D0) [17:24:15:870]: MainEngineThread is returning 1625\n"
            "Info 1625.A policy forbids this installation.\n",
            "A policy forbids this installation.",
        ),
        (
            f"{SERVER}Internal MSI error. It ended.\nNo memory is left.\n",
            "Internal MSI error. It ended. No memory is left.",
        ),
        (
            f"{SERVER}Internal MSI error. It ended.\n{SERVER}It is over.\n",
            "Internal MSI error. It ended.",
        ),
        (
            "MSI (s) (2C!64) [15:48:23:562]: Product: Ledger -- Error 25009.\nThe database is locked.\n" + ENDED,
            "Error 25009. The database is locked.",
        ),
        (
            "アクション開始 9:01:01: InstallFiles。\n"
            "エラー 1304. ファイル a.exe に書き込めません。\n"
            "アクション終了 9:01:04: InstallFiles。 戻り値 3。\n",
            "エラー 1304. ファイル a.exe に書き込めません.",
        ),
        (
            "错误 1303。没有权限: C:\\Ledger。\n操作结束 9:01:04: CreateFolders。返回值 3。\n",
            r"错误 1303。 没有权限: C:\Ledger.",
        ),
        (
            "MSI (s) (E4:78) [09:01:01:656]: Produkt: Ledger -- Eine neuere Version ist da.\n"
            "Aktion beendet um 9:01:01: LaunchConditions. Rückgabewert 3.\n",
            "Eine neuere Version ist da.",
        ),
        (
            "MSI (s) (E4:78) [09:01:01:656]: Produit : Ledger -- Erreur 1304. Erreur d'écriture : a.exe.\n"
            "Fin de l'action à 9:01:04 : InstallFiles. Valeur renvoyée : 3.\n",
            "Erreur 1304. Erreur d'écriture : a.exe.",
        ),
        ("MSI (c) (70:EC) [09:03:08:117]: MainEngineThread is returning 1618\n", None),
        ("Windows 2403. Build 1904. Office 2016.\n", None),
    ],
)
def test_what_windows_installer_says_in_other_ways_and_languages(log, sentence):
    found = first_cause(Technology.MSI, log.replace("\n", "\r\n"))
    assert (found and found.sentence) == sentence


def test_a_cancelled_or_good_run_has_no_cause():
    assert first_cause(Technology.MSI, CANCELLED) is None
    assert first_cause(Technology.MSI, SERVICE.split("Action start 14:20:40")[0]) is None


INNO = """2026-03-18 08:12:01.123   Log opened. (Time zone: UTC+01:00)
2026-03-18 08:12:01.124   Setup version: Inno Setup version 6.2.2
2026-03-18 08:12:02.000   Message box (Yes/No):
                          A file is newer. Keep it?
2026-03-18 08:12:02.500   User chose Yes.
"""


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        (
            "2026-03-18 08:12:03.000   Message box (Abort/Retry/Ignore):\n"
            "                          C:\\Program Files\\Harbour\\harbour.exe\n"
            "                          \n"
            "                          An error occurred while trying to replace the existing file:\n"
            "                          DeleteFile failed; code 5.\n"
            "                          Access is denied.\n"
            "2026-03-18 08:12:09.000   User chose Abort.\n",
            "C:\\Program Files\\Harbour\\harbour.exe An error occurred while trying to replace the existing file: "
            "DeleteFile failed; code 5. Access is denied.",
        ),
        (
            "2026-03-18 08:12:03.000   Defaulting to Abort for suppressed message box (Abort/Retry/Ignore):\n"
            "                          The source file is corrupted\n",
            "The source file is corrupted.",
        ),
        (
            "2026-03-18 08:12:03.000   Fatal exception during installation process (EInstallError):\n"
            "                          Internal error: Cannot read an encrypted file\n",
            "Internal error: Cannot read an encrypted file.",
        ),
        (
            "2026-03-18 08:12:03.000   PrepareToInstall failed: Close Outlook first.\n"
            "2026-03-18 08:12:03.001   Need to restart Windows? No\n",
            "Close Outlook first.",
        ),
        (
            "2026-03-18 08:12:03.000   InitializeSetup returned False; aborting.\n",
            "InitializeSetup returned False; aborting.",
        ),
    ],
)
def test_the_first_message_of_inno_setup(rest, sentence):
    found = first_cause(Technology.INNO, INNO + rest)
    assert found is not None
    assert found.sentence == sentence


def entries(*words):
    return "".join(f"2026-03-18 08:12:03.00{at}   {each}\n" for at, each in enumerate(words))


def box(buttons, text, *, suppressed=""):
    head = f"Defaulting to {suppressed} for suppressed message box" if suppressed else "Message box"
    return f"{head} ({buttons}):\n{' ' * 26}{text}"


USED = "RestartManager found an application using one of our files: Ledger"


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (
            entries(
                box("OK", "Welcome."),
                "User chose OK.",
                box("Abort/Retry/Ignore", "a.exe is locked."),
                "User chose Abort.",
            ),
            "a.exe is locked.",
        ),
        (
            entries(
                box("Abort/Retry/Ignore", "a.exe is locked."),
                "User chose Retry.",
                box("Abort/Retry/Ignore", "The disk is full."),
                "User chose Abort.",
            ),
            "The disk is full.",
        ),
        (entries(box("OK", "Welcome."), "User chose OK.", "PrepareToInstall failed: Close Outlook."), "Close Outlook."),
        (
            entries(box("OK/Cancel", "Ledger is running.", suppressed="Cancel"), "Got EAbort exception."),
            "Ledger is running.",
        ),
        (
            entries(box("OK", "It needs .NET 8."), "User chose OK.", "InitializeSetup returned False; aborting."),
            "It needs .NET 8.",
        ),
        (entries("Exception message:", box("OK", "Access was refused."), "User chose OK."), "Access was refused."),
        (
            entries(USED, "Failed to proceed to next wizard page; aborting.", "Got EAbort exception."),
            "Failed to proceed to next wizard page; aborting.",
        ),
        (entries(USED, "Some applications could not be shut down."), "Some applications could not be shut down."),
        (
            entries(
                USED,
                "Some applications could not be shut down.",
                box("Abort/Retry/Ignore", "Close them."),
                "User chose Abort.",
            ),
            "Close them.",
        ),
        (entries(USED, "Rolling back changes."), "Files that have to be replaced are used by Ledger."),
        (entries(USED, box("Yes/No", "Leave?"), "User chose Yes."), None),
        (entries(box("Yes/No/Cancel", "Keep it?"), "User chose Cancel."), None),
    ],
)
def test_the_message_that_made_inno_setup_give_up(log, sentence):
    found = first_cause(Technology.INNO, log.replace("\n", "\r\n"))
    assert (found and found.sentence) == sentence


def test_what_only_asked_is_no_cause():
    assert first_cause(Technology.INNO, INNO) is None
    assert first_cause(Technology.NSIS, SERVICE) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "cp1252"])
def test_every_encoding_of_a_log_is_read(encoding):
    assert text_of_log(GERMAN.encode(encoding)).lstrip("\ufeff") == GERMAN


@given(st.binary(max_size=400))
def test_any_bytes_are_a_log(data):
    text = text_of_log(data)
    for technology in (Technology.MSI, Technology.INNO):
        first_cause(technology, text)
    kept_log(text, redaction())


@pytest.mark.parametrize(
    "piece",
    [
        "Action ended 14:20:44: ",
        "Product: ",
        "Product: a -- ",
        "Message box (",
        "Error 1920. ",
        "Action ended 14:20:44: A. Return value 3",
        "2026-03-18 08:12:03.000   Fatal exception during installation process (E):",
        "\0",
        " " * 50,
    ],
)
def test_a_log_that_is_made_to_take_long_is_read_within_bounds(piece):
    """The lines are cut and counted: nothing is read that a person could not read either."""
    one = piece * (200_000 // len(piece))
    many = f"{piece}\n" * (200_000 // len(piece))
    for text in (one, many):
        assert max(map(len, lines_of_log(text))) <= 2000
        for technology in (Technology.MSI, Technology.INNO):
            found = first_cause(technology, text)
            assert found is None or len(found.sentence) < 500


def test_what_is_kept_of_a_log_holds_no_secret_and_is_bounded():
    text = "Property(C): PIDKEY = ABCD-EFGH-1234-5678\x1b[2J\nCommand Line: PASSWORD=hunter2 X=1\n"
    kept = kept_log(text, redaction(["hunter2"]))
    assert "ABCD-EFGH" not in kept
    assert "hunter2" not in kept
    assert "\x1b" not in kept
    assert kept.count("\n") >= 2
    assert kept_log("x\n" * 20_000, redaction()).count("\n") == MOST_KEPT
    assert len(kept_log("x" * 1000 + "\n" + "y" * (2 << 20), redaction())) < LARGEST_KEPT
