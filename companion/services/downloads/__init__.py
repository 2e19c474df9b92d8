"""Downloads that resume, prove themselves, and say why when they cannot."""

from companion.domain.transfers import Expected, Location, Options, Transferred, TransferProgress, TransferState, Unfinished, Verified
from companion.services.downloads.engine import fetch, repair, unfinished, verify
from companion.services.downloads.transport import Source, fixed_source

__all__ = [
    "Expected",
    "Location",
    "Options",
    "Source",
    "TransferProgress",
    "TransferState",
    "Transferred",
    "Unfinished",
    "Verified",
    "fetch",
    "fixed_source",
    "repair",
    "unfinished",
    "verify",
]
