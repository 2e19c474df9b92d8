"""What a look at the PC costs, compared with psutil on the same processes of the same machine.

``python benchmarks/preflight.py [PROCESSES] [--json]``: starts idle processes until there are PROCESSES (5,000) on the
machine, then compares the fastest of several rounds. Exits 1 when a goal is missed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from companion.domain import wire
from companion.domain.blockers import names_of_interest, running
from companion.domain.findings import Requirements
from companion.domain.preflight import findings
from companion.domain.profile import Profile, Stage
from companion.services.platforms import current
from companion.services.preflight import Preflight
from companion.services.resources import resource

ROUNDS = 7
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
            while len(current().sightings(frozenset({"sleep"}))) < missing:
                os.sched_yield()
            yield
        finally:
            os.killpg(leader.pid, signal.SIGKILL)
            leader.communicate()


def measure() -> dict[str, Any]:
    platform = current()
    profile = wire.decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the shipped profile")
    requirements = Requirements(profile=profile, platform=platform.name, destination=tempfile.gettempdir())
    preflight = Preflight(platform, lambda: dt.datetime.now(dt.UTC))
    who = platform.who().value

    def scan() -> int:
        """What the board does: look at all processes, describe the interesting ones, match them."""
        names = names_of_interest(profile.blockers, platform.name)
        pids = {seen.pid for seen in platform.sightings(names)}
        described = platform.describe(sorted(pids | {os.getpid()}))
        return len(running(described, profile.blockers, Stage.INSTALL, platform.name, who))

    look = platform.lookout(names_of_interest(profile.blockers, platform.name))
    for _ in range(5):
        look()

    def board() -> int:
        """What the live board does once a second."""
        described = platform.describe(sorted({seen.pid for seen in look()} | {os.getpid()}))
        return len(running(described, profile.blockers, Stage.INSTALL, platform.name, who))

    def with_psutil() -> int:
        return sum(1 for _ in psutil.process_iter(["pid", "name", "exe"]))

    def whole() -> int:
        facts = preflight.gather(Stage.INSTALL, requirements)
        return len(findings(facts, requirements, Stage.INSTALL, dt.datetime.now(dt.UTC), dt.UTC))

    # A plain pass is one by a program that has just started; psutil keeps Process objects for the passes after it.
    forget = getattr(psutil.process_iter, "cache_clear", lambda: None)
    first = fastest({"psutil": with_psutil, "scan": scan, "preflight": whole}, forget)
    again = fastest({"psutil": with_psutil, "board": board}, lambda: None)
    return {
        "processes": len(psutil.pids()),
        "psutilSeconds": first["psutil"],
        "scanSeconds": first["scan"],
        "scanToPsutil": first["scan"] / first["psutil"],
        "preflightSeconds": first["preflight"],
        "preflightToPsutil": first["preflight"] / first["psutil"],
        "psutilAgainSeconds": again["psutil"],
        "scanAgainSeconds": again["board"],
        "scanAgainToPsutilAgain": again["board"] / again["psutil"],
    }


def fastest(works: dict[str, Callable[[], object]], before: Callable[[], object]) -> dict[str, float]:
    """The fastest of several rounds of each, one work after the other, as `timeit` measures: all with warm caches.

    The collector of garbage is kept out of the way, and `before` is not counted.
    """
    best = {}
    for name, work in works.items():
        rounds = []
        for _ in range(ROUNDS):
            before()
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            work()
            rounds.append(time.perf_counter() - start)
            gc.enable()
        best[name] = min(rounds)
    return best


def report(result: dict[str, Any]) -> None:
    print(f"{result['processes']} processes, seconds and what they are to psutil's")
    for what, name, ratio in (
        ("psutil.process_iter(pid, name, exe), the first pass", "psutilSeconds", None),
        ("scan, describe and match, the first time", "scanSeconds", "scanToPsutil"),
        ("whole preflight without network", "preflightSeconds", "preflightToPsutil"),
        ("psutil.process_iter(pid, name, exe), once more", "psutilAgainSeconds", None),
        ("scan, describe and match, once more (the live board)", "scanAgainSeconds", "scanAgainToPsutilAgain"),
    ):
        print(f"{what:54} {result[name]:.4f}   {result[ratio]:.3f}" if ratio else f"{what:54} {result[name]:.4f}   1")
    for name, goal in result["goals"].items():
        print(f"{name}: goal {goal['goal']:g}, {'met' if goal['met'] else 'MISSED'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
