"""Runs the benchmarks in turn, several rounds of them, and prints the medians beside their goals.

Run with ``python3 dev.py bench [--only NAME …] [--rounds N] [--json FILE]``. Each benchmark runs in a process of its
own, one after the other, and once in each round, so that a machine that becomes slower for a while does so for all of
them. Without ``--only`` those run that take no more than a minute or two each: all but `downloads` and `built`, which
need other programs. Ends with 1 when a goal is missed or a benchmark could not be run. Those that take hours or
thousands of connections are programs of their own: ``python -m benchmarks.idle``, ``.year`` and ``.connections``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.figures import Figure, as_json, from_json, medians, table

USUAL = (
    *("start", "commands", "memory", "smoothness", "library", "home"),
    *("preflight", "identify", "reminders", "mails", "second_start", "outage"),
)
NAMED = ("downloads", "built")
"""Only run when they are asked for."""
_MODULES = {"commands": "start", "downloads": "downloads.__main__"}
_FUNCTIONS = {"commands": "figures_of_commands"}


def figures_of(name: str) -> Callable[[], Iterable[Figure]]:
    """Returns what measures one benchmark in this process."""
    module = importlib.import_module(f"benchmarks.{_MODULES.get(name, name)}")
    found: Callable[[], Iterable[Figure]] = getattr(module, _FUNCTIONS.get(name, "figures"))
    return found


def in_a_process(name: str) -> tuple[Figure, ...] | None:
    """Returns the figures of one benchmark, measured in a process of its own; None where it failed, which is told."""
    environment = dict(os.environ)
    if sys.platform == "linux" and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Bytecode is kept, as it is for everyone who uses the program.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [sys.executable, "-m", "benchmarks", "--one", name]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        print(f"{name} could not be measured:\n{ran.stderr[-2000:]}", file=sys.stderr)
        return None
    return from_json(json.loads(ran.stdout.splitlines()[-1]))


def run(names: Iterable[str], rounds: int) -> tuple[dict[str, tuple[Figure, ...]], bool]:
    """Returns the medians of each benchmark by its name, and whether all of them could be measured."""
    wanted, complete = tuple(dict.fromkeys(names)), True
    found: dict[str, list[tuple[Figure, ...]]] = {name: [] for name in wanted}
    for number in range(rounds):
        for name in wanted:
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr)
            figures = in_a_process(name)
            if figures is None:
                complete = False
            else:
                found[name].append(figures)
    return {name: medians(each) for name, each in found.items() if each}, complete


def _at_least_one(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("there is at least one round")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python3 dev.py bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = (*USUAL, *NAMED)
    parser.add_argument("--only", nargs="+", choices=every, metavar="NAME", help=f"of these: {', '.join(every)}")
    parser.add_argument("--rounds", type=_at_least_one, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--one", choices=every, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(as_json(figures_of(given.one)())))
        return 0
    found, complete = run(given.only or USUAL, given.rounds)
    for name, figures in found.items():
        print(f"\n{name}\n{table(figures)}")
    if given.json is not None:
        whole = {"rounds": given.rounds, "figures": {name: as_json(figures) for name, figures in found.items()}}
        given.json.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
    missed = [each.name for figures in found.values() for each in figures if each.met is False]
    print(f"\n{len(missed)} goals are missed" if missed else "\nall goals are met")
    return int(bool(missed) or not complete)


if __name__ == "__main__":
    sys.exit(main())
