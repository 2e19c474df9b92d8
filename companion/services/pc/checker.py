"""Looking at this PC: all probes at once, each with a time limit, and a board that turns by itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.pc.facts import Fact, Facts, ListedProcess, Process, Purpose
from companion.domain.pc.finding import Requirements
from companion.domain.pc.process_matching import listed_name, names_of_interest
from companion.domain.store.profile import Stage
from companion.services.app.cancellation import Cancellation
from companion.services.pc.exit_wait import wait_for_exit
from companion.services.platforms.protocol import PlatformServices

_LIMIT = 3.0
_LOOK_EVERY = 1.0
_REST_EVERY = 5.0
_SLICE = 0.2

StoreClock = Callable[[], dt.datetime | None]
Probe = Callable[[], Fact[Any]]


class Preflight:
    """Gathers the facts of this PC. `clock` gives aware UTC times.

    `store_clock` asks the store for its time (None when it cannot say); without it the clock is not compared. `limit`
    is the most seconds a probe may take.
    """

    def __init__(
        self,
        platform: PlatformServices,
        clock: Callable[[], dt.datetime],
        *,
        store_clock: StoreClock | None = None,
        limit: float = _LIMIT,
    ) -> None:
        self._platform = platform
        self._clock = clock
        self._store_clock = store_clock
        self._limit = limit
        self._probing = _Probing()

    def gather(self, stage: Stage, requirements: Requirements, cancellation: Cancellation | None = None) -> Facts:
        """Look at everything that matters for `stage`. A probe that hangs or fails is unknown, with the reason.

        Raises `Cancelled`.
        """
        probes = {"processes": lambda: self._processes(requirements), **self._other_probes(stage, requirements)}
        found = self._probing.run(probes, self._limit, cancellation or Cancellation())
        return Facts(taken_at=self._clock(), **found)

    def watch(
        self,
        stage: Stage,
        requirements: Requirements,
        on_change: Callable[[Facts], None],
        cancellation: Cancellation,
    ) -> None:
        """Call `on_change` with the facts now, and again whenever they change, until cancelled (raises `Cancelled`).

        Exits are waited for and noticed at once; newcomers by one cheap look a second; the rest every five seconds.
        """
        facts = self.gather(stage, requirements, cancellation)
        on_change(facts)
        names = names_of_interest(requirements.profile.blockers, self._platform.name)
        look = self._platform.processes.process_lister(names)
        rest_due = time.monotonic() + _REST_EVERY
        while True:
            self._wait_for_an_end(facts, names, cancellation)
            probes: dict[str, Probe] = {"processes": lambda: self._described(look())}
            if time.monotonic() >= rest_due:
                probes |= self._other_probes(stage, requirements)
                rest_due = time.monotonic() + _REST_EVERY
            found = self._probing.run(probes, self._limit, cancellation)
            fresh = msgspec.structs.replace(facts, **found)
            if fresh != facts:
                facts = msgspec.structs.replace(fresh, taken_at=self._clock())
                on_change(facts)

    def _wait_for_an_end(self, facts: Facts, names: frozenset[str], cancellation: Cancellation) -> None:
        """Return when a known program of interest ends, or when it is time to look for newcomers."""
        watched = {
            process.pid
            for process in facts.processes.value or ()
            if listed_name(process.name, self._platform.name) in names
        }
        deadline = time.monotonic() + _LOOK_EVERY
        while time.monotonic() < deadline:
            if not watched:
                cancellation.wait(_SLICE)
            elif wait_for_exit(self._platform.processes, watched, _SLICE, cancellation):
                return

    def _processes(self, requirements: Requirements) -> Fact[tuple[Process, ...]]:
        names = names_of_interest(requirements.profile.blockers, self._platform.name)
        return self._described(self._platform.processes.list_processes(names))

    def _described(self, list_processes: tuple[ListedProcess, ...]) -> Fact[tuple[Process, ...]]:
        # The app's own process comes along, so that its tree can be told apart.
        pids = {seen.pid for seen in list_processes} | {os.getpid()}
        return Fact.known(self._platform.processes.describe(sorted(pids)))

    def _other_probes(self, stage: Stage, requirements: Requirements) -> dict[str, Probe]:
        platform = self._platform
        places = (*platform.system.standard_folders(), *_download_place(requirements))
        probes: dict[str, Probe] = {
            "who": platform.processes.who,
            "autostart": platform.autostart.entries,
            "antivirus": platform.system.antivirus,
            "firewall": platform.system.firewall,
            "space": lambda: platform.system.free_space(places),
            "system": platform.system.operating_system,
            "power": platform.system.power,
            "machine": platform.system.machine,
        }
        if (store_clock := self._store_clock) is not None:
            probes["clock_offset"] = lambda: self._clock_offset(store_clock)
        if stage is Stage.DOWNLOAD:
            probes["metered"] = platform.system.metered
            if requirements.destination:
                probes["writable"] = lambda: _writable(Path(requirements.destination or "."))
        else:
            probes["pending_restart"] = platform.system.pending_restart
            probes["installing"] = platform.system.installing
            if folder := requirements.replaced_folder:
                probes["folder_users"] = lambda: self._folder_users(folder)
            if requirements.files:
                probes["held_files"] = lambda: platform.processes.held_files(requirements.files)
        return probes

    def _folder_users(self, folder: str) -> Fact[tuple[Process, ...]]:
        found = self._platform.processes.folder_users(folder)
        if found.value is None:
            return Fact.unknown(found.reason or "the system does not tell")
        pids = set(found.value) - {os.getpid()}
        described = self._platform.processes.describe(sorted(pids)) if pids else ()
        return Fact.known(tuple(process for process in described if process.pid in pids))

    def _clock_offset(self, store_clock: StoreClock) -> Fact[float]:
        theirs = store_clock()
        if theirs is None:
            return Fact.unknown("the store does not tell the time")
        return Fact.known((self._clock() - theirs).total_seconds())


def _download_place(requirements: Requirements) -> tuple[tuple[Purpose, str], ...]:
    return ((Purpose.DOWNLOADS, requirements.destination),) if requirements.destination else ()


def _writable(folder: Path) -> Fact[bool]:
    """Try it: permissions alone do not tell (read-only media, protected folders)."""
    there = next((place for place in (folder, *folder.parents) if place.is_dir()), None)
    if there is None:
        return Fact.known(False)
    trial = there / f".companion-{os.getpid()}-{threading.get_ident()}.tmp"
    try:
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError:
        return Fact.known(False)
    return Fact.known(True)


@dataclasses.dataclass
class _Probing:
    """Probes on threads of their own; one that still hangs is not started a second time."""

    hanging: dict[str, threading.Thread] = dataclasses.field(default_factory=dict)

    def run(self, probes: Mapping[str, Probe], limit: float, cancellation: Cancellation) -> dict[str, Fact[Any]]:
        answers: queue.SimpleQueue[tuple[str, Fact[Any]]] = queue.SimpleQueue()
        found: dict[str, Fact[Any]] = {}
        started: dict[str, threading.Thread] = {}
        for name, probe in probes.items():
            if (old := self.hanging.get(name)) and old.is_alive():
                found[name] = Fact.unknown("an earlier look at it still hangs")
                continue
            started[name] = threading.Thread(
                target=_answer, args=(name, probe, answers), name=f"probe {name}", daemon=True
            )
            started[name].start()
        deadline = time.monotonic() + limit
        while started.keys() - found.keys():
            cancellation.check()
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                name, fact = answers.get(timeout=min(left, _SLICE))
            except queue.Empty:
                continue
            found[name] = fact
        for name in started.keys() - found.keys():
            self.hanging[name] = started[name]
            found[name] = Fact.unknown(f"it did not answer within {limit:g} seconds")
        return found


def _answer(name: str, probe: Probe, answers: queue.SimpleQueue[tuple[str, Fact[Any]]]) -> None:
    try:
        fact = probe()
    except CompanionError as error:
        fact = Fact.unknown(error.message.rstrip("."))
    except OSError as error:
        fact = Fact.unknown(f"the system refused ({error.strerror or type(error).__name__})")
    except Exception as error:  # noqa: BLE001  one odd PC must not take the other rows with it
        fact = Fact.unknown(f"the look at it failed ({type(error).__name__})")
    answers.put((name, fact))
