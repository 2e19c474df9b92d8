"""The operating systems that are told apart, and the form of a SHA-256 digest."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hex."""


class Platform(enum.StrEnum):
    """An operating system; `ANY` is what does not depend on one."""

    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    ANY = "any"
    UNKNOWN = "unknown"
