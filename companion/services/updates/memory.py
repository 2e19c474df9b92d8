"""What is remembered about updates, in a file of its own.

Not in the library: a version that is put back must be able to read it, also where the one that did not come up has
already brought the library into a newer form.
"""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Annotated

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Instant, Model
from companion.domain.core.serialization import decode_exact, encode
from companion.domain.updates.decisions import LookMemory
from companion.domain.updates.release import FoundRelease
from companion.services.app.atomic_file import private_folder, replace_file


class Remembered(Model, frozen=True):
    """`share` spreads the looks of many PCs, `failed_version` did not come up here, `put_off` was declined."""

    enabled: bool = True
    looked_at: Instant | None = None
    failed_at: Instant | None = None
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    found: FoundRelease | None = None
    failed_version: str | None = None
    failure_told: bool = True
    put_off: str | None = None

    @property
    def looks(self) -> LookMemory:
        """When it was looked for updates."""
        return LookMemory(looked_at=self.looked_at, failed_at=self.failed_at)


class UpdateMemory:
    """The file; what cannot be read counts as nothing, and where nothing can be written nothing is remembered."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "memory.json"

    def read(self) -> Remembered:
        """Returns what is remembered."""
        try:
            return decode_exact(self._path.read_bytes(), Remembered, source="this PC")
        except (OSError, CompanionError):
            return Remembered(share=random.random())  # noqa: S311 - it spreads load, and protects nothing

    def change(self, **fields: object) -> Remembered:
        """Remember these fields with the others; returns all of it."""
        changed = msgspec.structs.replace(self.read(), **fields)
        with contextlib.suppress(OSError):
            private_folder(self._path.parent)
            replace_file(self._path, encode(changed))
        return changed
