"""Windows 10 and later."""

from __future__ import annotations

from companion.domain.core.platform import Platform
from companion.services.platforms.protocol import PlatformServices
from companion.services.platforms.windows import autostart, processes, programs, system


def windows() -> PlatformServices:
    """Returns the services of Windows."""
    return PlatformServices(
        name=Platform.WINDOWS, processes=processes, system=system, autostart=autostart, programs=programs
    )
