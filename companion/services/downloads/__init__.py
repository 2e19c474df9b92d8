"""Downloads that resume, prove themselves, and say why when they cannot."""

from companion.domain.transfers.models import (
    Expected,
    Location,
    Options,
    Repaired,
    TransferProgress,
    Transferred,
    TransferState,
    Unfinished,
    Verified,
)
from companion.domain.transfers.queue import QueueEntry, Trouble
from companion.services.downloads.checking import verify
from companion.services.downloads.engine import discard, fetch, unfinished
from companion.services.downloads.queue import Queue, QueueItem, QueueStore
from companion.services.downloads.repairing import repair
from companion.services.downloads.transport import Source, fixed_source

__all__ = [
    "Expected",
    "Location",
    "Options",
    "Queue",
    "QueueEntry",
    "QueueItem",
    "QueueStore",
    "Repaired",
    "Source",
    "TransferProgress",
    "TransferState",
    "Transferred",
    "Trouble",
    "Unfinished",
    "Verified",
    "discard",
    "fetch",
    "fixed_source",
    "repair",
    "unfinished",
    "verify",
]
