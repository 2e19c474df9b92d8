"""The operating system the app runs on."""

from __future__ import annotations

import sys

from companion.services.platforms.protocol import HeldEntry, Launched, Platform

__all__ = ["HeldEntry", "Launched", "Platform", "current"]


def current() -> Platform:
    """The implementation for this system: the project's only look at ``sys.platform``."""
    if sys.platform == "win32":
        from companion.services.platforms.windows.platform import Windows

        return Windows()
    if sys.platform == "darwin":
        from companion.services.platforms.macos.platform import MacOS

        return MacOS()
    from companion.services.platforms.linux.platform import Linux

    return Linux()
