"""What exit codes mean that are Windows' own: of Windows Installer, of packages (MSIX), of the system, and of crashes.

Sources: "MsiExec.exe and InstMsi.exe error messages", "Troubleshooting packaging, deployment, and query of Windows
apps", "System Error Codes", "Common HRESULT Values" and [MS-ERREF] (learn.microsoft.com).
"""

from __future__ import annotations

from companion.domain.store.profile import ExitMeaning

Meaning = tuple[ExitMeaning, str, str]
"""What it means, in a sentence, and what to do next."""

_RESTART, _CANCELLED, _BLOCKED, _FAILED = (
    ExitMeaning.RESTART,
    ExitMeaning.CANCELLED,
    ExitMeaning.BLOCKED,
    ExitMeaning.FAILED,
)
NOTHING_CHANGED = "Nothing was changed."
TELL = "Try again. If the result is the same, send support the case file; it contains the exit code."
_AGAIN = "Download it again, then install."
_RESTART_FIRST = "Restart the PC, then install again."
_ADMINISTRATOR = "This PC seems to be managed. Ask its administrator."
_CONNECTION = "Check the connection to the internet, then install again."
_UPDATES = "Install the Windows updates, then try again."
_PATCH = "It is an update for another version. Ask support for the right download."

_SIGNED = "Get it from its maker, and ask there if the result is the same."
_DATE = "Check the date of this PC, then install again."
_ALLOW = "Install again, and answer “Yes” if Windows asks. An antivirus program may also forbid it."
_IN_USE = "Close the programs that use it, then install again. Checking this PC finds them."
# Access violation, stack overflow, damaged memory, an unhandled exception of C++ or .NET; an illegal instruction, a
# division by zero, a privileged instruction, an exception in a window procedure, a failed assertion, a breakpoint.
_CRASHES = (
    *(0xC0000005, 0xC00000FD, 0xC0000374, 0xC0000409, 0xE06D7363, 0xE0434352),
    *(0xC000001D, 0xC0000094, 0xC0000096, 0xC000041D, 0xC0000420, 0x80000003),
)
# A library, or a function of one, that was missing when the program was loaded or first used it.
_MISSING = (0xC0000135, 0xC0000138, 0xC0000139, 0xC06D007E, 0xC06D007F)
_COPY = "If it lies on a network drive or a stick, copy the file to this PC, then install again."
_PACKAGES_OF_WINDOWS: dict[int, Meaning] = {
    15600: (_FAILED, "The package could not be opened: it is not signed, or damaged.", _AGAIN),
    15601: (_FAILED, "The package was not found.", _AGAIN),
    15602: (_FAILED, "The package is damaged.", _AGAIN),
    15603: (
        _BLOCKED,
        "Something that the package needs is missing, or it is made for another kind of PC.",
        "Ask support for the right download.",
    ),
    15604: (_BLOCKED, "The disk is full.", "Free some space, then install again."),
    15605: (_FAILED, "What the package needs could not be downloaded.", _CONNECTION),
    15606: (_FAILED, "Windows could not enter the package among the installed programs.", _RESTART_FIRST),
    15607: (_FAILED, "Windows could not take the old version out of the installed programs.", _RESTART_FIRST),
    15608: (_CANCELLED, "The installation was cancelled.", "Start it again whenever you like."),
    15609: (_FAILED, "The package could not be installed.", TELL),
    15610: (_FAILED, "The old version of the package could not be removed.", _RESTART_FIRST),
    15611: (
        _BLOCKED,
        "Another package of the same version is already installed.",
        "Remove the old version in Windows' settings (Apps), then install again.",
    ),
    15612: (
        _BLOCKED,
        "The installed version is damaged.",
        "Repair or remove it in Windows' settings (Apps), then install.",
    ),
    15613: (_BLOCKED, "Something that the package needs is missing.", _UPDATES),
    15614: (_FAILED, "Windows' list of packages is damaged.", _RESTART_FIRST),
    15615: (_BLOCKED, "A setting of this PC does not allow packages of this kind.", _ADMINISTRATOR),
    15616: (_BLOCKED, "The package is being updated at the moment.", "Wait until it has finished, then install again."),
    15617: (_BLOCKED, "A policy of this PC does not allow the package.", _ADMINISTRATOR),
    15618: (
        _BLOCKED,
        "The program is running and cannot be replaced.",
        "Close it, then install again. Checking this PC finds what is running.",
    ),
    15622: (
        _BLOCKED,
        "A newer version is already installed.",
        f"{NOTHING_CHANGED} To go back, remove the newer version in Windows' settings (Apps) first.",
    ),
    15626: (
        _BLOCKED,
        "The firewall of Windows is switched off, and Windows installs no package without its service.",
        "Switch the service on (Windows Defender Firewall), then install again.",
    ),
    15629: (_BLOCKED, "The drive that packages are installed to is not connected.", "Connect it, then install again."),
    15630: (
        _FAILED,
        "The drive that packages are installed to is damaged.",
        "Choose another in Windows' settings (Storage), then install again.",
    ),
    15632: (_BLOCKED, "The package is made for another kind of processor.", "Ask support for the right download."),
    15634: (
        _BLOCKED,
        "It is an addition to another program, which is not installed.",
        "Install that program first.",
    ),
    15635: (
        _BLOCKED,
        "Packages cannot be installed on a drive with this file system.",
        "Choose another in Windows' settings (Storage), then install again.",
    ),
    15641: (_CANCELLED, "The installation was stopped: you signed out.", "Start it again whenever you like."),
    15643: (_BLOCKED, "Windows does not allow the package: it is not known well enough.", _SIGNED),
    15644: (_FAILED, "Windows could not check in time how well the package is known.", _CONNECTION),
    15647: (_BLOCKED, "Packages cannot be installed from a network drive.", "Copy the file to this PC, then install."),
    **dict.fromkeys(
        (0x80080203, 0x80080204, 0x80080205, 0x80080206, 0x80080207), (_FAILED, "The package is damaged.", _AGAIN)
    ),
}
# Windows system error codes and MsiExec's (learn.microsoft.com: "MsiExec.exe and InstMsi.exe error messages").
WINDOWS: dict[int, tuple[ExitMeaning, str, str]] = {
    1223: (
        _CANCELLED,
        "Windows asked for permission and the answer was “No”.",
        f"{NOTHING_CHANGED} Install again and answer “Yes” when Windows asks.",
    ),
    1601: (_FAILED, "The Windows Installer service could not be reached.", "Restart the PC, then install again."),
    1602: (
        _CANCELLED,
        "The installation was cancelled.",
        f"{NOTHING_CHANGED} Start it again whenever you like.",
    ),
    1603: (
        _FAILED,
        "The installer met a fatal error and undid its changes.",
        "Restart the PC, then install again. If the result is the same, send support the case file.",
    ),
    1604: (_FAILED, "The installation stopped before it was complete.", "Restart the PC, then install again."),
    1259: (
        _BLOCKED,
        "Windows holds this program unfit for this PC, and the answer was not to try it.",
        "Ask support for the right download.",
    ),
    1605: (_FAILED, "The installer looked for an installed version and found none.", TELL),
    1606: (_FAILED, "The installer names a part of the program that it does not have.", TELL),
    1607: (_FAILED, "The installer names a part of the program that Windows does not know.", TELL),
    1608: (_FAILED, "The installer uses a value that it does not have.", TELL),
    1609: (_FAILED, "The installer lost its connection to Windows Installer.", _RESTART_FIRST),
    1610: (
        _FAILED,
        "What Windows has noted about the installed version is damaged.",
        "Remove the old version in Windows' settings (Apps), then install again.",
    ),
    1611: (_FAILED, "A part of the program is not noted as Windows Installer needs it.", TELL),
    1612: (_FAILED, "The installer could not find its own files.", "Download it again, then install."),
    1613: (
        _FAILED,
        "This Windows Installer is too old for the package.",
        "Install the Windows updates, then try again.",
    ),
    1614: (_FAILED, "The version that the installer is about has been removed.", _AGAIN),
    1615: (_FAILED, "The installation package is faulty: its questions to its own tables are wrong.", TELL),
    1616: (_FAILED, "The installation package is faulty: a field of its tables is missing.", TELL),
    1618: (
        _BLOCKED,
        "Another installation is running at the moment.",
        "Wait until it has finished (Windows Update may be one), then install again.",
    ),
    1619: (_FAILED, "The installation package could not be opened.", "Download it again, then install."),
    1620: (_FAILED, "The installation package is damaged.", "Download it again, then install."),
    1621: (_FAILED, "The installer could not show its window.", _RESTART_FIRST),
    1622: (
        _FAILED,
        "The installer could not write its log.",
        "Free some space on the disk, then install again.",
    ),
    1623: (
        _BLOCKED,
        "The installer does not speak the language of this Windows.",
        "Ask support for the right download.",
    ),
    1624: (_FAILED, "The installer could not apply its changes for your language.", TELL),
    1625: (
        _BLOCKED,
        "A policy of this PC does not allow the installation.",
        "This PC seems to be managed. Ask its administrator.",
    ),
    1626: (_FAILED, "A step of the installer could not be run.", TELL),
    1627: (_FAILED, "A step of the installer failed.", TELL),
    1628: (_FAILED, "The installation package is faulty: a table of it is wrong.", TELL),
    1629: (_FAILED, "The installation package is faulty: a value is of the wrong kind.", TELL),
    1630: (_FAILED, "The installation package is faulty: it has values of a kind that Windows does not know.", TELL),
    1631: (_FAILED, "The Windows Installer service could not start.", _RESTART_FIRST),
    1632: (
        _FAILED,
        "The folder for temporary files is full or cannot be written to.",
        "Free some space, then install again.",
    ),
    1633: (_BLOCKED, "This installer is made for another kind of processor.", "Ask support for the right download."),
    1634: (_FAILED, "A part of the program is not used on this PC.", TELL),
    1635: (_FAILED, "The update could not be opened.", _AGAIN),
    1636: (_FAILED, "The update is damaged.", _AGAIN),
    1637: (_FAILED, "This Windows Installer is too old for the update.", _UPDATES),
    1638: (
        _BLOCKED,
        "Another version of this product is already installed.",
        "Remove the old version in Windows' settings (Apps), then install again.",
    ),
    1639: (_FAILED, "The installer was started with options it does not know.", TELL),
    1640: (_BLOCKED, "It cannot be installed from a remote session.", "Install it directly on the PC."),
    1641: (_RESTART, "It is installed, and the PC is about to restart.", "Save your work and let the PC restart."),
    1642: (_FAILED, "The update did not find the version it was made for.", _PATCH),
    1643: (_BLOCKED, "A policy of this PC does not allow the update.", _ADMINISTRATOR),
    1644: (_BLOCKED, "A policy of this PC does not allow this change.", "Ask the administrator of this PC."),
    1645: (_BLOCKED, "Windows does not allow this change from a remote session.", "Install it directly on the PC."),
    1646: (_FAILED, "An update of the program cannot be removed.", TELL),
    1647: (_FAILED, "The update is not installed for this program.", TELL),
    1648: (_FAILED, "The updates of the program do not fit together.", _PATCH),
    1649: (_BLOCKED, "A policy of this PC does not allow removing an update.", _ADMINISTRATOR),
    1650: (_FAILED, "The update is damaged: what it says of itself is wrong.", _AGAIN),
    1651: (_BLOCKED, "The update may not change a program that an administrator has assigned.", _ADMINISTRATOR),
    1652: (
        _BLOCKED,
        "Windows runs in safe mode, where nothing can be installed.",
        "Restart the PC as usual, then install.",
    ),
    1653: (
        _FAILED,
        "The installer must be able to undo its changes, and this PC does not allow that.",
        "Free some space on the disk, then install again. On a managed PC ask its administrator.",
    ),
    1654: (_BLOCKED, "It cannot be installed on this kind of PC.", "Ask support for the right download."),
    3010: (
        _RESTART,
        "It is installed. A restart completes the installation.",
        "Restart the PC before you use it: until then an older version may still be running.",
    ),
    3011: (
        _RESTART,
        "It is installed. A service that it uses has to start again before the changes count.",
        "Restart the PC when it suits you.",
    ),
    3017: (
        _FAILED,
        "The installation failed. A restart undoes what it had changed.",
        "Restart the PC, then install again.",
    ),
    3018: (
        _FAILED,
        "The installation failed, and the PC is about to restart to undo what it had changed.",
        "Save your work and let the PC restart, then install again.",
    ),
    **_PACKAGES_OF_WINDOWS,
    0x80004004: (_CANCELLED, "The installation was cancelled.", "Start it again whenever you like."),
    0x80004005: (_FAILED, "The installer failed without saying why.", TELL),
    0x80096010: (_BLOCKED, "The installer was changed after its maker had signed it.", _AGAIN),
    0x80091007: (_FAILED, "What the installer downloaded is damaged, or not what its maker published.", _AGAIN),
    0x80131700: (_FAILED, "The installer needs a part of .NET that is missing or could not be loaded.", _UPDATES),
    0x80240017: (_FAILED, "An update of Windows that the installer brings does not fit this PC.", _UPDATES),
    0x800B0004: (_BLOCKED, "Windows does not trust the maker's signature.", _AGAIN),
    0x800B0100: (_BLOCKED, "The installer is not signed, and Windows asks for a signature.", _SIGNED),
    0x800B0101: (_BLOCKED, "The certificate of the maker's signature is not valid at this date.", _DATE),
    0x800B0109: (_BLOCKED, "Windows does not know who vouches for the maker's signature.", _SIGNED),
    0x800B010A: (_BLOCKED, "Windows cannot check who vouches for the maker's signature.", _CONNECTION),
    0x800F081F: (
        _FAILED,
        "The installer needs a part of Windows that is switched off, and its files were not found.",
        _UPDATES,
    ),
    **dict.fromkeys(_CRASHES, (_FAILED, "The installer crashed.", TELL)),
    **dict.fromkeys(
        (0xC0000017, 0xC000012D),
        (_FAILED, "There was not enough memory for the installer.", "Close other programs, then install again."),
    ),
    0xC0000006: (_FAILED, "The installer could not be read any more from the drive that it lies on.", _COPY),
    0xC0000022: (_FAILED, "Windows did not allow a step of the installer.", _ALLOW),
    0xC0000428: (_BLOCKED, "Windows refuses the installer, or a part of it: its signature does not hold.", _SIGNED),
    0xC000007B: (_FAILED, "The installer, or a part that it needs, is damaged or made for another PC.", _AGAIN),
    0xC0000142: (_FAILED, "The installer could not begin.", _RESTART_FIRST),
    **dict.fromkeys(_MISSING, (_FAILED, "The installer needs a part of Windows that is missing.", _UPDATES)),
    0xC000013A: (_CANCELLED, "The installation was stopped.", "Start it again whenever you like."),
    0x40010004: (_CANCELLED, "The installation was stopped: the PC was shut down, or you signed out.", _RESTART_FIRST),
}
"""Numbers that mean the same whatever made the installer."""
SYSTEM: dict[int, Meaning] = {
    2: (_FAILED, "A file that the installer needs was not found.", _AGAIN),
    3: (_FAILED, "A folder that the installer needs was not found.", _AGAIN),
    5: (_FAILED, "Windows did not allow a step of the installer.", _ALLOW),
    13: (_FAILED, "The installer met data that make no sense: it may be damaged.", _AGAIN),
    **dict.fromkeys(
        (8, 14, 1450, 1455),
        (_FAILED, "There was not enough memory for the installer.", "Close other programs, then install again."),
    ),
    **dict.fromkeys(
        (21, 53, 55, 59, 64, 67, 1167), (_FAILED, "A drive that the installer needs could not be reached.", _COPY)
    ),
    **dict.fromkeys((23, 1392), (_FAILED, "A file or folder on the disk is damaged.", TELL)),
    32: (_BLOCKED, "A file that has to be replaced is in use.", _IN_USE),
    33: (_BLOCKED, "A file that has to be replaced is in use.", _IN_USE),
    87: (_FAILED, "The installer was started with a value that it does not take.", TELL),
    112: (_BLOCKED, "The disk is full.", "Free some space, then install again."),
    120: (_FAILED, "The installer calls for something that this Windows does not have.", _UPDATES),
    193: (_BLOCKED, "The installer is damaged, or made for another kind of PC.", "Ask support for the right download."),
    216: (_BLOCKED, "The installer is made for another kind of processor.", "Ask support for the right download."),
    350: (_BLOCKED, "Nothing was done, because the PC has to be restarted first.", _RESTART_FIRST),
    740: (_FAILED, "The installer needs administrator rights.", "Install again, and answer “Yes” if Windows asks."),
    1053: (_FAILED, "A service of the program did not start in time.", _RESTART_FIRST),
    1058: (_FAILED, "A service that the installer needs is switched off.", "Ask the administrator of this PC."),
    1223: WINDOWS[1223],
    1460: (_FAILED, "A step of the installer took too long.", TELL),
    **dict.fromkeys(
        (12002, 12007, 12029, 12030, 12031, 12175),
        (_FAILED, "The installer could not download what it needs.", _CONNECTION),
    ),
}
"""Windows' system error codes, where it is certain that Windows' numbers are meant and not an installer's own."""
