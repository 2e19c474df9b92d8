"""An update repository of the tests' own with fresh keys, and the web server that it lies on."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import io
import json
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from securesystemslib.signer import CryptoSigner

from companion.domain.updates.release import InstallKind, describing_file
from companion.services.platforms import current
from companion.services.updates.client import UpdateClient
from companion.services.updates.folders import FolderUpdate, VersionFolders
from companion.services.updates.service import Updates
from companion.services.updates.source import Installation, TrustedSource
from tools.release.keys import Keys
from tools.release.repository import Repository

if TYPE_CHECKING or sys.version_info >= (3, 12):
    import tarfile
else:
    from backports import tarfile

NOW = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
PROGRAM = bytes(range(256)) * 800
DESCRIBING = describing_file(current().name, platform.machine())
"""What describes the newest release for this machine."""


def now() -> dt.datetime:
    """The present moment: the framework compares what expires with the clock of this machine."""
    return dt.datetime.now(dt.UTC)


def fresh_keys() -> Keys:
    """Keys of every role; two for the root."""
    ways = {"root": 2, "targets": 1, "snapshot": 1, "timestamp": 1}
    return {role: [CryptoSigner.generate_ed25519() for _ in range(count)] for role, count in ways.items()}


def release(version: str, file: str | None = None, notes: tuple[str, ...] = ("Faster.",)) -> bytes:
    """The description of a release, as it is signed."""
    described = {"version": version, "file": file or f"companion-{version}.tar.xz", "notes": notes}
    return json.dumps(described).encode()


class Site:
    """A web server with a repository, and what it was asked for; `answer` may answer a request in its own way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = fresh_keys()
        self.asked: list[str] = []
        self.answer: Callable[[SimpleHTTPRequestHandler], bool] = lambda _: False
        handler = functools.partial(_Handler, self, directory=str(folder))
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.repository = Repository(folder, self.keys, now())

    @property
    def address(self) -> str:
        """Where the repository lies."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def source(self) -> TrustedSource:
        """What a program that is built now trusts."""
        return TrustedSource(self.address, self.repository.first_root)

    def offer(self, version: str, program: bytes | Path = PROGRAM) -> None:
        """Publish a release."""
        self.repository.add(f"companion-{version}.tar.xz", program)
        self.repository.add(DESCRIBING, release(version))
        self.repository.publish()

    def again(self, when: dt.datetime | None = None) -> Repository:
        """The repository as the maintainer's next run finds it, with the present `keys`."""
        self.repository = Repository(self.folder, self.keys, when or now())
        return self.repository

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Programs that take no more than they need hang up."""


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, site: Site, *words: object, directory: str) -> None:
        self._site = site
        super().__init__(*words, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._site.asked.append(self.path)
        if not self._site.answer(self):
            super().do_GET()

    def log_message(self, *words: object) -> None:
        pass


@contextlib.contextmanager
def site(folder: Path) -> Iterator[Site]:
    """A site as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Site(folder)
    try:
        yield made
    finally:
        made.close()


def client(source: TrustedSource, folder: Path) -> UpdateClient:
    """A program that keeps what it has seen in `folder`."""
    return UpdateClient(source, folder, DESCRIBING)


def packed(path: Path, version: str, *, works: bool = True) -> Path:
    """An archive of a version, which does not start unless it `works`."""
    told = f"echo Companion {version}" if works else "exit 3"
    content = f"#!/bin/sh\n{told}\n".encode()
    with tarfile.open(path, "w:xz") as made:
        member = tarfile.TarInfo(f"Companion/versions/{version}/companion")
        member.size, member.mode = len(content), 0o755
        made.addfile(member, io.BytesIO(content))
    return path


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive as a person does who gets the program."""
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Site]:
    """A site that offers version 0.2.0."""
    with site(tmp_path / "site") as made:
        made.offer("0.2.0", packed(tmp_path / "0.2.0.tar.xz", "0.2.0"))
        yield made


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The folder of an installed version 0.1.0."""
    made = tmp_path / "Companion"
    (made / "versions").mkdir(parents=True)
    unpack(packed(tmp_path / "0.1.0.tar.xz", "0.1.0"), tmp_path)
    (made / "current").symlink_to("versions/0.1.0")
    return made


class Made:
    """The service of a program in `base`, and what it asked to be started."""

    def __init__(self, base: Path, source: TrustedSource | None, kind: InstallKind = InstallKind.FOLDER) -> None:
        self.launched = self.libraries_put_back = 0
        self.now = NOW
        folders = VersionFolders(base)

        def put(archive: Path, version: str) -> None:
            update = FolderUpdate(folders, lambda: False, lambda _: None, lambda: True, lambda: None)
            update.install(archive, version, "0.1.0")

        self.updates = Updates(
            base.parent / "state/update",
            source,
            Installation(kind, base),
            current(),
            lambda: self.now,
            put,
            self._launch,
            self._put_back_library,
            installed="0.1.0",
        )

    def _launch(self) -> None:
        self.launched += 1

    def _put_back_library(self) -> None:
        self.libraries_put_back += 1


def present_version(base: Path) -> str:
    """What the program in its lasting place says."""
    return subprocess.run([base / "current/companion"], capture_output=True, text=True, check=True).stdout.split()[1]
