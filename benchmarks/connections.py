"""Ten thousand connections of the client's own HTTP layer to nginx on loopback, each answered 304.

Run with ``python -m benchmarks.connections [--clients N] [--processes N]``; it needs nginx and a limit of open files
above the number of clients. Each client is a `StoreClient` of its own with one connection that stays open. It prints
connections, errors, requests a second and memory for a client, and ends with 1 when a call failed, a connection was
opened twice or an answer was not 304.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.figures import Figure, NotMeasuredError
from companion.services.app.resources import resource as packaged
from companion.services.store.calls.client import StoreClient

ROUNDS = 2
CONF = """
worker_processes 1; daemon off; pid {root}/pid; error_log {root}/errors; worker_rlimit_nofile {files};
events {{ worker_connections {files}; }}
http {{
    access_log off; keepalive_timeout 3600s; keepalive_requests 1000000;
    client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        default_type application/json;
        root {root};
        location = /status {{ stub_status; }}
    }}
}}
"""


class Share(NamedTuple):
    """What the clients of one process did: answers of 304, calls that failed, seconds of the last round, memory."""

    unchanged: int
    failed: int
    seconds: float
    memory: int


def work(url: str, etag: str | None, clients: int, together: Barrier, done: Queue[Share]) -> None:
    """Make this many clients and have each ask in every round; their connections stay open until all are done."""
    process = psutil.Process()
    with closing(StoreClient(url)) as warm:  # Loads the libraries, which belong to no client.
        warm.profile(etag)
    before = process.memory_info().rss
    all_clients = [StoreClient(url) for _ in range(clients)]
    unchanged = failed = 0
    seconds = 0.0
    for _ in range(ROUNDS):
        together.wait()
        begun = time.perf_counter()
        for client in all_clients:
            try:
                unchanged += client.profile(etag) is None
            except Exception as error:  # noqa: BLE001 - counted
                failed += 1
                print(repr(error), file=sys.stderr)
        seconds = time.perf_counter() - begun
    memory = process.memory_info().rss - before
    together.wait()
    together.wait()
    for client in all_clients:
        client.close()
    done.put(Share(unchanged, failed, seconds, memory))


@contextmanager
def nginx(root: Path, files: int) -> Iterator[str]:
    """A running nginx with a store's profile, at this address."""
    (root / "v1").mkdir()
    (root / "v1" / "profile").write_bytes(packaged("profiles/larkfield.json").read_bytes())
    root.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    conf = root / "conf"
    conf.write_text(CONF.format(root=root, files=files, port=port))
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        raise NotMeasuredError("please install nginx first")
    with subprocess.Popen([program, "-c", str(conf), "-e", str(root / "errors")]) as running:
        try:
            while not reachable(port):
                if running.poll() is not None:
                    sys.exit("nginx did not start")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


def reachable(port: int) -> bool:
    """Whether something listens at a port of this computer."""
    with socket.socket() as link:
        link.settimeout(1)
        return link.connect_ex(("127.0.0.1", port)) == 0


def server_status(url: str) -> tuple[int, int]:
    """Returns the connections that nginx has open, and those it has accepted since its start."""
    import requests

    words = requests.get(f"{url}/status", timeout=10).text.split()
    return int(words[2]), int(words[7])


class Found(NamedTuple):
    """What all clients did: connections open and accepted in all, answers of 304, failures, requests a second, KiB."""

    clients: int
    opened: int
    accepted: int
    unchanged: int
    failed: int
    rate: float
    memory: float

    @property
    def wrong(self) -> int:
        """Calls that failed, answers that were not 304, and connections too many or too few."""
        return self.failed + ROUNDS * self.clients - self.unchanged + abs(self.opened - 1 - self.clients)


def measure(clients: int, processes: int) -> Found:
    """Returns what that many clients did. Raises `NotMeasuredError` without nginx or with too few open files."""
    files = clients + 1000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise NotMeasuredError(f"this system allows {hard:,} open files, {files:,} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))
    each = clients // processes
    context = multiprocessing.get_context("spawn")
    together, done = context.Barrier(processes + 1), context.Queue()
    with tempfile.TemporaryDirectory() as folder, nginx(Path(folder), files) as url:
        with closing(StoreClient(url)) as first:
            fresh = first.profile()
            etag = fresh.etag if fresh is not None else None
        workers = [context.Process(target=work, args=(url, etag, each, together, done)) for _ in range(processes)]
        for worker in workers:
            worker.start()
        for _ in range(ROUNDS):
            together.wait()
        together.wait()
        opened, accepted = server_status(url)
        together.wait()
        shares = [done.get() for _ in workers]
        for worker in workers:
            worker.join()
    return Found(
        clients=each * processes,
        opened=opened,
        accepted=accepted,
        unchanged=sum(share.unchanged for share in shares),
        failed=sum(share.failed for share in shares),
        rate=each * processes / max(share.seconds for share in shares),
        memory=sum(share.memory for share in shares) / (each * processes) / 1024,
    )


def figures(clients: int = 2000, processes: int = 2) -> list[Figure]:
    """Returns the figures of that many clients, each with a connection of its own."""
    found = measure(clients, processes)
    return [
        Figure(f"{found.clients:,} connections: what went wrong", found.wrong, "", 0),
        Figure("requests a second, to one nginx", found.rate, "/s"),
        Figure("memory of one client and its connection", found.memory, "KiB"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=4)
    asked = parser.parse_args()
    try:
        found = measure(asked.clients, asked.processes)
    except NotMeasuredError as why:
        sys.exit(str(why))
    print(f"{found.clients:,} clients in {asked.processes} processes: {found.opened - 1:,} connections open, ", end="")
    print(f"{found.failed} errors")
    print(
        f"  {found.unchanged:,} answers of 304 in {ROUNDS} rounds, {found.rate:,.0f} requests a second in the last one"
    )
    print(f"  {found.memory:.0f} KiB of memory for a client")
    print("the goal is met" if not found.wrong else f"the goal is missed ({found.accepted:,} connections accepted)")
    return int(found.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
