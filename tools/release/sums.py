"""Digests of files, in the form that ``sha256sum --check`` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

SUMS = "SHA256SUMS"


def digest_of(file: Path) -> str:
    """Returns the SHA-256 digest of a file in hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write_sums(folder: Path, files: Iterable[Path]) -> Path:
    """Write the digests of files that are directly in `folder` to SHA256SUMS beside them; returns that file."""
    target = folder / SUMS
    target.write_text("".join(f"{digest_of(file)} *{file.name}\n" for file in files), encoding="utf-8")
    return target
