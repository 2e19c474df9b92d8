"""What a look at the PC costs, compared with psutil on the same processes of the same machine.

``python benchmarks/preflight.py [PROCESSES] [--json]``: starts idle processes until there are PROCESSES (5,000) on the
machine, then compares the medians of several rounds. Exits 1 when a goal is missed.

Beside the goals stands the floor: listing /proc and opening, reading and closing one file per process, and nothing
else. That is the least a program without an administrator's rights can do, for nothing else tells the names of
processes that are not its own. Nearly all of its time is the kernel's (14 of 15 milliseconds for 5,000 processes where
this was written), so neither other spellings of the paths nor fewer lines of Python lower it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.figures import Figure
from companion.domain.core import serialization
from companion.domain.pc.finding import Requirements
from companion.domain.pc.preflight import findings
from companion.domain.pc.process_matching import names_of_interest, running
from companion.domain.store.profile import Profile, Stage
from companion.services.app.resources import resource
from companion.services.pc.checker import Preflight
from companion.services.platforms import current

ROUNDS = 15
SCAN_GOAL = 0.1
PREFLIGHT_GOAL = 0.250


def main(words: list[str]) -> int:
    as_json = "--json" in words
    wanted = next((int(word) for word in words if word.isdecimal()), 5000)
    with crowd(wanted):
        result = measure()
    result["goals"] = {
        "scanToPsutil": {"goal": SCAN_GOAL, "met": result["scanToPsutil"] <= SCAN_GOAL},
        "scanAgainToPsutilAgain": {"goal": SCAN_GOAL, "met": result["scanAgainToPsutilAgain"] <= SCAN_GOAL},
        "preflightSeconds": {"goal": PREFLIGHT_GOAL, "met": result["preflightSeconds"] < PREFLIGHT_GOAL},
    }
    if as_json:
        print(json.dumps(result))
    else:
        report(result)
    return 0 if all(goal["met"] for goal in result["goals"].values()) else 1


def figures(processes: int = 5000) -> list[Figure]:
    """Returns what a look at the PC costs beside so many processes."""
    with crowd(processes):
        found = measure()
    return [
        Figure(f"{processes:,} processes, scanned, to psutil", found["scanToPsutil"], "×", SCAN_GOAL),
        Figure(f"{processes:,} processes, once more, to psutil", found["scanAgainToPsutilAgain"], "×", SCAN_GOAL),
        Figure("the least there is, to psutil", found["floorToPsutil"], "×"),
        Figure("the whole look without a network", found["preflightSeconds"], "s", PREFLIGHT_GOAL),
    ]


@contextlib.contextmanager
def crowd(wanted: int) -> Iterator[None]:
    """As many processes as wanted: forks of one small program that wait for nothing, and one blocker among them."""
    missing = max(wanted - len(psutil.pids()) - 2, 0)
    with tempfile.TemporaryDirectory() as folder:
        blocker = Path(folder) / "chromium"
        shutil.copy("/bin/sleep", blocker)
        # Python would be a heavy crowd: a shell's children are small, and all of them end with their group.
        script = f'i=0; while [ $i -lt {missing} ]; do /bin/sleep 3600 & i=$((i+1)); done; "$1" 3600 & echo ready; wait'
        leader = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", str(blocker)], stdout=subprocess.PIPE, start_new_session=True
        )
        try:
            if leader.stdout is None or leader.stdout.readline() != b"ready\n":
                raise RuntimeError("the crowd could not be started")
            # Until each has become "sleep" they compete with what is to be measured.
            while len(current().processes.list_processes(frozenset({"sleep"}))) < missing:
                os.sched_yield()
            yield
        finally:
            os.killpg(leader.pid, signal.SIGKILL)
            leader.communicate()
            # The next measurement must not count processes that are still being removed.
            with contextlib.suppress(ProcessLookupError):
                while True:
                    os.killpg(leader.pid, 0)
                    os.sched_yield()


def measure() -> dict[str, Any]:
    platform = current()
    profile = serialization.decode(
        resource("profiles/larkfield.json").read_bytes(), Profile, source="the shipped profile"
    )
    requirements = Requirements(profile=profile, platform=platform.name, destination=tempfile.gettempdir())
    preflight = Preflight(platform, lambda: dt.datetime.now(dt.UTC))
    who = platform.processes.who().value

    def scan() -> int:
        """What the board does: look at all processes, describe the interesting ones, match them."""
        names = names_of_interest(profile.blockers, platform.name)
        pids = {seen.pid for seen in platform.processes.list_processes(names)}
        described = platform.processes.describe(sorted(pids | {os.getpid()}))
        return len(running(described, profile.blockers, Stage.INSTALL, platform.name, who))

    look = platform.processes.process_lister(names_of_interest(profile.blockers, platform.name))
    for _ in range(5):
        look()

    def board() -> int:
        """What the live board does once a second."""
        described = platform.processes.describe(sorted({seen.pid for seen in look()} | {os.getpid()}))
        return len(running(described, profile.blockers, Stage.INSTALL, platform.name, who))

    def with_psutil() -> int:
        return sum(1 for _ in psutil.process_iter(["pid", "name", "exe"]))

    def floor() -> int:
        """The names of all processes, by the fewest calls there are, and nothing made of them."""
        entries = [entry for entry in os.listdir("/proc") if entry < ":"]  # noqa: PTH208
        for entry in entries:
            with contextlib.suppress(OSError):
                descriptor = os.open(f"/proc/{entry}/comm", os.O_RDONLY)
                os.read(descriptor, 64)
                os.close(descriptor)
        return len(entries)

    def whole() -> int:
        facts = preflight.gather(Stage.INSTALL, requirements)
        return len(findings(facts, requirements, Stage.INSTALL, dt.datetime.now(dt.UTC), dt.UTC))

    # A plain pass is one by a program that has just started; psutil keeps Process objects for the passes after it.
    forget = getattr(psutil.process_iter, "cache_clear", lambda: None)
    first = medians({"psutil": with_psutil, "scan": scan, "floor": floor, "preflight": whole}, forget)
    again = medians({"psutil": with_psutil, "board": board}, lambda: None)
    return {
        "processes": len(psutil.pids()),
        "psutilSeconds": first["psutil"],
        "scanSeconds": first["scan"],
        "scanToPsutil": first["scan"] / first["psutil"],
        "floorSeconds": first["floor"],
        "floorToPsutil": first["floor"] / first["psutil"],
        "preflightSeconds": first["preflight"],
        "preflightToPsutil": first["preflight"] / first["psutil"],
        "psutilAgainSeconds": again["psutil"],
        "scanAgainSeconds": again["board"],
        "scanAgainToPsutilAgain": again["board"] / again["psutil"],
    }


def medians(works: dict[str, Callable[[], object]], before: Callable[[], object]) -> dict[str, float]:
    """The median of several rounds of each, one work after the other: all with warm caches.

    The collector of garbage is kept out of the way, and `before` and a first round are not counted.
    """
    found = {}
    for name, work in works.items():
        rounds = []
        for _ in range(ROUNDS + 1):
            before()
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            work()
            rounds.append(time.perf_counter() - start)
            gc.enable()
        found[name] = statistics.median(rounds[1:])
    return found


def report(result: dict[str, Any]) -> None:
    print(f"{result['processes']} processes, seconds and what they are to psutil's")
    for what, name, ratio in (
        ("psutil.process_iter(pid, name, exe), the first pass", "psutilSeconds", None),
        ("scan, describe and match, the first time", "scanSeconds", "scanToPsutil"),
        ("the floor: one small file read per process", "floorSeconds", "floorToPsutil"),
        ("whole preflight without network", "preflightSeconds", "preflightToPsutil"),
        ("psutil.process_iter(pid, name, exe), once more", "psutilAgainSeconds", None),
        ("scan, describe and match, once more (the live board)", "scanAgainSeconds", "scanAgainToPsutilAgain"),
    ):
        print(f"{what:54} {result[name]:.4f}   {result[ratio]:.3f}" if ratio else f"{what:54} {result[name]:.4f}   1")
    for name, goal in result["goals"].items():
        print(f"{name}: goal {goal['goal']:g}, {'met' if goal['met'] else 'MISSED'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
