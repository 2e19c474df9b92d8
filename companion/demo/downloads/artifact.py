"""The file customers download: a small script that installs, and seeded bytes up to the wanted size."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from companion.demo.database import Database
from companion.demo.downloads.installers import blocking_names, script
from companion.domain.core.model import Model
from companion.domain.core.platform import Platform, Sha256
from companion.domain.core.serialization import decode, encode
from companion.domain.store.profile import Profile

PRODUCT = "Lantern Protect"
VERSION = "26.1.4"
PIECE_LENGTH = 4 * 1024 * 1024
LEAST_SIZE = 16 * 1024
"""The smallest artifact: the script needs its place."""
_BLOCK = 1024 * 1024
_FILENAMES = {
    Platform.WINDOWS: f"LanternProtect-{VERSION}-Setup.cmd",
    Platform.MACOS: f"LanternProtect-{VERSION}-Setup.command",
    Platform.LINUX: f"LanternProtect-{VERSION}-Setup.run",
}


class Artifact(Model, frozen=True):
    """The file as it lies in the store's folder; `recipe` names what it was made from."""

    id: str
    filename: str
    platform: Platform
    size: int
    sha256: Sha256
    piece_sha256: tuple[Sha256, ...]
    recipe: Sha256


def artifact_id(platform: Platform) -> str:
    """The name of the artifact for a system."""
    return f"lantern-protect-{platform.value}"


def ready_artifact(folder: Path, database: Database, profile: Profile, platform: Platform, size: int) -> Artifact:
    """The artifact for a system: the one already there if it was made from the same things, else a new one.

    Raises `ValueError` when `size` (bytes) is less than `LEAST_SIZE`.
    """
    if size < LEAST_SIZE:
        raise ValueError(f"an artifact has at least {LEAST_SIZE} bytes")
    names = blocking_names(profile, platform)
    head = script(platform, product=PRODUCT, version=VERSION, names=names, size=size)
    recipe = hashlib.sha256(head).hexdigest()
    name = artifact_id(platform)
    path = folder / _FILENAMES[platform]
    with database.transaction() as connection:
        row = connection.execute("SELECT document FROM artifacts WHERE id = ?", (name,)).fetchone()
    if row is not None:
        known = decode(bytes(row[0]), Artifact, source="the store's own file")
        if known.recipe == recipe and path.is_file() and path.stat().st_size == size:
            return known
    made = _made(
        path,
        head,
        size,
        Artifact(
            id=name,
            filename=path.name,
            platform=platform,
            size=size,
            sha256="0" * 64,
            piece_sha256=(),
            recipe=recipe,
        ),
    )
    with database.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO artifacts VALUES (?, ?)", (name, encode(made)))
    return made


def _made(path: Path, head: bytes, size: int, plan: Artifact) -> Artifact:
    """Write the file block by block, computing its digests, and put it in place whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole, piece, pieces, written = hashlib.sha256(), hashlib.sha256(), list[str](), 0
    # Digested while it is written, and the store does not know the services: so it does not use their writer.
    partial = path.with_name(path.name + ".new")
    with partial.open("wb") as file:
        while written < size:
            start = written % _BLOCK
            block = (head + _seeded(0)[len(head) :] if written == 0 else _seeded(written // _BLOCK))[start:]
            block = block[: size - written]
            file.write(block)
            whole.update(block)
            piece.update(block)
            written += len(block)
            if written % PIECE_LENGTH == 0 or written == size:
                pieces.append(piece.hexdigest())
                piece = hashlib.sha256()
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(0o755)
    partial.replace(path)
    return Artifact(
        id=plan.id,
        filename=plan.filename,
        platform=plan.platform,
        size=size,
        sha256=whole.hexdigest(),
        piece_sha256=tuple(pieces),
        recipe=plan.recipe,
    )


def _seeded(number: int) -> bytes:
    """One block of payload: the same each time, different from every other block, not to be compressed."""
    return hashlib.shake_128(f"{PRODUCT} {VERSION} block {number}".encode()).digest(_BLOCK)


def probe_bytes(size: int) -> bytes:
    """The fixed file behind the path check."""
    return hashlib.shake_128(b"larkfield probe").digest(size)
