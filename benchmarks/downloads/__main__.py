"""Compares ``companion fetch`` and ``verify`` with curl, wget, aria2 and openssl: ``python -m benchmarks.downloads``.

Needs nginx, curl, wget, aria2 and openssl from the distribution; shaped lines need root, gcc and iproute2 too and are
left out otherwise, which is said. Runs are interleaved; the figures are medians. The memory shown for the others is at
least this program's own, from which they are started.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.downloads.cutting import CuttingServer
from benchmarks.figures import Figure, NotMeasuredError

ROOT = Path(__file__).resolve().parents[2]
LINK = ROOT / "benchmarks" / "linklab" / "link.sh"
PIECE = 4 * 1024 * 1024
NGINX_PROGRAM = "/usr/sbin/nginx"
NGINX = """
daemon off; pid {dir}/pid; error_log {dir}/error.log; worker_processes 1; events {{}}
http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2;
fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
server {{ listen {address}; root {dir}/www; {more} }} }}
"""
ENCRYPTED = """
listen {address} ssl; ssl_protocols TLSv1.2 TLSv1.3;
ssl_certificate {dir}/certificate.pem; ssl_certificate_key {dir}/key.pem;
"""


@dataclass
class Runs:
    """What one way of doing a job took."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def wall(self) -> float:
        return statistics.median(self.seconds)


def free_port() -> int:
    """Returns a port that nothing uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


class Lab:
    """A folder, a server in it, and the commands to compare."""

    def __init__(self, folder: Path, megabytes: int, only: frozenset[str] = frozenset()) -> None:
        """Of all ways to compare, `only` those of these names, or all."""
        self._only = only
        self.folder, self.www, self.to = folder, folder / "www", folder / "to"
        self.www.mkdir()
        self.file = self.www / "big.bin"
        plain, encrypted = free_port(), free_port()
        self.url, self.secure_url = f"http://127.0.0.1:{plain}/big.bin", f"https://127.0.0.1:{encrypted}/big.bin"
        self._write(megabytes)
        self.certificate = folder / "certificate.pem"
        self._certify()
        more = ENCRYPTED.format(address=f"127.0.0.1:{encrypted}", dir=folder)
        self._server = self.serve(f"127.0.0.1:{plain}", [], more)

    def _write(self, megabytes: int) -> None:
        whole, pieces = hashlib.sha256(), []
        with self.file.open("wb") as file:
            for _ in range(megabytes * 1024 * 1024 // PIECE):
                block = os.urandom(PIECE)
                file.write(block)
                whole.update(block)
                pieces.append(hashlib.sha256(block).hexdigest())
        self.sha256 = whole.hexdigest()
        self.pieces = self.folder / "pieces.json"
        self.pieces.write_text(json.dumps({"length": PIECE, "sha256": pieces}))
        hashes = "".join(f"<hash>{digest}</hash>" for digest in pieces)
        self.metalink = self.folder / "big.meta4"
        self.metalink.write_text(
            '<?xml version="1.0"?><metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="big.bin">'
            f"<size>{self.file.stat().st_size}</size><hash type='sha-256'>{self.sha256}</hash>"
            f"<pieces length='{PIECE}' type='sha-256'>{hashes}</pieces>"
            f"<url>{self.url}</url></file></metalink>"
        )

    def _certify(self) -> None:
        """A certificate for this machine, which commands trust through ``SSL_CERT_FILE``."""
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
        files = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        names = ["-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run([*words, *files, *names], check=True, stderr=subprocess.DEVNULL)

    def serve(self, address: str, prefix: list[str], more: str = "") -> subprocess.Popen[bytes]:
        conf = self.folder / f"{address.replace(':', '-')}.conf"
        conf.write_text(NGINX.format(dir=self.folder, address=address, more=more))
        server = subprocess.Popen([*prefix, NGINX_PROGRAM, "-c", str(conf)], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        return server

    def close(self) -> None:
        self._server.terminate()
        self._server.wait()

    def empty(self) -> None:
        """Empty the folder, and touch more memory than a file of this size needs.

        In a virtual machine free memory goes back to the host, and the first one to need it pays seconds for it.
        """
        shutil.rmtree(self.to, ignore_errors=True)
        self.to.mkdir()
        for name in ("touched", "touched too"):
            shutil.copyfile(self.file, self.to / name)
        for path in list(self.to.iterdir()):
            path.unlink()

    def chosen(self, ways: dict[str, list[str]]) -> dict[str, list[str]]:
        """Returns the ways to be compared."""
        return {name: words for name, words in ways.items() if not self._only or name in self._only}

    def companion(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "companion", "--home", str(self.folder / "home"), *words, "--json"]

    def fetch(self, url: str | None = None, *more: str, sha256: str | None = None) -> list[str]:
        digest = ["--sha256", sha256 or self.sha256]
        return self.companion("fetch", url or self.url, "--to", str(self.to), *digest, *more)

    def shell(self, line: str) -> list[str]:
        values = {"url": self.url, "out": self.to / "big.bin", "to": self.to, "meta": self.metalink}
        return ["sh", "-c", line.format(**values)]


def measure(words: list[str], runs: Runs) -> None:
    """Run a command once; its time, processor seconds and peak memory (MB) go into `runs`."""
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)[:200]} ended with {process.returncode}")
    runs.seconds.append(time.perf_counter() - began)
    runs.processor.append(usage.ru_utime + usage.ru_stime)
    runs.memory.append(usage.ru_maxrss / 1024)


def compare(title: str, ways: dict[str, list[str]], rounds: int, prepare: Callable[[], None]) -> dict[str, Runs]:
    """Run all `ways` in turn, `rounds` times, and print medians and their ratio to the first."""
    found = {name: Runs() for name in ways}
    for _ in range(rounds):
        for name, words in ways.items():
            prepare()
            os.sync()  # What was deleted or written before is not to be paid for by the next one.
            measure(words, found[name])
    base = next(iter(found.values())).wall()
    print(f"\n{title}\n  {'':44}{'seconds':>9}{'ratio':>7}{'CPU s':>7}{'MB':>6}")
    for name, runs in found.items():
        processor, memory = statistics.median(runs.processor), max(runs.memory)
        print(f"  {name:44}{runs.wall():9.2f}{runs.wall() / base:7.2f}{processor:7.2f}{memory:6.0f}")
    return found


def compare_whole(lab: Lab, rounds: int) -> dict[str, Runs]:
    ways = {
        "curl": lab.shell("curl -s -o {out} {url}"),
        "curl && openssl dgst -sha256": lab.shell("curl -s -o {out} {url} && openssl dgst -sha256 {out}"),
        "curl && sha256sum": lab.shell("curl -s -o {out} {url} && sha256sum {out}"),
        "wget": lab.shell("wget -q -O {out} {url}"),
        "aria2c": lab.shell("aria2c -q -d {to} -o big.bin {url}"),
        "aria2c --checksum": lab.shell(f"aria2c -q -d {{to}} -o big.bin --checksum=sha-256={lab.sha256} {{url}}"),
        "companion fetch --sha256": lab.fetch(),
    }
    return compare("The whole file", lab.chosen(ways), rounds, lab.empty)


def compare_encrypted(lab: Lab, rounds: int) -> dict[str, Runs]:
    url, trust = lab.secure_url, ["env", f"SSL_CERT_FILE={lab.certificate}"]
    curl = f"curl -s --cacert {lab.certificate} -o {{out}} {url}"
    ways = {
        "curl": lab.shell(curl),
        "curl && openssl dgst -sha256": lab.shell(f"{curl} && openssl dgst -sha256 {{out}}"),
        "companion fetch --sha256": [*trust, *lab.fetch(url)],
    }
    return compare("The whole file over HTTPS", lab.chosen(ways), rounds, lab.empty)


def compare_resume(lab: Lab, rounds: int) -> dict[str, Runs]:
    half = lab.file.stat().st_size // 2
    left = lab.folder / "left"
    leave_half(lab, left, half)

    def half_there() -> None:
        lab.empty()
        for path in left.iterdir():
            shutil.copyfile(path, lab.to / path.name)
        shutil.copyfile(lab.to / "big.bin.part", lab.to / "big.bin")
        os.truncate(lab.to / "big.bin", half)

    ours = ["sh", "-c", 'rm -f "$0"; exec "$@"', str(lab.to / "big.bin"), *lab.fetch()]
    ways = {
        "curl -C - && openssl dgst -sha256": lab.shell("curl -s -C - -o {out} {url} && openssl dgst -sha256 {out}"),
        "curl -C - && sha256sum": lab.shell("curl -s -C - -o {out} {url} && sha256sum {out}"),
        "companion fetch --sha256": ours,
    }
    return compare("Half of it is there", lab.chosen(ways), rounds, half_there)


def leave_half(lab: Lab, left: Path, half: int) -> None:
    """Stop a fetch by a signal once half of the file is there."""
    lab.empty()
    process = subprocess.Popen(
        lab.fetch(None, "--limit-rate", str(half)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    part = lab.to / "big.bin.part"
    while not part.exists() or part.stat().st_size < half:
        time.sleep(0.01)
    process.send_signal(2)
    process.wait()
    shutil.copytree(lab.to, left)


def compare_repair(lab: Lab, rounds: int) -> dict[str, Runs]:
    def damage() -> None:
        lab.empty()
        shutil.copyfile(lab.file, lab.to / "big.bin")
        with (lab.to / "big.bin").open("r+b") as file:
            file.seek(lab.file.stat().st_size // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))

    words = ["--pieces", str(lab.pieces), "--repair", lab.url]
    by_pieces = lab.companion("verify", str(lab.to / "big.bin"), *words)
    ways = {
        "aria2c -V with a Metalink": lab.shell("aria2c -q -V --allow-overwrite=true -d {to} {meta}"),
        "companion verify --repair --pieces": by_pieces,
        "companion verify --repair --pieces --sha256": [*by_pieces, "--sha256", lab.sha256],
    }
    return compare("One byte of it is flipped", lab.chosen(ways), rounds, damage)


def compare_cut(lab: Lab, rounds: int) -> None:
    server = CuttingServer(lab.file, PIECE)
    whole, cut, sent = Runs(), Runs(), []
    try:
        for _ in range(rounds):
            lab.empty()
            measure(lab.fetch(f"{server.url}/whole/big.bin"), whole)
            lab.empty()
            before = server.sent
            measure(lab.fetch(f"{server.url}/cut/big.bin"), cut)
            sent.append(server.sent - before)
    finally:
        server.close()
    print("\nThe connection breaks every 4 MiB, for ever")
    print(f"  never cut {whole.wall():.2f} s, cut {cut.wall():.2f} s: {cut.wall() / whole.wall():.2f} times the time,")
    print(f"  {statistics.median(sent) / lab.file.stat().st_size:.3f} times the bytes")


def compare_memory(lab: Lab) -> None:
    print("\nPeak memory of companion fetch")
    for name, size in (("64 MiB", 64 << 20), ("8 GiB, sparse", 8 << 30)):
        if shutil.disk_usage(lab.folder).free < size + (1 << 30):
            print(f"  {name}: left out, there is no room for it")
            continue
        sparse = lab.www / "sparse.bin"
        with sparse.open("wb") as file:
            file.truncate(size)
        digest = hashlib.sha256()
        for _ in range(size >> 20):
            digest.update(bytes(1 << 20))
        runs = Runs()
        lab.empty()
        measure(lab.fetch(lab.url.replace("big", "sparse"), sha256=digest.hexdigest()), runs)
        print(f"  {name:20}{runs.memory[0]:6.1f} MB")
        lab.empty()
        sparse.unlink()


def compare_lines(lab: Lab, rounds: int) -> None:
    if os.geteuid() or not shutil.which("gcc") or not shutil.which("ip"):
        print("\nShaped lines: left out, they need root, gcc and iproute2")
        return
    for title, line, size in (
        ("200 Mbit/s, 30 ms, 0.1 % loss", ["200", "15", "0.1", "50"], 100_000_000),
        ("50 Mbit/s, 100 ms, no loss", ["50", "50", "0", "100"], 50_000_000),
    ):
        part = lab.www / "line.bin"
        with lab.file.open("rb") as file:
            part.write_bytes(file.read(size))
        digest = hashlib.sha256(part.read_bytes()).hexdigest()
        subprocess.run([str(LINK), "up", *line, "cubic"], check=True)
        try:
            server = lab.serve("127.77.0.1:8080", ["ip", "netns", "exec", "companion-server"])
            url, inside = "http://127.77.0.1:8080/line.bin", ["ip", "netns", "exec", "companion-client"]
            ways = {
                "curl": [*inside, "curl", "-s", "-o", str(lab.to / "c"), url],
                "aria2c -x8": [*inside, "aria2c", "-q", "-x8", "-s8", "-k1M", "-d", str(lab.to), "-o", "a", url],
                "companion fetch --connections 8": [*inside, *lab.fetch(url, "--connections", "8", sha256=digest)],
            }
            compare(title, ways, rounds, lab.empty)
            server.terminate()
            server.wait()
        finally:
            subprocess.run([str(LINK), "down"], check=True, stderr=subprocess.DEVNULL)


GOALS: dict[str, tuple[Callable[[Lab, int], dict[str, Runs]], str, tuple[tuple[str, float], ...]]] = {
    "whole": (
        compare_whole, "companion fetch --sha256", (("curl && openssl dgst -sha256", 0.65), ("curl", 1.25)),
    ),
    "HTTPS": (
        compare_encrypted, "companion fetch --sha256", (("curl && openssl dgst -sha256", 0.9), ("curl", 1.6)),
    ),
    "half there": (compare_resume, "companion fetch --sha256", (("curl -C - && openssl dgst -sha256", 0.75),)),
    "repaired": (compare_repair, "companion verify --repair --pieces", (("aria2c -V with a Metalink", 0.5),)),
}  # fmt: skip
"""What is compared, which way is ours, and what it may take to which others."""


_ROOM = 6
"""How often the file has to fit into memory."""


def figures(megabytes: int = 1024, rounds: int = 1) -> list[Figure]:
    """Returns what downloads take to the programs people use instead. Raises `NotMeasuredError`."""
    require_programs()
    memory = Path("/dev/shm")
    if not memory.is_dir() or shutil.disk_usage(memory).free < _ROOM * megabytes * 2**20:
        raise NotMeasuredError(f"{_ROOM * megabytes:,} MiB are needed in {memory}")
    only = frozenset(name for _, ours, goals in GOALS.values() for name in (ours, *(other for other, _ in goals)))
    made = []
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        Path(folder).chmod(0o755)
        lab = Lab(Path(folder), megabytes, only)
        try:
            for title, (work, ours, goals) in GOALS.items():
                found = work(lab, rounds)
                for other, most in goals:
                    ratio = found[ours].wall() / found[other].wall()
                    made.append(Figure(f"{megabytes} MiB, {title}, to {other}", ratio, "×", most))
        finally:
            lab.close()
    return made


def require_programs() -> None:
    """Raise `NotMeasuredError` where one of those that downloads are compared with is missing."""
    missing = [name for name in ("curl", "wget", "aria2c", "openssl", NGINX_PROGRAM) if shutil.which(name) is None]
    if missing:
        raise NotMeasuredError(f"please install {', '.join(missing)} first")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"), help="where to work; memory unless told")
    parser.add_argument(
        "--only", nargs="*", default=["whole", "encrypted", "resume", "repair", "cut", "memory", "lines"]
    )
    asked = parser.parse_args()
    try:
        require_programs()
    except NotMeasuredError as why:
        sys.exit(str(why))
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        Path(folder).chmod(0o755)
        lab = Lab(Path(folder), asked.megabytes)
        jobs: dict[str, Callable[[], object]] = {
            "whole": lambda: compare_whole(lab, asked.rounds),
            "encrypted": lambda: compare_encrypted(lab, asked.rounds),
            "resume": lambda: compare_resume(lab, asked.rounds),
            "repair": lambda: compare_repair(lab, asked.rounds),
            "cut": lambda: compare_cut(lab, asked.rounds),
            "memory": lambda: compare_memory(lab),
            "lines": lambda: compare_lines(lab, max(1, asked.rounds // 2 + 1)),
        }
        try:
            for name in asked.only:
                jobs[name]()
        finally:
            lab.close()


if __name__ == "__main__":
    main()
