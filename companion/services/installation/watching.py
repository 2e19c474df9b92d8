"""Watching an installer that runs, and what it started, to the end; nothing of it is ever ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from companion.domain.installation.models import InstallationProgress, InstallationStep, still_installing
from companion.domain.pc.facts import Process, Purpose
from companion.services.app.cancellation import Cancellation
from companion.services.pc.exit_wait import wait_for_exit
from companion.services.platforms.protocol import Launched, PlatformServices

OnStep = Callable[[InstallationProgress], None]

_SLICE = 0.2
_CHILDREN_EVERY = 1.0


class InstallerWatch:
    """Waits for installers; what one started may go on for `children_limit` seconds after it."""

    def __init__(self, platform: PlatformServices, *, children_limit: float) -> None:
        self._platform = platform
        self._children_limit = children_limit

    def wait(self, launched: Launched, start: float, on_step: OnStep) -> tuple[int, dict[int, Process]]:
        """Returns the exit code, and every process that was started below the installer while it ran."""
        children: dict[int, Process] = {}
        look = time.monotonic()
        on_step(step_at(InstallationStep.RUNNING, "The installer is at work.", start))
        while (code := launched.wait(_SLICE)) is None:
            if time.monotonic() >= look:
                look = time.monotonic() + _CHILDREN_EVERY
                self._note_children(launched.pid, children)
                on_step(step_at(InstallationStep.RUNNING, "The installer is at work.", start))
        # Some start the real installer and end at once.
        self._note_children(launched.pid, children)
        return code, children

    def wait_for_children(
        self, children: dict[int, Process], installer: str, launched: Path, start: float, on_step: OnStep
    ) -> tuple[Process, ...]:
        """Returns the processes that belong to the installation and still run when the limit is reached.

        What they start meanwhile is waited for as well. `installer` is what its file is called, `launched` the path by
        which it was started.
        """
        temporary = [path for purpose, path in self._platform.system.standard_folders() if purpose is Purpose.TEMPORARY]
        processes, gone = self._platform.processes, frozenset[int]()

        def working() -> dict[int, Process]:
            found = still_installing(children.values(), installer, temporary, str(launched))
            return {process.pid: process for process in found if process.pid not in gone}

        deadline = time.monotonic() + self._children_limit
        while (left := working().keys()) and time.monotonic() < deadline:
            # Not the caller's cancellation: an installer that runs is never cut off.
            gone |= wait_for_exit(processes, left, _SLICE, Cancellation())
            # Also those that are known: a process that has only begun may still look like the one that started it.
            self._note(processes.children(left) | left, children)
            on_step(step_at(InstallationStep.FINISHING, "The installer finishes its work.", start))
        return tuple(working().values())

    def _note_children(self, pid: int | None, children: dict[int, Process]) -> None:
        if pid is not None:
            processes = self._platform.processes
            fresh = processes.children({pid, *children}) | processes.left_behind(pid)
            self._note(fresh - children.keys(), children)

    def _note(self, found: frozenset[int], children: dict[int, Process]) -> None:
        for process in self._platform.processes.describe(sorted(found)) if found else ():
            if process.pid in found:
                children[process.pid] = process


def step_at(step: InstallationStep, sentence: str, start: float) -> InstallationProgress:
    """Returns a step of an installation that was begun at `start`, by the monotonic clock."""
    return InstallationProgress(step=step, sentence=sentence, seconds=round(time.monotonic() - start, 1))
