"""A network of one process alone: started by `in_own_network`, it does what it was told and prints what came of it.

Run by itself: ``network_space.py JOB FOLDER [WORDS]``, inside ``unshare --net --mount``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import CompanionError
from companion.domain.transfers.models import TransferProgress
from tests.kits.downloads import MIB, QUICK, expect, get
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.network import Authority
from tests.kits.processes import ROOT, command

SILENT = "2001:db8:1::9"
"""An address that gives no answer, not even that no host is there."""


@dataclasses.dataclass
class Told:
    """How one download ended, and what was said meanwhile."""

    code: str
    right: bool
    size: int
    fetched: int
    retries: int
    seconds: float
    reasons: list[str]


def in_own_network(job: str, folder: Path, *words: str) -> Told:
    """Do `job` in a network of its own; skips where that is not allowed."""
    space = ["unshare", "--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if not (shutil.which("unshare") and shutil.which("ip")):
        pytest.skip("needs unshare and ip")
    if subprocess.run([*space, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to make a network of its own")
    ran = subprocess.run(
        [*space, *command("network_namespace", job, str(folder), *words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return Told(**json.loads(ran.stdout))


def ip(*words: str) -> None:
    """Run ``ip``."""
    subprocess.run(["ip", *words], check=True)


def connect_to_nowhere() -> None:
    """A line that leads out, with no host at its other end."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "out", "type", "veth", "peer", "name", "far")
    ip("link", "set", "out", "up")
    ip("link", "set", "far", "up")
    ip("addr", "add", "198.51.100.1/24", "dev", "out")
    ip("route", "add", "default", "via", "198.51.100.254")


def tell(url: str, content: bytes, folder: Path, **options: object) -> Told:
    """Fetch and say how it went."""
    began, reasons = time.monotonic(), list[str]()
    watch = options.pop("watch", None)

    def progress(value: TransferProgress) -> None:
        if value.reason and value.reason not in reasons:
            reasons.append(value.reason)
        if callable(watch):
            watch(value)

    wanted = msgspec.structs.replace(QUICK, **options)
    try:
        result = get(url, expect(content), folder, options=wanted, progress=progress)
    except CompanionError as error:
        return Told(error.code, False, len(content), 0, 0, time.monotonic() - began, reasons)
    right = result.path.read_bytes() == content
    seconds = time.monotonic() - began
    return Told("ok", right, len(content), result.bytes_fetched, result.retries, seconds, reasons)


def moved(folder: Path, hangs: str) -> Told:
    """A worker that hangs, or a wait, of ten minutes; then the computer gets another address."""
    connect_to_nowhere()
    content, moves = random.Random(7).randbytes(8 * MIB), list[int]()

    def script(request: Request) -> Reply | None:
        if request.number:
            return None
        if hangs == "wait":
            return Reply("503 Service Unavailable")
        return replace(serve_range(request, content), stall_after=3 * MIB)

    def watch(value: TransferProgress) -> None:
        if not moves and (value.done == 3 * MIB if hangs == "worker" else value.state == "waiting"):
            moves.append(1)
            ip("addr", "add", "203.0.113.1/24", "dev", "out")
            ip("route", "replace", "default", "via", "203.0.113.254")

    with FaultyServer(content, script) as server:
        return tell(server.url(), content, folder, watch=watch, patience=600.0, first_wait=600.0)


def black_hole(folder: Path, which: str) -> Told:
    """A store with a dead IPv6 address, and a good IPv4 one unless it is all ``dead``."""
    connect_to_nowhere()
    ip("-6", "addr", "add", "2001:db8:1::1/64", "dev", "out", "nodad")
    ip("-6", "neigh", "add", SILENT, "lladdr", "02:00:00:00:00:09", "dev", "out", "nud", "permanent")
    hosts = folder / "hosts"
    hosts.write_text(f"{SILENT} shop.test\n" + ("127.0.0.1 shop.test\n" if which == "alive" else ""))
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
    content = random.Random(7).randbytes(8 * MIB)
    authority = Authority("Trusted", folder)
    os.environ["SSL_CERT_FILE"] = str(authority.file)
    with FaultyServer(content, context=authority.context("shop.test"), host="shop.test") as server:
        first = socket.getaddrinfo("shop.test", server.port, type=socket.SOCK_STREAM)[0]
        assert first[4][0] == SILENT, first
        with socket.socket(socket.AF_INET6) as probe:
            probe.settimeout(0.5)
            try:
                probe.connect((SILENT, server.port))
            except TimeoutError:
                alive = which == "alive"
                seconds, retries = (60.0, 3) if alive else (1.0, 0)
                return tell(
                    server.url(), content, folder / "to", connect_seconds=seconds, most_retries=retries, patience=90.0
                )
        raise AssertionError("there was an answer")


if __name__ == "__main__":
    job = {"moved": moved, "black-hole": black_hole}[sys.argv[1]]
    json.dump(dataclasses.asdict(job(Path(sys.argv[2]), *sys.argv[3:])), sys.stdout)
