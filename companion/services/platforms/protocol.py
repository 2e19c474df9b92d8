"""What the app asks of an operating system: four protocols, which the modules of each system satisfy themselves.

Probes return a `Fact` and do not raise for what a PC may lack; actions raise `CompanionError` when refused. Every call
blocks.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.installation.proof.system_record import SystemRecord
from companion.domain.pc.code_signatures import Signature
from companion.domain.pc.facts import (
    AutostartEntry,
    Fact,
    Firewall,
    HeldFile,
    Installing,
    ListedProcess,
    Machine,
    Power,
    Process,
    Purpose,
    SecurityProduct,
    Space,
    System,
    Who,
)


class HeldEntry(Model, frozen=True):
    """Everything needed to restore an autostart entry exactly as it was, as text that survives a restart.

    `before` is the content before the entry was held, `after` the content while it is held (None: nothing). Each
    system has its own notation for them.
    """

    entry: AutostartEntry
    before: str
    after: str | None = None


class Launched(Protocol):
    """A program that was started and is watched."""

    @property
    def pid(self) -> int | None:
        """Its process id; None where the system does not tell."""
        ...

    def wait(self, seconds: float) -> int | None:
        """Returns its exit code as soon as it ends, or None when it still runs after `seconds`."""
        ...


class ProcessProbe(Protocol):
    """What is running."""

    def who(self) -> Fact[Who]:
        """Returns the session, the user and the rights of this process."""
        ...

    def list_processes(self, names: frozenset[str] | None = None) -> tuple[ListedProcess, ...]:
        """Returns every process by the cheapest listing there is; with `names` (see `names_of_interest`), those only.

        Raises `OSError` when the system refuses.
        """
        ...

    def process_lister(self, names: frozenset[str]) -> Callable[[], tuple[ListedProcess, ...]]:
        """Returns a function that lists the processes of `names`; each call after the first one costs less.

        A process that changes its name without changing its number may be listed some calls later.
        """
        ...

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        """Returns everything about these processes and less about their ancestors, without those that have ended."""
        ...

    def children(self, pids: Iterable[int]) -> frozenset[int]:
        """Returns the processes whose parent is among `pids`."""
        ...

    def left_behind(self, pid: int) -> frozenset[int]:
        """Returns the processes that this one started, or began the session of, also after it has ended."""
        ...

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        """Returns which of these files exist and are open, and the processes that have them open."""
        ...

    def folder_users(self, folder: str) -> Fact[tuple[int, ...]]:
        """Returns the processes that have files below `folder` open, as far as the system tells."""
        ...

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        """Returns the processes that are gone as soon as there is one, and an empty set after `seconds`."""
        ...


class SystemProbe(Protocol):
    """The PC: its hardware, its operating system, and its settings."""

    def boot_id(self) -> Fact[str]:
        """Returns a text that stays the same until the PC restarts, and differs afterwards.

        It does not depend on the clock. What only looks like a restart (sleep, or a shutdown that Windows makes fast by
        keeping its kernel) does not change it.
        """
        ...

    def firewall(self) -> Fact[Firewall]: ...

    def antivirus(self) -> Fact[tuple[SecurityProduct, ...]]: ...

    def pending_restart(self) -> Fact[tuple[str, ...]]:
        """Returns the reasons why the system needs a restart, in short phrases; none when it does not."""
        ...

    def installing(self) -> Fact[Installing]:
        """Returns whether the system's own installer is at work; "not looked at" where there is none to ask."""
        ...

    def free_space(self, places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
        """Returns the free bytes for this user at each place, of the nearest parent where a folder does not exist."""
        ...

    def standard_folders(self) -> tuple[tuple[Purpose, str], ...]:
        """Returns the folders for temporary files and for programs."""
        ...

    def operating_system(self) -> Fact[System]: ...

    def power(self) -> Fact[Power]: ...

    def metered(self) -> Fact[bool]: ...

    def machine(self) -> Fact[Machine]:
        """Returns maker and model of this PC, as the firmware spells them."""
        ...

    def installed_products(self) -> SystemRecord:
        """Returns what the system lists as installed now, for everyone and for this user; never raises."""
        ...

    def expand(self, path: str) -> Path:
        """Returns a path of the profile with the environment variables of this system replaced."""
        ...


class AutostartControl(Protocol):
    """What starts programs automatically, holding it for a while, and the app's own entries."""

    def entries(self) -> Fact[tuple[AutostartEntry, ...]]:
        """Returns everything that starts programs automatically."""
        ...

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        """Returns what is needed to hold `entry` and to restore it; changes nothing. Raises `CompanionError`."""
        ...

    def switch_off(self, held: HeldEntry) -> None:
        """Keeps the entry from starting its program. Raises `CompanionError` ``hold-refused``."""
        ...

    def switch_on(self, held: HeldEntry) -> bool:
        """Restores the entry and returns True, or False when it was changed meanwhile and is left as it is.

        Repeating it is harmless.
        """
        ...

    def starts_at_login(self) -> bool:
        """Returns whether the app starts when the person signs in.

        Switching it off in the system's settings counts, and so does an entry whose program is not there any more.
        """
        ...

    def renew_start_at_login(self, command: Sequence[str]) -> bool:
        """Gives the app's own entry the present `command` where it is on and its program is not there any more.

        What a person added to the entry stays. Returns whether it was changed.
        """
        ...

    def start_at_login(self, command: Sequence[str] | None) -> None:
        """Starts `command` at each sign-in; None removes it. Never overrides the system's settings."""
        ...

    def start_at_next_login(self, command: Sequence[str] | None) -> None:
        """Starts `command` at the next sign-in, beside whatever starts at each; None removes it.

        Where the system does not forget it by itself, it stays until it is removed. Raises `CompanionError`
        ``not-arranged``.
        """
        ...


class ProgramLauncher(Protocol):
    """Starting and ending programs, and handing files and pages to the system."""

    def close_gently(self, pid: int, started: dt.datetime | None = None) -> int:
        """Asks every window of the process to close, as its own close button would; returns how many were asked.

        With `started`, this and the next two touch only the process that was started then: numbers are used again.
        """
        ...

    def end_session(self, pid: int, started: dt.datetime | None = None) -> bool:
        """Tells the process that the session ends, as a sign-out would; False when that is not possible."""
        ...

    def terminate(self, pid: int, started: dt.datetime | None = None) -> None:
        """Ends the process by force. Raises `CompanionError` ``close-refused``."""
        ...

    def stop_service(self, name: str) -> bool:
        """Asks the system to stop one of its services, as its own tools would; False when it does not."""
        ...

    def launch(self, arguments: Sequence[str]) -> None:
        """Starts a program that outlives this app and is not its child, without a shell."""
        ...

    def pin(
        self, path: Path, answered: Callable[[], object] = ...
    ) -> contextlib.AbstractContextManager[tuple[BinaryIO, Path]]:
        """Opens a file so that what is read is what is launched: a handle to read, and the path to launch.

        On Windows writing, renaming and deleting it are impossible meanwhile, on Linux a copy in memory is handed out
        that cannot be changed any more; on macOS, which has neither, a private copy. `answered` is called after each
        answer of its drive, and may raise.
        """
        ...

    def signature(self, path: Path) -> Signature:
        """Returns who signed the file, and whether the signature is valid."""
        ...

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        """Starts an installer that `pin` handed out, never through a shell string. Raises `CompanionError`.

        ``elevation-refused`` when the person declined, ``elevation-unavailable`` when no one could be asked,
        ``not-runnable`` when the system cannot run such a file; the first two also when it is waited for.
        """
        ...

    def mark_of_the_web(self, path: Path) -> None:
        """Marks a file as downloaded from the internet, where the system knows such a mark."""
        ...

    def comes_from_the_web(self, path: Path) -> bool | None:
        """Returns whether a file bears that mark; None where the system knows none, or cannot tell."""
        ...

    def open_folder(self, path: Path) -> None:
        """Shows a file selected in its folder."""
        ...

    def open_url(self, url: str) -> None:
        """Opens an https page or a settings page. Raises `CompanionError` ``not-openable`` for anything else."""
        ...


class ToastSystem(Protocol):
    """Windows' own notices. Each call blocks and raises `OSError` where they do not work."""

    def show(self, xml: str, tag: str) -> None:
        """Shows a notice in place of the one with the same tag, of at most 64 characters."""
        ...

    def remove(self, tag: str) -> None:
        """Takes a notice away, also out of the list of those that were missed."""
        ...


@dataclasses.dataclass(frozen=True)
class PlatformServices:
    """One operating system, as far as the app needs it."""

    name: Platform
    processes: ProcessProbe
    system: SystemProbe
    autostart: AutostartControl
    programs: ProgramLauncher
