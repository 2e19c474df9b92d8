"""Fuzzing: ``python3 dev.py fuzz --minutes N [--target NAME] [--seed N]``.

Inputs that lead to something new are kept in ``tests/fuzz/corpus``; one that fails is kept as well, so that it is
tried in every test from then on. The same seed makes the same inputs of the same corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
import time
import traceback
from random import Random
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import CORPUS, TARGETS, Target, corpus

MOST_SECONDS = 2.0
"""Processor time that one input may take."""
LARGEST_KEPT = 6_000
LARGEST_POOL = 500
"""Inputs that are mutated further; more of them would only take memory."""
MOST_KEPT = 40
"""Inputs of one target that are kept in the project: small ones, and not many."""


class Finding(NamedTuple):
    """An input that made a target fail, and how."""

    data: bytes
    reason: str


def tried(target: Target, data: bytes, most_seconds: float | None = None) -> tuple[str, Finding | None]:
    """Returns what came of one input, and why that is a finding; with a limit, slowness is one as well.

    Tests set none: they run under coverage and beside others, where processor time says little.
    """
    begun = time.process_time()
    try:
        said = target.run(data)
    except CompanionError as error:
        said = f"{error.code} {error.message[-60:]}"
    except Exception:  # noqa: BLE001 - every other error is what is looked for
        return "", Finding(data, traceback.format_exc(limit=-4))
    spent = time.process_time() - begun
    if most_seconds is not None and spent > most_seconds:
        return said, Finding(data, f"it took {spent:.1f} seconds of processor time")
    return said, None


def fuzzed(
    target: Target, seed: int, tries: int | None, seconds: float | None, keep: bool, most_seconds: float | None = None
) -> tuple[int, list[Finding]]:
    """Returns how many inputs were tried, and the findings, one for each reason."""
    random, pool = Random(f"{seed} {target.name}"), list(corpus(target.name))
    known, count = {tried(target, data)[0] for data in pool}, 0
    findings: dict[str, Finding] = {}
    end = time.monotonic() + seconds if seconds is not None else None
    while (tries is None or count < tries) and (end is None or time.monotonic() < end):
        count += 1
        data = mutated(random.choice(pool), tuple(pool[-50:]), random)
        said, finding = tried(target, data, most_seconds)
        if finding is not None:
            findings.setdefault(finding.reason[-300:], finding)
        elif said not in known:
            known.add(said)
            pool.append(data)
            if len(pool) > LARGEST_POOL:
                pool.pop(random.randrange(len(pool)))
            if keep:
                _keep(target.name, data)
    if keep:
        for finding in findings.values():
            _keep(target.name, finding.data, "found-")
    return count, list(findings.values())


def _keep(name: str, data: bytes, prefix: str = "") -> None:
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    if prefix or (len(data) <= LARGEST_KEPT and len(list(folder.iterdir())) < MOST_KEPT):
        (folder / f"{prefix}{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long, all targets together")
    parser.add_argument("--target", choices=sorted(TARGETS), help="only this one")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    targets = [TARGETS[asked.target]] if asked.target else list(TARGETS.values())
    found = 0
    for target in targets:
        count, findings = fuzzed(target, asked.seed, None, asked.minutes * 60 / len(targets), True, MOST_SECONDS)
        print(f"{target.name}: {count} inputs, {len(findings)} findings", flush=True)
        for finding in findings:
            print(f"  {len(finding.data)} bytes: {finding.reason}\n  {finding.data[:300]!r}", flush=True)
        found += len(findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
