"""What an installer's exit code means: the profile's table, its technology's, then Windows Installer's usual codes."""

from __future__ import annotations

import msgspec

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.technology_codes import own_meaning, unexplained
from companion.domain.store.profile import ExitMeaning, Profile
from companion.domain.store.rules.general import GeneralRules


class Outcome(Model, frozen=True):
    """What an exit code means, in a sentence, and what to do next."""

    code: int
    meaning: ExitMeaning
    sentence: str
    hint: str

    @property
    def succeeded(self) -> bool:
        """Whether the installer reports success, even if a restart completes it."""
        return self.meaning in (ExitMeaning.DONE, ExitMeaning.RESTART)


_DONE, _RESTART, _CANCELLED, _BLOCKED, _FAILED = (
    ExitMeaning.DONE,
    ExitMeaning.RESTART,
    ExitMeaning.CANCELLED,
    ExitMeaning.BLOCKED,
    ExitMeaning.FAILED,
)
_TELL = "Try again. If the result is the same, send support the case file; it contains the exit code."

# Windows system error codes and MsiExec's (learn.microsoft.com: "MsiExec.exe and InstMsi.exe error messages").
_WINDOWS: dict[int, tuple[ExitMeaning, str, str]] = {
    1223: (
        _CANCELLED,
        "Windows asked for permission and the answer was “No”.",
        "Nothing was changed. Install again and answer “Yes” when Windows asks.",
    ),
    1601: (_FAILED, "The Windows Installer service could not be reached.", "Restart the PC, then install again."),
    1602: (
        _CANCELLED,
        "The installation was cancelled.",
        "Nothing was changed. Start it again whenever you like.",
    ),
    1603: (
        _FAILED,
        "The installer met a fatal error and undid its changes.",
        "Restart the PC, then install again. If the result is the same, send support the case file.",
    ),
    1604: (_FAILED, "The installation stopped before it was complete.", "Restart the PC, then install again."),
    1605: (_FAILED, "The installer looked for an installed version and found none.", _TELL),
    1612: (_FAILED, "The installer could not find its own files.", "Download it again, then install."),
    1613: (
        _FAILED,
        "This Windows Installer is too old for the package.",
        "Install the Windows updates, then try again.",
    ),
    1618: (
        _BLOCKED,
        "Another installation is running at the moment.",
        "Wait until it has finished (Windows Update may be one), then install again.",
    ),
    1619: (_FAILED, "The installation package could not be opened.", "Download it again, then install."),
    1620: (_FAILED, "The installation package is damaged.", "Download it again, then install."),
    1624: (_FAILED, "The installer could not apply its changes for your language.", _TELL),
    1625: (
        _BLOCKED,
        "A policy of this PC does not allow the installation.",
        "This PC seems to be managed. Ask its administrator.",
    ),
    1632: (
        _FAILED,
        "The folder for temporary files is full or cannot be written to.",
        "Free some space, then install again.",
    ),
    1633: (_BLOCKED, "This installer is made for another kind of processor.", "Ask support for the right download."),
    1638: (
        _BLOCKED,
        "Another version of this product is already installed.",
        "Remove the old version in Windows' settings (Apps), then install again.",
    ),
    1639: (_FAILED, "The installer was started with options it does not know.", _TELL),
    1640: (_BLOCKED, "It cannot be installed from a remote session.", "Install it directly on the PC."),
    1641: (_RESTART, "It is installed, and the PC is about to restart.", "Save your work and let the PC restart."),
    1642: (_FAILED, "The update did not find the version it was made for.", _TELL),
    1644: (_BLOCKED, "A policy of this PC does not allow this change.", "Ask the administrator of this PC."),
    1654: (_BLOCKED, "It cannot be installed on this kind of PC.", "Ask support for the right download."),
    3010: (
        _RESTART,
        "It is installed. A restart completes the installation.",
        "Restart the PC before you use it: until then an older version may still be running.",
    ),
    3011: (_RESTART, "It is installed; a feature needs a restart.", "Restart the PC when it suits you."),
    0xC0000005: (_FAILED, "The installer crashed.", _TELL),
    0xC0000135: (
        _FAILED,
        "The installer needs a part of Windows that is missing.",
        "Install the Windows updates, then try again.",
    ),
    0xC000013A: (_CANCELLED, "The installation was stopped.", "Start it again whenever you like."),
}
_OPEN = "which {open}. "
# Small numbers have no common meaning: which kind of installer it is, is not known. Windows' system error codes, and
# the tables of Inno Setup and NSIS ("Setup Exit Codes", "Error Levels").
_SEVERAL_WINDOWS: dict[int, tuple[str, str]] = {
    1: (_OPEN + "Some installers say so when they were cancelled, others when they failed.", _TELL),
    2: (_OPEN + "Some installers say so when they were cancelled, others when a file was missing.", _TELL),
    5: (
        _OPEN + "Some installers say so when they were cancelled, others when Windows did not allow a step.",
        "Install again, and answer “Yes” if Windows asks. If the result is the same, send support the case file.",
    ),
    112: (
        _OPEN + "Windows uses this number for a full disk; installers may mean something else.",
        "Look whether there is free space, then install again.",
    ),
    740: (
        _OPEN + "Windows uses this number for missing administrator rights; installers may mean something else.",
        "Install again, and answer “Yes” if Windows asks.",
    ),
}
# POSIX shells (XCU 2.8.2): 126 not executable, 127 not found; said by a shell in the installer, if it has one.
_SEVERAL_POSIX: dict[int, tuple[str, str]] = {
    126: (_OPEN + "Shells say so when a program may not be run; which one, is not known.", _TELL),
    127: (_OPEN + "Shells say so when a program is not found; which one, is not known.", _TELL),
}
# What is said in hints where there is no store, and so no support of its own.
_WITHOUT_SUPPORT = (
    ("send support the case file; it contains the exit code", "ask its maker and name the exit code"),
    ("send support the case file", "ask its maker"),
    ("Ask support for the right download", "Get the right download from its maker"),
)
_STOPPING_SIGNALS = {1, 2, 15}
_KILLED = 9


def explain_exit(
    code: int,
    profile: Profile | GeneralRules | None,
    platform: Platform = Platform.WINDOWS,
    technology: Technology = Technology.UNKNOWN,
) -> Outcome:
    """Returns what exit `code` means: by the profile, else by the installer's technology, else by the platform's codes.

    What none of them explains is said to be unknown. With the rules for installers of any maker there is no store that
    could explain it, and no support of one.
    """
    of_store = not isinstance(profile, GeneralRules)
    found = _explained(code, profile, platform, technology, of_store=of_store)
    if of_store:
        return found
    hint = found.hint
    for words, others in _WITHOUT_SUPPORT:
        hint = hint.replace(words, others)
    return msgspec.structs.replace(found, hint=hint)


def _explained(
    code: int,
    profile: Profile | GeneralRules | None,
    platform: Platform,
    technology: Technology,
    *,
    of_store: bool,
) -> Outcome:
    plain = _normal(code, platform)
    for entry in profile.exit_codes if profile else ():
        if entry.code in (code, plain):
            return Outcome(code=plain, meaning=entry.meaning, sentence=entry.sentence, hint=entry.hint)
    if plain == 0:
        return Outcome(code=0, meaning=_DONE, sentence="The installer reports success.", hint="Nothing else is needed.")
    own = own_meaning(plain, technology, of_store=of_store)
    if own is not None:
        return Outcome(code=plain, meaning=own[0], sentence=own[1], hint=own[2])
    usual = _WINDOWS.get(plain) if platform is Platform.WINDOWS else _by_signal(plain)
    several = (_SEVERAL_WINDOWS if platform is Platform.WINDOWS else _SEVERAL_POSIX).get(plain)
    if several is not None:
        open_words = several[0].format(open=unexplained(None, of_store=of_store))
        usual = (_FAILED, f"The installer ended with exit code {plain}, {open_words}", several[1])
    if usual is None:
        return Outcome(
            code=plain,
            meaning=_FAILED,
            sentence=f"The installer ended with exit code {_shown(plain)}, which {_unknown(platform, of_store)}.",
            hint=_TELL,
        )
    meaning, sentence, hint = usual
    return Outcome(code=plain, meaning=meaning, sentence=sentence, hint=hint)


def _unknown(platform: Platform, of_store: bool) -> str:
    return unexplained("Windows" if platform is Platform.WINDOWS else None, of_store=of_store)


def _normal(code: int, platform: Platform) -> int:
    """The code as the tables list it: on Windows unsigned, without an HRESULT around it (0x8007xxxx)."""
    if platform is not Platform.WINDOWS:
        return code
    unsigned = code & 0xFFFFFFFF
    return unsigned & 0xFFFF if unsigned >> 16 == 0x8007 else unsigned


def _by_signal(code: int) -> tuple[ExitMeaning, str, str] | None:
    signal = -code if code < 0 else code - 128
    if not 0 < signal < 65:
        return None
    if signal in _STOPPING_SIGNALS:
        return _CANCELLED, "The installation was stopped.", "Start it again whenever you like."
    if signal == _KILLED:
        return _FAILED, "The installer was ended by force.", _TELL
    return _FAILED, "The installer crashed.", _TELL


def _shown(code: int) -> str:
    """Small numbers as people read them, big ones as support looks them up."""
    return str(code) if code < 0x10000 else f"0x{code:08X}"
