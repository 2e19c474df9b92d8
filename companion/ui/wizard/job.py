"""What the steps of one installation share."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.store.orders import Download, Licence, Order
from companion.domain.store.profile import Profile

if TYPE_CHECKING:
    from companion.services.downloads.order_downloads import Fetched
    from companion.services.installation.workflow import Installed


@dataclasses.dataclass
class Job:
    """One artifact on its way: what was chosen, and what has come of it so far."""

    profile: Profile
    order: Order
    download: Download
    licence: Licence | None
    folder: Path
    fetched: Fetched | None = None
    installed: Installed | None = None
    failures: int = 0
