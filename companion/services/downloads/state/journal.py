"""The journal beside a partial: append-only claims about its bytes, each with its own checksum.

A claim is never believed: resuming checks it against the bytes on disk. So a lost or damaged record costs at
most the bytes it named. One record is a line ``crc32-in-hex JSON``; the checksum also covers the header's random
`generation`, so that records of an older life of the file never count. No URL is in it, only a digest of the URL
without its query.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import threading
import urllib.parse
import zlib
from pathlib import Path

import msgspec

from companion.domain.core.model import Model
from companion.domain.transfers.models import Expected
from companion.services.app.atomic_file import PRIVATE

ENDING = ".journal"
_LARGEST = 64 * 1024 * 1024
CLAIM_EVERY = 512 * 1024
"""Bytes after which what has arrived is claimed anew, so that little is fetched again after the program was killed."""


class Header(Model, frozen=True):
    """What the partial belongs to; `source` identifies the URL, `pieces` the list of piece digests."""

    generation: str
    filename: str
    source: str
    block: int
    size: int | None = None
    sha256: str | None = None
    pieces: str | None = None
    etag: str | None = None
    version: int = 1


class Claim(Model, frozen=True, omit_defaults=True):
    """One claim about bytes `start` … `stop` (exclusive) of the partial.

    `prefix` is the SHA-256 of everything from byte 0 to `stop`; `crc` is the CRC-32 of just these bytes; with neither,
    the publisher's piece digests tell.
    """

    stop: int
    start: int = 0
    prefix: str | None = None
    crc: int | None = None


class JournalContent(Model, frozen=True):
    """A journal as it was found."""

    header: Header
    claims: tuple[Claim, ...]


def identify_source(url: str) -> str:
    """A digest that names the resource at `url`, without its query, which may hold a signature."""
    parts = urllib.parse.urlsplit(url)
    return identify_address(f"{parts.scheme}://{parts.netloc}{parts.path}")


def identify_address(url: str) -> str:
    """A digest that names a fixed address with its query, which is all that tells a shop's links apart."""
    return hashlib.sha256(url.encode(errors="surrogatepass")).hexdigest()[:32]


def identify_pieces(expected: Expected) -> str | None:
    """A digest of the publisher's list of piece digests, or None without one."""
    if expected.pieces is None:
        return None
    return hashlib.sha256(f"{expected.pieces.length} {' '.join(expected.pieces.sha256)}".encode()).hexdigest()[:32]


def new_header(
    filename: str, source: str, expected: Expected, block: int, size: int | None, etag: str | None
) -> Header:
    """The header of a journal that begins now."""
    return Header(
        generation=secrets.token_hex(8),
        filename=filename,
        source=source,
        block=block,
        size=size,
        sha256=expected.sha256,
        pieces=identify_pieces(expected),
        etag=etag,
    )


def read(path: Path) -> JournalContent | None:
    """Read the journal at `path`; None if it is missing or its header is damaged. Damaged claims are left out."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None
    text = _checked(lines[0], "")
    if text is None:
        return None
    try:
        header = msgspec.json.decode(text, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if header.version != 1 or header.block < 1 or (header.size is not None and header.size < 0):
        return None
    claims = []
    for line in lines[1:]:
        text = _checked(line, header.generation)
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            if text is not None:
                claims.append(msgspec.json.decode(text, type=Claim))
    return JournalContent(header=header, claims=tuple(claims))


_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Journal:
    """Writes claims behind each other; safe to use from several threads. Close it when done."""

    def __init__(self, path: Path, header: Header, claims: tuple[Claim, ...] = ()) -> None:
        """Begin the journal anew with `header` and the `claims` that still hold, replacing what was there at once."""
        self.header = header
        self._path = path
        self._lock = threading.Lock()
        self._full = False
        fresh = _beside(path)
        lines = [_line(header, ""), *(_line(claim, header.generation) for claim in claims)]
        with os.fdopen(os.open(fresh, _FRESH, PRIVATE), "wb") as file:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        self._file = path.open("ab", buffering=0)

    def claim(self, claim: Claim) -> None:
        """Append one claim. A full disk is no reason to stop: what is not claimed will be fetched again."""
        with self._lock:
            if self._full or self._file.closed:
                return
            line = _line(claim, self.header.generation)
            try:
                self._full = self._file.write(line) != len(line)
            except OSError:
                self._full = True

    def close(self) -> None:
        """Stop writing."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()


def remove(path: Path) -> None:
    """Remove a journal, and what is left of one that was being begun when the program was killed."""
    for each in (path, _beside(path)):
        each.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _line(record: Model, generation: str) -> bytes:
    text = msgspec.json.encode(record)
    return b"%08x %s\n" % (zlib.crc32(text, zlib.crc32(generation.encode())), text)


def _checked(line: bytes, generation: str) -> bytes | None:
    checksum, _, text = line.partition(b" ")
    return text if checksum == b"%08x" % zlib.crc32(text, zlib.crc32(generation.encode())) else None
