"""The values of an installation: its steps and its result, and what still counts as installing."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from companion.domain.core.model import Model
from companion.domain.installation.exit_codes import Outcome
from companion.domain.pc.code_signatures import SignatureState
from companion.domain.pc.facts import Process
from companion.domain.pc.program_paths import is_interpreter, program_name

# Windows Installer does the work of others in processes of its own.
_ENGINES = frozenset({"msiexec.exe"})
_WORDS_OF_AN_INTERPRETER = 4


class InstallationStep(enum.StrEnum):
    VERIFYING = "verifying"
    STARTING = "starting"
    RUNNING = "running"
    FINISHING = "finishing"
    """The first process has ended and what it started goes on."""
    CHECKING = "checking"
    DONE = "done"


class InstallationProgress(Model, frozen=True):
    """How far an installation is, in a sentence; `seconds` since it was started."""

    step: InstallationStep
    sentence: str
    seconds: float = 0.0


class InstallationResult(Model, frozen=True):
    """How an installation ended.

    `proven` is true when every file that proves success is there; it is false when one is missing or when the store
    names none. `signer` is who signed the installer, where that could be told, `signature` what its signature is worth
    (None: not looked at). `still_running` are processes the installer started that went on longer than they were
    watched.
    """

    exit_code: int
    outcome: Outcome
    proven: bool
    seconds: float
    missing: tuple[str, ...] = ()
    signer: str | None = None
    still_running: tuple[str, ...] = ()
    signature: SignatureState | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the installer reports success and nothing that should be there is missing."""
        return self.outcome.succeeded and not self.missing


def still_installing(
    children: Iterable[Process], installer: str, temporary: Iterable[str], launched: str = ""
) -> tuple[Process, ...]:
    """Which of the processes an installer started are still the installation, not the installed program itself.

    `installer` is what its file is called, `launched` the path by which it was started.

    Those are copies of the installer, programs unpacked into a temporary folder, scripts there that an interpreter
    runs, and Windows Installer.
    """
    folders = tuple(_plain(folder).rstrip("/") + "/" for folder in temporary if folder)
    own = program_name(installer).casefold()
    return tuple(
        child
        for child in children
        if child.name.casefold() in _ENGINES
        or program_name(child.path or child.name).casefold() == own
        or any(path == launched or _plain(path).startswith(folders) for path in _runs(child))
    )


def _runs(process: Process) -> tuple[str, ...]:
    """The files that a process runs: its executable, and of an interpreter what it is told to run."""
    if process.path is None:
        return ()
    told = (process.arguments or ())[1:_WORDS_OF_AN_INTERPRETER] if is_interpreter(process.path) else ()
    return (process.path, *told)


def _plain(path: str) -> str:
    return path.replace("\\", "/").casefold()
