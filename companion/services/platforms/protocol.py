"""What the app asks of an operating system: one protocol, one implementation per system.

Probes return a `Fact` and do not raise for what a PC may lack; actions raise `CompanionError` when refused.
Every call blocks.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from companion.domain.core import platform as systems
from companion.domain.core.model import Model
from companion.domain.pc.code_signatures import Signature
from companion.domain.pc.facts import (
    AutostartEntry,
    Fact,
    Firewall,
    HeldFile,
    Machine,
    Power,
    Process,
    Purpose,
    SecurityProduct,
    Sighting,
    Space,
    System,
    Who,
)


class HeldEntry(Model, frozen=True):
    """Everything needed to put an autostart entry back exactly as it was: text that survives a restart.

    `before` is what stood there, `after` what stands there while it is held (None: nothing); each system spells
    them its own way.
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
        """Its exit code as soon as it ends, or None when it still runs after `seconds`."""
        ...


class Platform(Protocol):
    """One operating system, as far as the app needs it."""

    @property
    def name(self) -> systems.Platform:
        """Which system this is: "windows", "linux" or "macos"."""
        ...

    # What is running

    def who(self) -> Fact[Who]:
        """This process: its session, its user, its rights."""
        ...

    def sightings(self, names: frozenset[str] | None = None) -> tuple[Sighting, ...]:
        """Every process, by the cheapest look there is; given `names` (see `names_of_interest`), those of that name.

        Raises `OSError` when the system refuses.
        """
        ...

    def lookout(self, names: frozenset[str]) -> Callable[[], tuple[Sighting, ...]]:
        """`sightings` of `names` for looking again and again: each look after the first costs less.

        A process that changes its name without changing its number may show some looks later.
        """
        ...

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        """Everything about these processes, less about their ancestors; those that ended meanwhile are left out."""
        ...

    def children(self, pids: Iterable[int]) -> frozenset[int]:
        """The processes whose parent is among `pids`."""
        ...

    def autostart(self) -> Fact[tuple[AutostartEntry, ...]]:
        """Everything that starts programs without being asked."""
        ...

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        """Which of these files exist and are open, and who has them open."""
        ...

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        """Return as soon as one of the processes is gone, with all that are gone; empty after `seconds`."""
        ...

    # The PC

    def boot(self) -> Fact[str]:
        """What tells this run of the system from every other: the same text until the PC restarts.

        It does not depend on the clock. What only looks like a restart (sleep, or a shutdown that Windows makes fast by
        keeping its kernel) leaves it as it is.
        """
        ...

    def firewall(self) -> Fact[Firewall]: ...

    def antivirus(self) -> Fact[tuple[SecurityProduct, ...]]: ...

    def pending_restart(self) -> Fact[tuple[str, ...]]:
        """Why the system wants a restart, in short phrases; empty when it does not."""
        ...

    def space(self, places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
        """Free bytes for this user at each place; a folder that does not exist yet counts as its nearest parent."""
        ...

    def usual_places(self) -> tuple[tuple[Purpose, str], ...]:
        """Where temporary files and programs go."""
        ...

    def system(self) -> Fact[System]: ...

    def power(self) -> Fact[Power]: ...

    def metered(self) -> Fact[bool]: ...

    def machine(self) -> Fact[Machine]:
        """Maker and model of this PC, as the firmware spells them."""
        ...

    # Closing and starting programs

    def close_gently(self, pid: int) -> int:
        """Ask every window of the process to close, as its own close button would; how many were asked."""
        ...

    def end_session(self, pid: int) -> bool:
        """Tell the process that the session ends, as a log-off would; False when there is no way to tell it."""
        ...

    def terminate(self, pid: int) -> None:
        """End the process by force. Raises `CompanionError` ``close-refused``."""
        ...

    def launch(self, arguments: Sequence[str]) -> None:
        """Start a program that outlives this app and is not its child, without a shell."""
        ...

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        """Look up what it takes to hold `entry` and put it back; changes nothing. Raises `CompanionError`."""
        ...

    def switch_off(self, held: HeldEntry) -> None:
        """Keep the entry from starting its program. Raises `CompanionError` ``hold-refused``."""
        ...

    def switch_on(self, held: HeldEntry) -> bool:
        """Put the entry back; False when somebody changed it meanwhile, which then stays. Repeating it is harmless."""
        ...

    # Files

    def pin(self, path: Path) -> contextlib.AbstractContextManager[tuple[BinaryIO, Path]]:
        """Open a file so that what is read is what is launched: a handle to read, and the path to launch.

        Where the system can, nobody may write, rename or delete it meanwhile; elsewhere a private copy is handed out.
        """
        ...

    def signature(self, path: Path) -> Signature:
        """Who signed the file, and whether the signature holds."""
        ...

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        """Start an installer, never through a shell string. Raises `CompanionError`.

        ``elevation-refused`` when the person said no, ``not-runnable`` when the system cannot run such a file.
        """
        ...

    def expand(self, path: str) -> Path:
        """A path of the profile with the environment variables of this system replaced."""
        ...

    def mark_of_the_web(self, path: Path) -> None:
        """Mark a file as come from the internet, where the system knows such a mark."""
        ...

    def open_folder(self, path: Path) -> None:
        """Show a file selected in its folder."""
        ...

    def open_url(self, url: str) -> None:
        """Open an https page or a settings page. Raises `CompanionError` ``not-openable`` for anything else."""
        ...

    # The app itself

    def starts_at_login(self) -> bool:
        """Whether the app starts when the person signs in, a veto in the system's settings included."""
        ...

    def start_at_login(self, command: Sequence[str] | None) -> None:
        """Let `command` start at sign-in; None takes it away. Never touches the person's veto."""
        ...

    def start_at_next_login(self, command: Sequence[str] | None) -> None:
        """Let `command` start at the next sign-in, beside whatever starts at each; None takes it away.

        Where the system does not forget it by itself, it stays until it is taken away. Raises `CompanionError`
        ``not-arranged``.
        """
        ...
