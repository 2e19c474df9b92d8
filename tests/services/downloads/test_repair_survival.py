"""``companion verify --repair``, killed at any instant: never a wrong file under the right name, right in the end."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.kits.downloads import MIB
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.waiting import until

Start = Callable[..., FaultyServer]
PIECE = 256 * 1024


class Bench:
    """A file, what is known of it, and a server that takes its time."""

    def __init__(self, server: FaultyServer, folder: Path) -> None:
        self.server, self.content = server, server.content
        self.home, self.folder = folder / "home", folder / "to"
        self.folder.mkdir()
        self.final, self.part = self.folder / "setup.bin", self.folder / "setup.bin.part"
        self.pieces = folder / "pieces.json"
        parts = (self.content[at : at + PIECE] for at in range(0, len(self.content), PIECE))
        listed = {"length": PIECE, "sha256": [hashlib.sha256(part).hexdigest() for part in parts]}
        self.pieces.write_text(json.dumps(listed))

    def begin(self) -> subprocess.Popen[str]:
        """Start a repair."""
        words = ["-m", "companion", "--home", str(self.home), "verify", str(self.final), "--json"]
        words += ["--sha256", hashlib.sha256(self.content).hexdigest(), "--pieces", str(self.pieces)]
        words += ["--repair", self.server.url()]
        return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)

    def look(self, before: bytes | None) -> bytes | None:
        """What is under the final name: the whole right file, or what was there before, or nothing."""
        names = {path.name for path in self.folder.iterdir()}
        beside = (".part", ".part.journal", ".part.journal.new", ".part.lock")
        assert names <= {"setup.bin" + ending for ending in ("", *beside)}
        found = self.final.read_bytes() if self.final.exists() else None
        assert found is None or found in (self.content, before)
        return found


def damage(content: bytes, chance: random.Random) -> bytes:
    """Some pieces wrong, and now and then an end that is missing, empty or too much."""
    wrong = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(wrong))
        wrong[at] ^= 1 << chance.randrange(8)
    kind, length = chance.randrange(6), chance.randrange(1, 2 * MIB)
    if kind == 0:
        del wrong[-length:]
    elif kind == 1:
        wrong[-length:] = bytes(length)
    elif kind == 2:
        wrong += chance.randbytes(length)
    return bytes(wrong)


def is_over(child: subprocess.Popen[str], happens: Callable[[], bool]) -> Callable[[], bool]:
    """Something happens, or the program has ended without it."""
    return lambda: child.poll() is not None or happens()


def _more_than(requests: list[Request], count: int) -> bool:
    return len(requests) > count


@pytest.mark.parametrize("kills", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_killed_at_any_instant(start: Start, content: bytes, tmp_path: Path, kills: int) -> None:
    def slow(request: Request) -> Reply:
        return replace(serve_range(request, content), pause=0.008)

    bench, chance = Bench(start(content, slow), tmp_path), random.Random(kills)
    found: bytes | None = content
    torn = finished = 0
    for _ in range(kills):
        if found == content:
            found = damage(content, chance)
            bench.final.write_bytes(found)
        asked = len(bench.server.requests)
        child = bench.begin()
        moment = chance.choice(["start", "renamed", "asked", "asked"])
        if moment == "renamed":
            until(is_over(child, bench.part.exists))
        elif moment == "asked":
            until(is_over(child, partial(_more_than, bench.server.requests, asked)))
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(chance.random() * 0.7)
        child.kill()
        said = child.communicate()[0]
        torn += bench.part.exists()
        found = bench.look(found)
        if said:
            finished += 1
            assert json.loads(said).get("ok"), said
            assert found == content
    child = bench.begin()
    done = json.loads(child.communicate()[0])
    assert (child.returncode, done["ok"], bench.look(None)) == (0, True, content)
    assert os.listdir(bench.folder) == ["setup.bin"]  # noqa: PTH208
    assert torn >= kills // 4
    assert finished < kills
