"""The operating system the app runs on; only its package is imported."""

from __future__ import annotations

import sys

from companion.domain.core.platform import Platform
from companion.services.platforms.protocol import (
    AutostartControl,
    HeldEntry,
    Launched,
    PlatformServices,
    ProcessProbe,
    ProgramLauncher,
    SystemProbe,
)

__all__ = [
    "AutostartControl",
    "HeldEntry",
    "Launched",
    "PlatformServices",
    "ProcessProbe",
    "ProgramLauncher",
    "SystemProbe",
    "current",
    "this_platform",
]


def this_platform() -> Platform:
    """Returns the system that this is: the project's only look at ``sys.platform``."""
    return {"win32": Platform.WINDOWS, "darwin": Platform.MACOS}.get(sys.platform, Platform.LINUX)


def current() -> PlatformServices:
    """Returns the services of this system.

    Only the modules of this system are imported, hence the imports inside the function.
    """
    system = this_platform()
    if system is Platform.WINDOWS:
        from companion.services.platforms.windows.platform import windows

        return windows()
    if system is Platform.MACOS:
        from companion.services.platforms.macos.platform import macos

        return macos()
    from companion.services.platforms.linux.platform import linux

    return linux()
