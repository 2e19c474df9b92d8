"""What one run of the program works with: the services, built once and handed on."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companion.services.app.paths import Places
    from companion.services.app.time_zone import LocalZone
    from companion.services.downloads.order_downloads import Purchases
    from companion.services.installation.recovery import Aftermath
    from companion.services.installation.workflow import Installations
    from companion.services.pc.checker import Preflight
    from companion.services.pc.device import ThisPC
    from companion.services.pc.program_closer import Closing
    from companion.services.platforms.protocol import Platform
    from companion.services.reminders import Reminders
    from companion.services.storage.database import Library
    from companion.services.store.keychain import Keychain
    from companion.services.store.orders import Orders
    from companion.services.support.help_search import HelpSearch


@dataclasses.dataclass(frozen=True)
class Local:
    """What works without any store: looking at this PC, closing programs on it, and putting back what was changed."""

    places: Places
    clock: Callable[[], dt.datetime]
    zone: dt.tzinfo
    platform: Platform
    preflight: Preflight
    closing: Closing
    aftermath: Aftermath


@dataclasses.dataclass(frozen=True)
class Services:
    """The services of one store and one user. `clock` gives aware UTC times, `zone` is the person's time zone."""

    places: Places
    clock: Callable[[], dt.datetime]
    zone: LocalZone
    platform: Platform
    library: Library
    keychain: Keychain
    orders: Orders
    purchases: Purchases
    reminders: Reminders
    preflight: Preflight
    closing: Closing
    aftermath: Aftermath
    installations: Installations
    this_pc: ThisPC
    help: HelpSearch
    log_file: Path

    def close(self) -> None:
        """Close what is open; nothing may be used afterwards."""
        self.help.close()
        self.library.close()
