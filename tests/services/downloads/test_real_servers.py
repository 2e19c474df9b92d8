"""The servers people really run: fetched, stopped, taken up again, changed under the same address."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.transfers.models import Location, TransferProgress
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.transfer.transport import Source
from tests.kits.downloads import MIB, QUICK, expect, get

pytestmark = pytest.mark.slow

NGINX = """
daemon off; pid {dir}/pid; error_log {dir}/error.log; worker_processes 1; events {{}}
http {{ access_log off; client_body_temp_path {dir}/1; proxy_temp_path {dir}/2; fastcgi_temp_path {dir}/3;
uwsgi_temp_path {dir}/4; scgi_temp_path {dir}/5; server {{ listen 127.0.0.1:{port}; root {root}; }} }}
"""
APACHE = """
ServerName localhost
ServerRoot {dir}
PidFile {dir}/pid
ErrorLog {dir}/error.log
Listen 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DocumentRoot {root}
<Directory {root}>
Require all granted
</Directory>
"""
LIGHTTPD = """
server.document-root = "{root}"
server.port = {port}
server.bind = "127.0.0.1"
server.errorlog = "{dir}/error.log"
server.stat-cache-engine = "disable"
mimetype.assign = ("" => "application/octet-stream")
"""
CADDY = "{{\nadmin off\nauto_https off\n}}\nhttp://127.0.0.1:{port} {{\nroot * {root}\nfile_server\n}}\n"
SERVERS = {
    "nginx": (NGINX, ["nginx", "-c", "{conf}"]),
    "apache2": (APACHE, ["apache2", "-d", "{dir}", "-f", "{conf}", "-DFOREGROUND"]),
    "lighttpd": (LIGHTTPD, ["lighttpd", "-D", "-f", "{conf}"]),
    "caddy": (CADDY, ["caddy", "run", "--adapter", "caddyfile", "--config", "{conf}"]),
}


def digest(content: bytes) -> str:
    """What is compared: a difference between megabytes would take minutes to be described."""
    return hashlib.sha256(content).hexdigest()


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, as some servers' workers run as another user; pytest closes its own ones."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(params=SERVERS)
def site(request: pytest.FixtureRequest, open_folder: Path) -> Iterator[tuple[str, Path]]:
    """A running server: the URL and the path of ``setup.bin``."""
    text, words = SERVERS[request.param]
    words = [program(words[0]), *words[1:]]
    base, root, port = open_folder / "server", open_folder / "root", free_port()
    base.mkdir()
    root.mkdir()
    conf = base / "conf"
    conf.write_text(text.format(dir=base, root=root, port=port))
    env = {**os.environ, "HOME": str(base), "XDG_DATA_HOME": str(base), "XDG_CONFIG_HOME": str(base)}
    process = subprocess.Popen(
        [word.format(conf=conf, dir=base) for word in words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
    )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}/setup.bin", root / "setup.bin"
    finally:
        end(process)


def stop_half_way(url: str | Source, content: bytes, folder: Path, **known: object) -> None:
    cancellation = Cancellation()

    def watch(value: TransferProgress) -> None:
        if value.done > len(content) // 2:
            cancellation.cancel()

    slow = msgspec.structs.replace(QUICK, limit_rate=8 * MIB)
    with pytest.raises(Cancelled):
        get(url, expect(content, **known), folder, options=slow, cancellation=cancellation, progress=watch)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "known", [{}, {"digest": False, "size": False}, {"pieces": MIB}], ids=["sha", "none", "pieces"]
)
def test_goes_on(site: tuple[str, Path], content: bytes, tmp_path: Path, known: dict[str, Any]) -> None:
    url, path = site
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    stop_half_way(url, content, tmp_path / "to", **known)
    result = get(url, expect(content, **known), tmp_path / "to")
    assert digest(result.path.read_bytes()) == digest(content)
    assert result.resumed_from > len(content) // 2
    assert result.bytes_fetched == len(content) - result.resumed_from


def test_changed_under_the_same_address(site: tuple[str, Path], content: bytes, tmp_path: Path) -> None:
    url, path = site
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    stop_half_way(url, content, tmp_path / "to", digest=False, size=False)
    changed = bytes(reversed(content))
    path.write_bytes(changed)
    result = get(url, expect(content, digest=False, size=False), tmp_path / "to")
    assert digest(result.path.read_bytes()) == digest(changed)


@pytest.mark.parametrize("connections", [1, 8])
def test_many_connections(site: tuple[str, Path], content: bytes, tmp_path: Path, connections: int) -> None:
    url, path = site
    large = content * 6
    path.write_bytes(large)
    options = msgspec.structs.replace(QUICK, most_connections=connections)
    arrived = get(url, expect(large), tmp_path / "to", options=options).path.read_bytes()
    assert digest(arrived) == digest(large)


class Bucket:
    """A bucket of an S3-compatible store, through the provider's own client."""

    def __init__(self, port: int) -> None:
        import boto3
        import botocore.config

        self._client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=botocore.config.Config(signature_version="s3v4"),
        )
        self._client.create_bucket(Bucket="shop")
        self.granted = 0

    def put(self, content: bytes) -> None:
        """Have ``setup.bin`` there, in place of what was."""
        self._client.put_object(Bucket="shop", Key="setup.bin", Body=content)

    def grant(self) -> Location:
        """A signed URL."""
        self.granted += 1
        wanted = {"Bucket": "shop", "Key": "setup.bin"}
        return Location(url=self._client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=60))


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield Bucket(port)
    finally:
        end(process)


def test_presigned_urls(bucket: Bucket, content: bytes, tmp_path: Path) -> None:
    bucket.put(content)
    assert "X-Amz-Signature=" in bucket.grant().url
    stop_half_way(bucket, content, tmp_path)
    left = [path.read_text(errors="replace") for path in tmp_path.iterdir()]
    assert len(left) == 2
    assert not [text for text in left if "Signature" in text]
    result = get(bucket, expect(content), tmp_path)
    assert digest(result.path.read_bytes()) == digest(content)
    assert result.resumed_from > len(content) // 2
    assert result.bytes_fetched == len(content) - result.resumed_from


def test_an_object_replaced_meanwhile(bucket: Bucket, content: bytes, tmp_path: Path) -> None:
    """Although this store sends the asked range also when the tag is another one."""
    bucket.put(content)
    stop_half_way(bucket, content, tmp_path / "to", digest=False, size=False)
    stop_half_way(bucket, content, tmp_path / "verified")
    changed = bytes(reversed(content))
    bucket.put(changed)
    result = get(bucket, expect(content, digest=False, size=False), tmp_path / "to")
    assert digest(result.path.read_bytes()) == digest(changed)
    with pytest.raises(CompanionError) as failed:
        get(bucket, expect(content), tmp_path / "verified")
    assert failed.value.code == ErrorCode.CHANGED
    assert not (tmp_path / "verified" / "setup.bin").exists()


def test_python_http_server_knows_no_ranges(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "setup.bin").write_bytes(content)
    port = free_port()
    words = ["-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path / "root")]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        url = f"http://127.0.0.1:{port}/setup.bin"
        assert urllib.request.urlopen(url).headers["ETag"] is None
        stop_half_way(url, content, tmp_path / "to")
        result = get(url, expect(content), tmp_path / "to")
        assert digest(result.path.read_bytes()) == digest(content)
        with pytest.raises(CompanionError):
            get(url + "x", expect(content), tmp_path / "to2")
    finally:
        end(process)
