"""The operating system the app runs on; only its package is imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from companion.domain.core.platform import Platform

if TYPE_CHECKING:
    from companion.services.platforms.protocol import PlatformServices, ToastSystem


def this_platform() -> Platform:
    """Returns the system that this is: the project's only look at ``sys.platform``."""
    return {"win32": Platform.WINDOWS, "darwin": Platform.MACOS}.get(sys.platform, Platform.LINUX)


def be_known_to_the_desktop() -> None:
    """Gives this process the identity of the installed program, where the system's desktop knows programs by one."""
    if this_platform() is Platform.WINDOWS:
        from companion.services.platforms.windows import toasts

        toasts.be_known_to_the_desktop()


def return_freed_memory() -> None:
    """Returns memory that this process has freed to the system, where its C library does not do so by itself."""
    if this_platform() is Platform.LINUX:
        from companion.services.platforms.linux import memory

        memory.return_freed_memory()


def toast_system() -> ToastSystem | None:
    """Returns the system's own notices with buttons that come back as links; None where it has none of that kind."""
    if this_platform() is not Platform.WINDOWS:
        return None
    from companion.services.platforms.windows.toasts import WindowsToasts

    return WindowsToasts()


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
