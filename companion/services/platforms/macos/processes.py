"""What is running on macOS: the `ProcessProbe` of this system, from ``ps``, ``lsof`` and kqueue."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import select
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from companion.domain.pc.facts import Fact, HeldFile, ListedProcess, Process, Who
from companion.services.platforms.common.text import shown
from companion.services.platforms.common.waiting import wait_for_any
from companion.services.platforms.macos.command import output
from companion.services.platforms.macos.system import expand

# `select` has its BSD half on such systems only, and the type checker looks from wherever it runs.
_select: Any = select
_COLUMNS = "pid=,ppid=,user=,lstart=,comm="
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+(\S+)\s+\w{3}\s+(\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.+)")


def who() -> Fact[Who]:
    groups = output(["id", "-Gn"]).split()
    root = os.geteuid() == 0
    user = output(["id", "-un"]).strip()
    return Fact.known(Who(pid=os.getpid(), user=user, elevated=root, may_elevate=root or "admin" in groups))


def list_processes(names: frozenset[str] | None = None) -> tuple[ListedProcess, ...]:
    return tuple(
        ListedProcess(pid=process.pid, name=process.name, parent=process.parent)
        for process in processes_in(output(["ps", "-axo", _COLUMNS]))
        if names is None or process.name.casefold() in names
    )


def process_lister(names: frozenset[str]) -> Callable[[], tuple[ListedProcess, ...]]:
    return lambda: list_processes(names)


def describe(pids: Iterable[int]) -> tuple[Process, ...]:
    known = {process.pid: process for process in processes_in(output(["ps", "-axo", _COLUMNS]))}
    wanted = set(pids)
    chain, waiting = set(), list(wanted)
    while waiting:
        pid = waiting.pop()
        if pid in known and pid not in chain:
            chain.add(pid)
            waiting.append(known[pid].parent or 0)
    return tuple(sorted((known[pid] for pid in chain), key=lambda process: (process.pid not in wanted, process.pid)))


def children(pids: Iterable[int]) -> frozenset[int]:
    parents = set(pids)
    return frozenset(seen.pid for seen in list_processes() if seen.parent in parents)


def left_behind(pid: int) -> frozenset[int]:
    return children((pid,))


def held_files(paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
    found = []
    for path in paths:
        full = expand(path)
        if full.exists():
            numbers = output(["lsof", "-t", "--", str(full)], failing=True).split()
            if numbers:
                found.append(HeldFile(path=path, pids=tuple(map(int, numbers))))
    return Fact.known(tuple(found))


def folder_users(folder: str) -> Fact[tuple[int, ...]]:
    numbers = output(["lsof", "-t", "+D", folder], failing=True).split()
    return Fact.known(tuple(sorted(set(map(int, numbers)))))


def wait_for_exit(pids: Iterable[int], seconds: float) -> frozenset[int]:
    gone, watched, unwatched = set(), set(), set()
    with contextlib.closing(_select.kqueue()) as events:
        for pid in pids:
            change = _select.kevent(pid, _select.KQ_FILTER_PROC, _select.KQ_EV_ADD, _select.KQ_NOTE_EXIT)
            try:
                events.control([change], 0, 0)
            except ProcessLookupError:
                gone.add(pid)
            except OSError:
                # Another user's, perhaps: it may not be watched, and can still be looked up.
                unwatched.add(pid)
            else:
                watched.add(pid)
        return frozenset(gone) | wait_for_any(
            frozenset(watched),
            frozenset(unwatched),
            0 if gone else seconds,
            wait=lambda those, pause: frozenset(event.ident for event in events.control(None, len(those), pause)),
            ended=lambda those: frozenset(pid for pid in those if not _alive(pid)),
        )


def processes_in(listing: str) -> list[Process]:
    """The processes of a ``ps -axo pid=,ppid=,user=,lstart=,comm=`` listing; `comm` is the whole path on macOS."""
    found = []
    for line in listing.splitlines():
        row = _ROW.fullmatch(line)
        if row is None:
            continue
        pid, parent, owner, moment, path = row.groups()
        started = dt.datetime.strptime(moment, "%b %d %H:%M:%S %Y").astimezone()
        found.append(
            Process(
                pid=int(pid),
                name=shown(Path(path).name),
                parent=int(parent) or None,
                path=path if path.startswith("/") else None,
                started=started,
                owner=owner,
                elevated=owner == "root",
            )
        )
    return found


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
