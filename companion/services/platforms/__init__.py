"""The operating system the app runs on; only its package is imported."""

from __future__ import annotations

import sys

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
]


def current() -> PlatformServices:
    """Returns the services of this system: the project's only look at ``sys.platform``.

    Only the modules of this system are imported, hence the imports inside the function.
    """
    if sys.platform == "win32":
        from companion.services.platforms.windows.platform import windows

        return windows()
    if sys.platform == "darwin":
        from companion.services.platforms.macos.platform import macos

        return macos()
    from companion.services.platforms.linux.platform import linux

    return linux()
