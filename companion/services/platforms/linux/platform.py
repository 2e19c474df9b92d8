"""Linux: processes from /proc, autostart from XDG and systemd, windows from X11."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from companion.domain.core.platform import Platform
from companion.services.platforms.linux.autostart import LinuxAutostart
from companion.services.platforms.linux.processes import LinuxProcesses
from companion.services.platforms.linux.programs import LinuxPrograms
from companion.services.platforms.linux.system import LinuxSystem
from companion.services.platforms.protocol import PlatformServices


def linux(
    environment: Mapping[str, str] | None = None, *, open_pidfd: Callable[[int], int] | None = None
) -> PlatformServices:
    """Returns the services of Linux; `environment` and `open_pidfd` replace the process's and the kernel's own."""
    environment = os.environ if environment is None else environment
    return PlatformServices(
        name=Platform.LINUX,
        processes=LinuxProcesses(environment, open_pidfd or os.pidfd_open),
        system=LinuxSystem(environment),
        autostart=LinuxAutostart(environment),
        programs=LinuxPrograms(environment),
    )
