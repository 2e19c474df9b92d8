"""macOS: processes from ``ps``, autostart from launch agents, closing through signals."""

from __future__ import annotations

from companion.domain.core.platform import Platform
from companion.services.platforms.macos import autostart, processes, programs, system
from companion.services.platforms.protocol import PlatformServices


def macos() -> PlatformServices:
    """Returns the services of macOS."""
    return PlatformServices(
        name=Platform.MACOS, processes=processes, system=system, autostart=autostart, programs=programs
    )
