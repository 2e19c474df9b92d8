"""What is running on Linux."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from companion.domain.pc.facts import Fact, HeldFile, ListedProcess, Process, Who
from companion.services.platforms.common import posix
from companion.services.platforms.common.waiting import wait_for_any
from companion.services.platforms.linux import proc, x11


class LinuxProcesses:
    """The `ProcessProbe` of Linux: /proc and the X11 screen that `environment` names."""

    def __init__(self, environment: Mapping[str, str], open_pidfd: Callable[[int], int]) -> None:
        self._environment = environment
        self._open_pidfd = open_pidfd

    def who(self) -> Fact[Who]:
        user = proc.user_name(os.geteuid())
        return Fact.known(Who(pid=os.getpid(), user=user, elevated=os.geteuid() == 0))

    def list_processes(self, names: frozenset[str] | None = None) -> tuple[ListedProcess, ...]:
        return proc.ProcessLister(names).once()

    def process_lister(self, names: frozenset[str]) -> Callable[[], tuple[ListedProcess, ...]]:
        return proc.ProcessLister(names)

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        found: dict[int, Process] = {}
        waiting = list(pids)
        wanted = set(waiting)
        with x11.look(self._environment) as screen:
            while waiting:
                pid = waiting.pop()
                if pid in found:
                    continue
                process = proc.describe(pid, screen, pid in wanted)
                if process is None:
                    continue
                found[pid] = process
                if process.parent:
                    waiting.append(process.parent)
        return tuple(sorted(found.values(), key=lambda process: (process.pid not in wanted, process.pid)))

    def children(self, pids: Iterable[int]) -> frozenset[int]:
        found: set[int] = set()
        for pid in pids:
            for listing in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found.update(map(int, listing.read_text().split()))
        return frozenset(found)

    def left_behind(self, pid: int) -> frozenset[int]:
        # Whose parent has ended gets another one, and stays in its session: proc(5), the sixth field of "stat".
        return proc.session_of(pid)

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        full = {os.path.realpath(posix.expand_variables(path, self._environment)): path for path in paths}
        wanted = {real: path for real, path in full.items() if Path(real).exists()}
        holders: dict[str, set[int]] = {}
        for pid, target in proc.open_files() if wanted else ():
            if target in wanted:
                holders.setdefault(target, set()).add(pid)
        return Fact.known(
            tuple(HeldFile(path=wanted[real], pids=tuple(sorted(pids))) for real, pids in sorted(holders.items()))
        )

    def folder_users(self, folder: str) -> Fact[tuple[int, ...]]:
        inside = os.path.realpath(folder).rstrip("/") + "/"
        return Fact.known(tuple(sorted({pid for pid, target in proc.open_files() if target.startswith(inside)})))

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        with contextlib.ExitStack() as stack:
            descriptors: dict[int, int] = {}
            gone, unwatched = set(), set()
            for pid in pids:
                try:
                    descriptor = self._open_pidfd(pid)
                except ProcessLookupError:
                    gone.add(pid)
                except OSError:
                    # A sandbox, an old kernel, or too many open files: it can still be looked up.
                    unwatched.add(pid)
                else:
                    stack.callback(os.close, descriptor)
                    descriptors[descriptor] = pid
            return frozenset(gone) | wait_for_any(
                frozenset(descriptors.values()),
                frozenset(unwatched),
                0 if gone else seconds,
                wait=lambda _, pause: posix.wait_by_poll(descriptors, pause),
                ended=proc.ended,
            )
