"""What an installer's exit code means: the profile's table, its technology's, then Windows Installer's usual codes."""

from __future__ import annotations

import msgspec

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.installation.codes.technologies import own_meaning, unexplained
from companion.domain.installation.codes.windows import SYSTEM, TELL, WINDOWS
from companion.domain.installation.files.identity import Technology
from companion.domain.store.profile import ExitMeaning, Profile
from companion.domain.store.rules.general import GeneralRules


class Outcome(Model, frozen=True):
    """What an exit code means, in a sentence, and what to do next."""

    code: int
    meaning: ExitMeaning
    sentence: str
    hint: str

    @property
    def shown(self) -> str:
        """The code as its system shows it, so that it is found when it is looked up."""
        return _shown(self.code)

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

_OPEN = "which {open}. "
# Small numbers have no common meaning: which kind of installer it is, is not known. Windows' system error codes, and
# the tables of Inno Setup and NSIS ("Setup Exit Codes", "Error Levels").
_SEVERAL_WINDOWS: dict[int, tuple[str, str]] = {
    1: (_OPEN + "Some installers say so when they were cancelled, others when they failed.", TELL),
    2: (_OPEN + "Some installers say so when they were cancelled, others when a file was missing.", TELL),
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
    126: (_OPEN + "Shells say so when a program may not be run; which one, is not known.", TELL),
    127: (_OPEN + "Shells say so when a program is not found; which one, is not known.", TELL),
}
# What is said in hints where there is no store, and so no support of its own.
_WITHOUT_SUPPORT = (
    ("send support the case file; it contains the exit code", "ask its maker and name the exit code"),
    ("send support the case file", "ask its maker"),
    ("Ask support for the right download", "Get the right download from its maker"),
)
_32_BITS, _NEGATIVE = 0xFFFFFFFF, 0xFFFF0000
"""All bits of an exit code of Windows, and the number from which on it is an installer's own negative one."""
_OF_PACKAGES = range(15600, 15700)
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
        if entry.code in (code, plain) or (platform is Platform.WINDOWS and entry.code & _32_BITS == code & _32_BITS):
            return Outcome(code=plain, meaning=entry.meaning, sentence=entry.sentence, hint=entry.hint)
    wrapped = platform is Platform.WINDOWS and plain != code & _32_BITS
    if plain == 0 and not wrapped:
        return Outcome(code=0, meaning=_DONE, sentence="The installer reports success.", hint="Nothing else is needed.")
    own = SYSTEM.get(plain) if wrapped else own_meaning(plain, technology, of_store=of_store)
    if own is not None:
        return Outcome(code=plain, meaning=own[0], sentence=own[1], hint=own[2])
    usual = WINDOWS.get(plain) if platform is Platform.WINDOWS else _by_signal(plain)
    several = (_SEVERAL_WINDOWS if platform is Platform.WINDOWS else _SEVERAL_POSIX).get(plain)
    if several is not None and not wrapped:
        open_words = several[0].format(open=unexplained(None, of_store=of_store))
        usual = (_FAILED, f"The installer ended with exit code {_shown(plain)}, {open_words}", several[1])
    if usual is None:
        return Outcome(
            code=plain,
            meaning=_FAILED,
            sentence=f"The installer ended with exit code {_shown(plain)}, which {_unknown(platform, of_store)}.",
            hint=TELL,
        )
    meaning, sentence, hint = usual
    return Outcome(code=plain, meaning=meaning, sentence=sentence, hint=hint)


def _unknown(platform: Platform, of_store: bool) -> str:
    return unexplained("Windows" if platform is Platform.WINDOWS else None, of_store=of_store)


def _normal(code: int, platform: Platform) -> int:
    """The code as the tables list it: on Windows unsigned, without an HRESULT around it (0x8007xxxx)."""
    if platform is not Platform.WINDOWS:
        return code
    unsigned = code & _32_BITS
    return unsigned & 0xFFFF if unsigned >> 16 == 0x8007 else unsigned


def _by_signal(code: int) -> tuple[ExitMeaning, str, str] | None:
    signal = -code if code < 0 else code - 128
    if not 0 < signal < 65:
        return None
    if signal in _STOPPING_SIGNALS:
        return _CANCELLED, "The installation was stopped.", "Start it again whenever you like."
    if signal == _KILLED:
        return _FAILED, "The installer was ended by force.", TELL
    return _FAILED, "The installer crashed.", TELL


def _shown(code: int) -> str:
    """Returns small numbers as people read them, Windows' big ones and those of packages as support looks them up.

    A signal is shown as shells do: 128 and its number.
    """
    if code < 0:
        return str(128 - code)
    if code in _OF_PACKAGES:
        return f"0x{0x80070000 | code:08X}"
    if code >= _NEGATIVE:
        return str(code - 2**32)
    return str(code) if code < 0x10000 else f"0x{code:08X}"
