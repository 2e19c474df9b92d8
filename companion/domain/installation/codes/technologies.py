"""What exit codes mean by the technology that made an installer.

Sources: "Setup Exit Codes" (Inno Setup's help), "Error Levels" (NSIS's manual, section D.1),
"Checking for Errors Using the Setup.log File" and "Setup.exe Return Values and Run-Time Errors" (InstallShield's help),
dpkg(1), apt-get(8), dnf(8), zypper(8).
"""

from __future__ import annotations

from companion.domain.installation.codes.windows import NOTHING_CHANGED, SYSTEM, Meaning
from companion.domain.installation.codes.windows import TELL as _TELL
from companion.domain.installation.files.identity import Technology
from companion.domain.store.profile import ExitMeaning

_FIND = "Close the programs that it names, then install again. Checking this PC finds them."
_INNO: dict[int, Meaning] = {
    1: (ExitMeaning.FAILED, "The installer could not begin.", _TELL),
    2: (
        ExitMeaning.CANCELLED,
        "The installation was cancelled before it began.",
        f"{NOTHING_CHANGED} Start it again whenever you like.",
    ),
    3: (
        ExitMeaning.FAILED,
        "The installer met a fatal error before it began to install.",
        "Restart the PC, then install again.",
    ),
    4: (ExitMeaning.FAILED, "The installer met a fatal error while it was installing.", _TELL),
    5: (
        ExitMeaning.CANCELLED,
        "The installation was cancelled while it was running, or at a message about an error.",
        "Start it again whenever you like. If it showed an error, send support the case file.",
    ),
    6: (ExitMeaning.FAILED, "The installer was ended by force.", _TELL),
    7: (ExitMeaning.BLOCKED, "The installer found something on this PC that does not let it continue.", _FIND),
    8: (
        ExitMeaning.BLOCKED,
        "The installer cannot continue before the PC has been restarted.",
        "Restart the PC, then install again.",
    ),
}
_NSIS: dict[int, Meaning] = {
    1: (ExitMeaning.CANCELLED, "The installation was cancelled.", "Start it again whenever you like."),
    2: (ExitMeaning.FAILED, "The installer stopped itself because something went wrong.", _FIND),
}
_NO_ANSWERS = "Install it without --silent and answer its questions."
_RIGHT, _AGAIN = "Ask support for the right download.", "Download it again, then install."
_ROOM = "Free some space on the disk, then install again."
# Negative codes come from its scripts, positive ones from its Setup.exe.
_SHIELD: dict[int, Meaning] = {
    -1: (ExitMeaning.FAILED, "The installer failed without saying why.", _TELL),
    -2: (ExitMeaning.FAILED, "The installer could not work in the mode that it was started in.", _NO_ANSWERS),
    -3: (
        ExitMeaning.FAILED,
        "The installer has no recorded answers for its questions, which it needs to run silently.",
        _NO_ANSWERS,
    ),
    -4: (ExitMeaning.FAILED, "There was not enough memory for the installer.", "Close other programs, then try again."),
    -5: (ExitMeaning.FAILED, "A file that the installer needs was not found.", "Download it again, then install."),
    -6: (ExitMeaning.FAILED, "The installer could not write its file of answers.", _TELL),
    -7: (ExitMeaning.FAILED, "The installer could not write its log.", _TELL),
    -8: (ExitMeaning.FAILED, "The installer's file of answers was not found.", _NO_ANSWERS),
    -9: (ExitMeaning.FAILED, "The installer's file of answers is wrong.", _NO_ANSWERS),
    -10: (ExitMeaning.FAILED, "The installer's file of answers is wrong.", _NO_ANSWERS),
    -11: (ExitMeaning.FAILED, "The installer failed for a reason that it does not know itself.", _TELL),
    -12: (ExitMeaning.FAILED, "The installer's windows come in another order than its file of answers.", _NO_ANSWERS),
    1150: (ExitMeaning.BLOCKED, "The installer is made for another version of Windows.", _RIGHT),
    **dict.fromkeys((1151, 1152), (ExitMeaning.FAILED, "The installer could not unpack itself.", _ROOM)),
    **dict.fromkeys((1153, 1154, 1155, 1158), (ExitMeaning.FAILED, "A part of the installer is missing.", _AGAIN)),
    1156: (ExitMeaning.FAILED, "Windows Installer met an error of its own.", "Restart the PC, then install again."),
    1201: (ExitMeaning.BLOCKED, "There is not enough space for the installer.", _ROOM),
    1202: (
        ExitMeaning.FAILED,
        "The installer needs administrator rights.",
        "Install again, and answer “Yes” if Windows asks.",
    ),
    1207: (
        ExitMeaning.FAILED,
        "Windows Installer does not work on this PC.",
        "Install the Windows updates, then try again.",
    ),
    **dict.fromkeys(
        (1607, 1608),
        (ExitMeaning.FAILED, "The installer could not start its own engine.", "Restart the PC, then install again."),
    ),
    1628: (ExitMeaning.FAILED, "The installer did not complete its work.", _TELL),
    -51: (ExitMeaning.FAILED, "The installer could not make a folder.", _TELL),
    -52: (ExitMeaning.FAILED, "The installer could not use a file or folder.", _TELL),
}
_SQUIRREL: dict[int, Meaning] = dict.fromkeys(
    (1, -1), (ExitMeaning.FAILED, "The installer failed without saying why.", _TELL)
)
_WAIT = "Another program uses the list of packages. Wait until the software update has finished, then install again."
_NEEDS = "Something that it needs may be missing, or in use by a software update. Update this PC, then try again."
_DEB: dict[int, Meaning] = {
    1: (
        ExitMeaning.FAILED,
        "The package could not be installed: a step of it failed, or something is missing.",
        _NEEDS,
    ),
    2: (ExitMeaning.FAILED, "The package tool met a fatal error.", _TELL),
    100: (ExitMeaning.FAILED, "The package could not be installed.", _NEEDS),
}
# dnf's, and zypper's where the two do not use the same number; rpm counts packages that failed, which is one here.
_RPM: dict[int, Meaning] = {
    1: (ExitMeaning.FAILED, "The package could not be installed.", _NEEDS),
    2: (ExitMeaning.FAILED, "The package tool did not understand how it was started.", _TELL),
    3: (ExitMeaning.FAILED, "The package tool met an error that it does not know.", _TELL),
    4: (ExitMeaning.FAILED, "The package could not be installed: what it needs does not fit together.", _NEEDS),
    5: (ExitMeaning.FAILED, "The package tool did not get the rights that it needs.", _TELL),
    6: (ExitMeaning.FAILED, "No source of packages is set up, and the package needs one.", _NEEDS),
    7: (ExitMeaning.BLOCKED, "Another program is installing or updating packages at the moment.", _WAIT),
    8: (ExitMeaning.FAILED, "The package could not be installed: it was refused, or a step of it failed.", _TELL),
    102: (ExitMeaning.RESTART, "It is installed. A restart completes the installation.", "Restart the PC."),
    103: (ExitMeaning.DONE, "It is installed. The package tool itself was updated.", "Nothing else is needed."),
    104: (ExitMeaning.FAILED, "Something that the package needs was not found.", _NEEDS),
    105: (ExitMeaning.CANCELLED, "The installation was stopped.", "Start it again whenever you like."),
    106: (ExitMeaning.DONE, "It is installed. A source of packages could not be reached.", "Nothing else is needed."),
    107: (ExitMeaning.FAILED, "It was unpacked, but a step at the end of its installation failed.", _TELL),
    200: (ExitMeaning.BLOCKED, "Another program is installing or updating packages at the moment.", _WAIT),
}
_OTHERS: dict[Technology, dict[int, Meaning]] = {
    Technology.INSTALLSHIELD: _SHIELD,
    Technology.SQUIRREL: _SQUIRREL,
    Technology.DEB: _DEB,
    Technology.RPM: _RPM,
}
"""Numbers that these use; what stands in no table of them may be of the system."""
_OF_WINDOWS = frozenset({Technology.MSI, Technology.BURN, Technology.MSIX})
"""These end with Windows' own numbers."""
_TABLES = {Technology.INNO: ("Inno Setup", _INNO), Technology.NSIS: ("NSIS", _NSIS)}
_WINDOWS_INSTALLER = 1000
"""From this number on, codes are those of Windows Installer and of Windows, which installers hand on."""


def unexplained(by: str | None, *, of_store: bool) -> str:
    """Returns who does not explain a code, after "which": the store, where there is one, and `by`."""
    if of_store:
        return f"neither the store nor {by} explains" if by else "the store does not explain"
    return f"{by} does not explain" if by else "only its maker can explain"


def own_meaning(code: int, technology: Technology, *, of_store: bool = True) -> Meaning | None:
    """Returns what `code` means in installers of this technology; None where they have no codes of their own for it.

    Windows' own small numbers mean nothing there: what the technology does not explain is said to be unknown.
    """
    other = _OTHERS.get(technology, {})
    signed = code - 2**32 if code >= 2**31 else code
    if signed in other:
        return other[signed]
    if technology in _OF_WINDOWS and code in SYSTEM:
        return SYSTEM[code]
    name, table = _TABLES.get(technology, ("", {}))
    if not name or not 0 < code < _WINDOWS_INSTALLER:
        return None
    unknown = f"The installer ended with exit code {code}, which {unexplained(name, of_store=of_store)}."
    return table.get(code, (ExitMeaning.FAILED, unknown, _TELL))
