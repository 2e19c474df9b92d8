"""The downloads a person has asked for, in their order: values, and what each request changes."""

from __future__ import annotations

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.transfers.models import TransferState

RESTING = frozenset({TransferState.PAUSED, TransferState.FAILED, TransferState.DONE})


class Trouble(Model, frozen=True):
    """An error as a queue keeps it."""

    code: str
    title: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: CompanionError) -> Trouble:
        """The words of `error`."""
        return cls(code=error.code, title=error.title, message=error.message, hint=error.hint)


class DownloadKey(Model, frozen=True):
    """What identifies a download: an artifact of an order. Either text may hold any character, also a slash."""

    order_number: str
    artifact_id: str


class QueueEntry(Model, frozen=True):
    """One download that was asked for; kept over restarts, so it holds no URL and nothing secret.

    `state` is ``queued``, ``paused``, ``done`` or ``failed`` at rest; a running one is kept as ``queued``.
    """

    key: DownloadKey
    name: str
    folder: str
    state: TransferState = TransferState.QUEUED
    trouble: Trouble | None = None
    path: str | None = None


def next_queued(entries: tuple[QueueEntry, ...], running: frozenset[DownloadKey]) -> QueueEntry | None:
    """The first entry that waits for its turn."""
    return next((each for each in entries if each.state is TransferState.QUEUED and each.key not in running), None)


def with_state(
    entries: tuple[QueueEntry, ...],
    key: DownloadKey,
    state: TransferState,
    *,
    trouble: Trouble | None = None,
    path: str | None = None,
) -> tuple[QueueEntry, ...]:
    """The entries with one of them in another state."""
    return tuple(
        msgspec.structs.replace(each, state=state, trouble=trouble, path=path) if each.key == key else each
        for each in entries
    )


def moved(entries: tuple[QueueEntry, ...], key: DownloadKey, position: int) -> tuple[QueueEntry, ...]:
    """The entries with one of them at another place (0 is the first)."""
    rest = [each for each in entries if each.key != key]
    found = [each for each in entries if each.key == key]
    place = max(0, min(position, len(rest)))
    return (*rest[:place], *found, *rest[place:])


def after_restart(entries: tuple[QueueEntry, ...]) -> tuple[QueueEntry, ...]:
    """Entries as a new start finds them: one that was at work waits for its turn again."""
    return tuple(
        each if each.state in RESTING else msgspec.structs.replace(each, state=TransferState.QUEUED) for each in entries
    )
