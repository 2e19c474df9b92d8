"""What a build knows of where its updates come from, and what a signed release says of itself."""

from __future__ import annotations

import enum
import re
from typing import Annotated

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Count, Instant, Model
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode
from companion.domain.core.words.error_words import failure

MOST_RELEASE_BYTES = 64 * 1024
"""Of the file that describes a release."""
MOST_PROGRAM_BYTES = 512 * 1024 * 1024
"""Of the program itself: several times what it has ever been."""
_VERSION = re.compile(r"\d{1,4}(\.\d{1,6}){1,3}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}


class UpdateSource(Model, frozen=True):
    """Where a build's updates come from: the address that ``metadata/`` and ``targets/`` lie below.

    The root metadata that everything there is trusted by lies beside it, in a file of its own.
    """

    address: Annotated[str, msgspec.Meta(max_length=2000)]


class Release(Model, frozen=True):
    """One version for one system; `file` is the target that holds it, `notes` say what is new, one sentence each."""

    version: Annotated[str, msgspec.Meta(max_length=40)]
    file: Annotated[str, msgspec.Meta(max_length=100)]
    notes: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=500)], ...], msgspec.Meta(max_length=30)] = ()
    published_at: Instant | None = None


class FoundRelease(Model, frozen=True):
    """A release with what its file must be: size in bytes and SHA-256 digest, as signed."""

    release: Release
    size: Count
    sha256: str


class InstallKind(enum.StrEnum):
    """How this program came onto the PC, which decides how a new version gets there."""

    SETUP = "setup"
    """By the Windows installer, which also puts a new version into place."""
    FOLDER = "folder"
    """Unpacked folders on Linux, ``versions/1.2.3`` with a link ``current``."""
    SOURCE = "source"
    PACKAGE = "package"
    OTHER = "other"
    """A built program in a place that was chosen by hand."""

    @property
    def can_update(self) -> bool:
        """Whether the program can put a new version into its place by itself."""
        return self in (InstallKind.SETUP, InstallKind.FOLDER)


def describing_file(platform: Platform, machine: str) -> str:
    """Returns the name of the target that describes the newest release for a kind of PC."""
    plain = machine.strip().lower()
    return f"{platform.value}-{_ARCHITECTURES.get(plain, plain) or 'unknown'}.json"


def read_release(content: bytes) -> Release:
    """Returns the release that a signed target describes. Raises `CompanionError` ``update-not-trusted``.

    Signed is not yet sensible: names that lead out of a folder and versions that cannot be compared are refused.
    """
    try:
        found = decode(content, Release, source="the update server")
    except CompanionError:
        raise _senseless("The description of the new version cannot be read.") from None
    if not _VERSION.fullmatch(found.version):
        raise _senseless("The new version has no number that can be compared.")
    if not _FILE_NAME.fullmatch(found.file):
        raise _senseless("The name of the new version's file is not one.")
    return found


def _senseless(message: str) -> CompanionError:
    return failure(ErrorCode.UPDATE_NOT_TRUSTED, message=f"{message} Nothing was changed.")
