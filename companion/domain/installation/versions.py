"""Versions of a product: which of two is the older one, and what is said before an older one is installed."""

from __future__ import annotations

import re

from companion.domain.core.errors import CompanionError, ErrorCode

_NUMBERS = re.compile(r"[vV]?(\d{1,9}(?:\.\d{1,9}){0,7})(?:[^\d.].*)?", re.DOTALL)
_PLAIN = re.compile(r"[vV]?\d{1,9}(?:\.\d{1,9}){0,7}")


def is_older(version: str, than: str) -> bool:
    """Returns whether `version` is surely older: by its dotted numbers; what has none is not compared."""
    mine, theirs = _numbers(version), _numbers(than)
    if mine is None or theirs is None:
        return False
    length = max(len(mine), len(theirs))
    return mine + [0] * (length - len(mine)) < theirs + [0] * (length - len(theirs))


def is_same(one: str | None, other: str | None) -> bool:
    """Returns whether two versions are surely the same: spelled alike, or of equal numbers ("4.2" and "4.2.0.0")."""
    if one is None or other is None:
        return False
    if one.strip() == other.strip():
        return True
    plain = all(_PLAIN.fullmatch(version.strip()) for version in (one, other))
    return plain and not is_older(one, other) and not is_older(other, one)


def older_version(filename: str, version: str, newest: str) -> CompanionError:
    """Returns the error that asks before an older version is installed."""
    return CompanionError(
        ErrorCode.OLDER_VERSION,
        "This is an older version",
        f"{filename} is version {version}, and version {newest} was installed or offered on this PC before. "
        "An older version may lack repairs of security faults.",
        "Download it again to get the present version, or install the older one if you want exactly that.",
    )


def _numbers(version: str) -> list[int] | None:
    found = _NUMBERS.fullmatch(version.strip())
    return [int(part) for part in found[1].split(".")] if found else None
