"""Runs the benchmarks in turn, several rounds of them, and prints the medians beside their goals.

Run with ``python3 dev.py bench [--only NAME …] [--rounds N] [--json FILE]``. Each benchmark runs in a process of its
own, one after the other, and once in each round, so that a machine that becomes slower for a while does so for all of
them; those that repeat everything themselves run in the first round only. What needs a build or programs that are not
there is named below the table. Ends with 1 when a goal is missed or a benchmark could not be run. Programs of their
own, which take long: ``python -m benchmarks.idle`` and ``.year``, and ``.connections`` and ``.downloads`` with more
clients and larger files than here.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figures import Figure, NotMeasuredError, as_json, from_json, medians, table

EVERY = (
    *("start", "commands", "second_start", "built", "memory", "smoothness", "lists", "home", "library"),
    *("downloads", "preflight", "identify", "reminders", "mails", "outage", "connections"),
)
"""All of them, in the order in which they run."""
ONCE = frozenset({"built", "lists", "outage", "connections"})
"""Run in the first round only: they count, or repeat everything themselves."""
CANNOT = 3
"""The exit code of a benchmark that cannot be run here."""
_MODULES = {"commands": "start", "downloads": "downloads.__main__"}
_FUNCTIONS = {"commands": "figures_of_commands"}


def figures_of(name: str) -> Callable[[], Iterable[Figure]]:
    """Returns what measures one benchmark in this process."""
    module = importlib.import_module(f"benchmarks.{_MODULES.get(name, name)}")
    found: Callable[[], Iterable[Figure]] = getattr(module, _FUNCTIONS.get(name, "figures"))
    return found


def in_a_process(name: str) -> tuple[Figure, ...]:
    """Returns the figures of one benchmark, measured in a process of its own. Raises `NotMeasuredError`."""
    environment = dict(os.environ)
    if sys.platform == "linux" and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Bytecode is kept, as it is for everyone who uses the program.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [sys.executable, "-m", "benchmarks", "--one", name]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode == CANNOT:
        raise NotMeasuredError(ran.stderr.splitlines()[-1])
    if ran.returncode != 0:
        raise NotMeasuredError(f"it failed:\n{ran.stderr[-2000:]}")
    return from_json(json.loads(ran.stdout.splitlines()[-1]))


class Measured(NamedTuple):
    """The medians of each benchmark by its name, and why others could not be measured."""

    figures: dict[str, tuple[Figure, ...]]
    not_measured: dict[str, str]

    def as_json(self, rounds: int) -> dict[str, Any]:
        """Returns everything as values of JSON."""
        figures = {name: as_json(each) for name, each in self.figures.items()}
        return {"rounds": rounds, "figures": figures, "notMeasured": self.not_measured}

    def table(self) -> str:
        """Returns one table of all figures, and below it how many goals are missed and what was not measured."""
        lines = [
            table([each._replace(name=f"{name}: {each.name}") for name, all_ in self.figures.items() for each in all_])
        ]
        missed = sum(each.met is False for all_ in self.figures.values() for each in all_)
        met = "all goals that were measured are met" if self.not_measured else "all goals are met"
        lines.append(f"\n{missed} goals are missed" if missed else f"\n{met}")
        lines += [f"{name} was not measured: {why}" for name, why in self.not_measured.items()]
        return "\n".join(lines)


def run(names: Iterable[str], rounds: int) -> Measured:
    """Returns what was measured; a benchmark that cannot be run is not tried in further rounds."""
    wanted = tuple(dict.fromkeys(names))
    found: dict[str, list[tuple[Figure, ...]]] = {name: [] for name in wanted}
    failed: dict[str, str] = {}
    for number in range(rounds):
        for name in wanted:
            if name in failed or (number and name in ONCE):
                continue
            begun = time.monotonic()
            try:
                found[name].append(in_a_process(name))
            except NotMeasuredError as why:
                failed[name] = str(why)
            seconds = time.monotonic() - begun
            print(f"round {number + 1} of {rounds}: {name}, {seconds:.0f} s", file=sys.stderr)
    return Measured({name: medians(each) for name, each in found.items() if each}, failed)


def _at_least_one(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("there is at least one round")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python3 dev.py bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=EVERY, metavar="NAME", help=f"of these: {', '.join(EVERY)}")
    parser.add_argument("--rounds", type=_at_least_one, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--one", choices=EVERY, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        return _one(given.one)
    found = run(given.only or EVERY, given.rounds)
    print(found.table())
    if given.json is not None:
        given.json.write_text(json.dumps(found.as_json(given.rounds), indent=1) + "\n", "utf-8")
    missed = any(each.met is False for figures in found.figures.values() for each in figures)
    return int(missed or bool(found.not_measured))


def _one(name: str) -> int:
    try:
        print(json.dumps(as_json(figures_of(name)())))
    except NotMeasuredError as why:
        print(why, file=sys.stderr)
        return CANNOT
    return 0


if __name__ == "__main__":
    sys.exit(main())
