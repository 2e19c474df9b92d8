"""Where this build's updates come from, and how this copy of the program was installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode_exact
from companion.domain.updates.release import InstallKind, UpdateSource
from companion.services.app.resources import resource
from companion.services.http.addresses import require_safe_url

_SOURCE, _ROOT = "source.json", "root.json"
_VERSIONS, _CURRENT = "versions", "current"


class TrustedSource(NamedTuple):
    """The address of the updates, ending in a slash, and the root metadata that this build trusts from the start."""

    address: str
    root: bytes


class Installation(NamedTuple):
    """How this copy was installed; `base` is the folder that a new version goes into, where there is one."""

    kind: InstallKind
    base: Path | None = None


def built_in_source() -> TrustedSource | None:
    """Returns the source that ``dev.py release`` put into this build; None where none was."""
    try:
        return read_source(resource("update"))
    except FileNotFoundError:
        return None


def read_source(folder: Path) -> TrustedSource | None:
    """Returns the source that a folder describes; None where it is not whole or its address is not safe to use."""
    try:
        source = decode_exact((folder / _SOURCE).read_bytes(), UpdateSource, source="this build")
        root = (folder / _ROOT).read_bytes()
        address = require_safe_url(source.address)
    except (OSError, CompanionError):
        return None
    return TrustedSource(address if address.endswith("/") else f"{address}/", root)


def this_installation(platform: Platform) -> Installation:
    """Returns how the running program was installed."""
    frozen = bool(getattr(sys, "frozen", False))
    return installation_of(Path(sys.executable), Path(__file__), frozen=frozen, platform=platform)


def installation_of(program: Path, module: Path, *, frozen: bool, platform: Platform) -> Installation:
    """Returns how a program was installed: by where it lies, and for one that is not built by where its code lies."""
    if not frozen:
        checkout = (module.parents[3] / "dev.py").exists()
        return Installation(InstallKind.SOURCE if checkout else InstallKind.PACKAGE)
    folder = program.resolve().parent
    if platform is Platform.WINDOWS and folder.name == _CURRENT and (folder.parent / "uninstall.exe").exists():
        return Installation(InstallKind.SETUP, folder.parent)
    base = folder.parent.parent
    if platform is Platform.LINUX and folder.parent.name == _VERSIONS and (base / _CURRENT).is_symlink():
        return Installation(InstallKind.FOLDER, base)
    return Installation(InstallKind.OTHER)
