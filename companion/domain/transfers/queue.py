"""The queue of downloads: its entries, what a person can ask of one, and what each request changes."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Exact, Model
from companion.domain.transfers.models import TransferState


class DownloadFailure(Model, frozen=True):
    """An error as a queue keeps it."""

    code: str
    title: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: CompanionError) -> DownloadFailure:
        """The words of `error`."""
        return cls(code=error.code, title=error.title, message=error.message, hint=error.hint)


class DownloadKey(Model, frozen=True):
    """What identifies a download: an artifact of an order. Either text may hold any character, also a slash."""

    order_number: Exact
    artifact_id: Exact


class QueueEntry(Model, frozen=True):
    """One download that was asked for; kept over restarts, so it holds no URL and nothing secret.

    `state` is ``queued``, ``paused``, ``done`` or ``failed`` at rest; a running one is kept as ``queued``.
    `working_name` is what the file is called until it has arrived, where the server names it. `verified` says that the
    file that arrived has the digest that was known beforehand.
    """

    key: DownloadKey
    name: str
    folder: Exact
    state: TransferState = TransferState.QUEUED
    trouble: DownloadFailure | None = None
    path: Exact | None = None
    working_name: Exact | None = None
    verified: bool = False


class Request(enum.StrEnum):
    """What a person can ask of a download."""

    ADD = "add"
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    CANCEL = "cancel"


class Phase(enum.StrEnum):
    """Where a download stands: at rest as its entry says, or at work with what shall become of it.

    A download at work ends some time after it was told to stop, and more can be asked of it until then.
    """

    QUEUED = "queued"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    RUNNING = "running"
    PAUSING = "pausing"
    """Told to stop, then paused."""
    REQUEUEING = "requeueing"
    """Told to stop, then queued: it was paused and resumed."""
    CANCELLING = "cancelling"
    """Told to stop, then its partial is deleted and it is removed."""
    REPLACING = "replacing"
    """Told to stop, then its partial is deleted and it is queued: it was cancelled and added again."""
    RESETTING = "resetting"
    """Told to stop, then its partial is deleted and it is paused: cancelled, added again and paused."""


class Outcome(enum.StrEnum):
    """How the work on a download ended."""

    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


DISCARDING = frozenset({Phase.CANCELLING, Phase.REPLACING, Phase.RESETTING})
"""Phases at whose end the partial is deleted: a cancellation is never taken back, only followed by a new start."""
STOPPING = DISCARDING | {Phase.PAUSING, Phase.REQUEUEING}
"""Phases whose work has been told to stop."""

_AGAIN = {
    Phase.PAUSED: Phase.QUEUED,
    Phase.FAILED: Phase.QUEUED,
    Phase.PAUSING: Phase.REQUEUEING,
    Phase.RESETTING: Phase.REPLACING,
}
_TRANSITIONS: Mapping[Request, Mapping[Phase, Phase]] = {
    Request.ADD: {**_AGAIN, Phase.CANCELLING: Phase.REPLACING},
    Request.PAUSE: {
        Phase.QUEUED: Phase.PAUSED,
        Phase.RUNNING: Phase.PAUSING,
        Phase.REQUEUEING: Phase.PAUSING,
        Phase.REPLACING: Phase.RESETTING,
    },
    Request.RESUME: _AGAIN,
    Request.RETRY: {**_AGAIN, Phase.DONE: Phase.QUEUED},
    Request.CANCEL: dict.fromkeys(Phase, Phase.CANCELLING),
}


def phase_of(entry: QueueEntry) -> Phase:
    """Returns the phase of an entry at rest."""
    return Phase(entry.state.value)


def phase_after_request(phase: Phase, request: Request) -> Phase:
    """Returns the phase that `request` leads to; one that changes nothing leaves `phase` as it is."""
    return _TRANSITIONS[request].get(phase, phase)


def state_after_work(phase: Phase, outcome: Outcome) -> TransferState | None:
    """Returns the state of an entry whose work ended in `phase`; None if the entry is removed.

    What was asked to be deleted is deleted even if the work had just finished or failed.
    """
    match phase:
        case Phase.CANCELLING:
            return None
        case Phase.REPLACING:
            return TransferState.QUEUED
        case Phase.RESETTING:
            return TransferState.PAUSED
    if outcome is not Outcome.STOPPED:
        return TransferState(outcome.value)
    return TransferState.PAUSED if phase is Phase.PAUSING else TransferState.QUEUED


def entries_to_keep(entries: tuple[QueueEntry, ...], working: Mapping[DownloadKey, Phase]) -> tuple[QueueEntry, ...]:
    """Returns the entries as a restart shall find them if the program is killed now.

    `working` has the phases of the downloads at work, each of which is kept as if it had been stopped.
    """
    kept = []
    for entry in entries:
        phase = working.get(entry.key)
        state = entry.state if phase is None else state_after_work(phase, Outcome.STOPPED)
        if state is not None:
            kept.append(entry if state is entry.state else msgspec.structs.replace(entry, state=state))
    return tuple(kept)


def removed_by_others(before: tuple[QueueEntry, ...], there: tuple[QueueEntry, ...]) -> frozenset[DownloadKey]:
    """Returns what a program kept as `before` and another one has removed, where `there` is what is kept now."""
    return frozenset(each.key for each in before) - {each.key for each in there}


def after_changes_of_others(
    before: tuple[QueueEntry, ...], after: tuple[QueueEntry, ...], there: tuple[QueueEntry, ...]
) -> tuple[QueueEntry, ...]:
    """Returns what to keep where a program changes `before` to `after`, and others have made `there` of `before`.

    What others have removed stays removed, what they have added stays, at the end.
    """
    gone = removed_by_others(before, there)
    known = {each.key for each in (*before, *after)}
    return (*(each for each in after if each.key not in gone), *(each for each in there if each.key not in known))


def next_queued(entries: tuple[QueueEntry, ...], running: frozenset[DownloadKey]) -> QueueEntry | None:
    """Returns the first entry that waits for its turn; None if there is none."""
    return next((each for each in entries if each.state is TransferState.QUEUED and each.key not in running), None)


def with_state(
    entries: tuple[QueueEntry, ...],
    key: DownloadKey,
    state: TransferState,
    *,
    trouble: DownloadFailure | None = None,
    path: str | None = None,
    verified: bool = False,
) -> tuple[QueueEntry, ...]:
    """Returns the entries with one of them in another state."""
    return tuple(
        msgspec.structs.replace(each, state=state, trouble=trouble, path=path, verified=verified)
        if each.key == key
        else each
        for each in entries
    )


def with_working_name(entries: tuple[QueueEntry, ...], key: DownloadKey, name: str) -> tuple[QueueEntry, ...]:
    """Returns the entries with what the file of one of them is called until it has arrived."""
    return tuple(msgspec.structs.replace(each, working_name=name) if each.key == key else each for each in entries)


def moved(entries: tuple[QueueEntry, ...], key: DownloadKey, position: int) -> tuple[QueueEntry, ...]:
    """Returns the entries with one of them at another position (0 is the first)."""
    rest = [each for each in entries if each.key != key]
    found = [each for each in entries if each.key == key]
    index = max(0, min(position, len(rest)))
    return (*rest[:index], *found, *rest[index:])


def after_restart(entries: tuple[QueueEntry, ...]) -> tuple[QueueEntry, ...]:
    """Returns the entries as a new start uses them: one in any other state than those at rest is queued again."""
    resting = {Phase.PAUSED.value, Phase.FAILED.value, Phase.DONE.value}
    return tuple(
        each if each.state.value in resting else msgspec.structs.replace(each, state=TransferState.QUEUED)
        for each in entries
    )
