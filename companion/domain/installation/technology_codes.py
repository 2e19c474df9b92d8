"""What exit codes mean by the technology that made an installer.

Sources: "Setup Exit Codes" (Inno Setup's help), "Error Levels" (NSIS's manual, section D.1).
"""

from __future__ import annotations

from companion.domain.installation.files.identity import Technology
from companion.domain.store.profile import ExitMeaning

Meaning = tuple[ExitMeaning, str, str]
"""What it means, in a sentence, and what to do next."""

_TELL = "Try again. If the result is the same, send support the case file; it contains the exit code."
_FIND = "Close the programs that it names, then install again. Checking this PC finds them."
_INNO: dict[int, Meaning] = {
    1: (ExitMeaning.FAILED, "The installer could not begin.", _TELL),
    2: (
        ExitMeaning.CANCELLED,
        "The installation was cancelled before it began.",
        "Nothing was changed. Start it again whenever you like.",
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
    name, table = _TABLES.get(technology, ("", {}))
    if not name or not 0 < code < _WINDOWS_INSTALLER:
        return None
    unknown = f"The installer ended with exit code {code}, which {unexplained(name, of_store=of_store)}."
    return table.get(code, (ExitMeaning.FAILED, unknown, _TELL))
