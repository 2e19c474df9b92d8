"""What running an installer has done, decided from its exit code and the system's record before and after."""

from __future__ import annotations

import enum

from companion.domain.core.model import Model
from companion.domain.installation.exit_codes import Outcome
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.proof.products import is_of_file, present
from companion.domain.installation.proof.system_record import (
    InstalledProduct,
    RecordChanges,
    RecordView,
    SystemRecord,
    changes_between,
)
from companion.domain.installation.versions import is_older, is_same
from companion.domain.store.profile import ExitMeaning


class FileOutcome(enum.StrEnum):
    """What came of running the file of an installer."""

    INSTALLED = "installed"
    """The system lists the product, or a new version of it, since the installer ran."""
    AS_BEFORE = "asBefore"
    """The same version was listed before, and still is."""
    RESTART_LEFT = "restartLeft"
    """It is installed, and a restart completes it; until then an old version stays in use."""
    CHANGED_NOTHING = "changedNothing"
    """The installer reported success, and the system lists nothing new."""
    REMOVED = "removed"
    """The installer reported success, and the system lists the product no longer."""
    PORTABLE = "portable"
    """It is a program that needs no installation."""
    UNRECORDED = "unrecorded"
    """The installer reported success, and is of a kind that no list of the system has."""
    REPORTED = "reported"
    """The installer reported success, and the system's record could not be read."""
    STILL_RUNNING = "stillRunning"
    """What the installer started goes on for longer than it was watched."""
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    FAILED = "failed"


class Evidence(Model, frozen=True):
    """What is known after an installer has run.

    `restart_pending` says that the system has waited for a restart since then and not before, `still_running` names
    what the installer started and that goes on.
    """

    file: InstallerIdentity
    explained: Outcome
    before: SystemRecord
    after: SystemRecord
    restart_pending: bool = False
    still_running: tuple[str, ...] = ()


class Proof(Model, frozen=True):
    """What the system's record shows: the product `before` and `after`, and what `else` was added with it.

    `verified` is true when the record shows that it is installed, false when it shows that it is not, and None when the
    record does not tell; then `reason` says why, where there is one (it ends a sentence).
    """

    outcome: FileOutcome
    verified: bool | None = None
    before: InstalledProduct | None = None
    after: InstalledProduct | None = None
    others: tuple[InstalledProduct, ...] = ()
    reason: str | None = None


_UNSUCCESSFUL = {
    ExitMeaning.CANCELLED: FileOutcome.CANCELLED,
    ExitMeaning.BLOCKED: FileOutcome.BLOCKED,
    ExitMeaning.FAILED: FileOutcome.FAILED,
}
_IN_NO_LIST = frozenset({Technology.RUN, Technology.SFX, Technology.DMG})
_NOTHING_NEW = "it lists nothing new, as where the same version was there already"
_PROGRAMS = frozenset({Technology.PE, Technology.APPIMAGE})


def proof_of(evidence: Evidence) -> Proof:
    """Returns what came of it, and what shows it."""
    before, after = evidence.before, evidence.after
    known = before.known and after.known
    changes = changes_between(before, after) if known else RecordChanges()
    earlier, later = _own_change(changes, evidence.file)
    if earlier is None and later is None:
        earlier = present(before, evidence.file)
        # What was neither changed nor removed is listed as before.
        later = earlier if known else present(after, evidence.file)
    changed = known and later is not None and later != earlier
    outcome = _outcome(evidence, earlier, later, known=known, changed=changed)
    return Proof(
        outcome=outcome,
        verified=_verified(outcome),
        before=earlier,
        after=later,
        others=tuple(entry for entry in changes.added if entry != later),
        reason=_reason(evidence, outcome, known=known),
    )


def _reason(evidence: Evidence, outcome: FileOutcome, *, known: bool) -> str | None:
    if not known:
        return evidence.before.reason or evidence.after.reason
    is_open = outcome is FileOutcome.UNRECORDED and _may_be_there_already(evidence.file)
    return _NOTHING_NEW if is_open else None


def _may_be_there_already(found: InstallerIdentity) -> bool:
    """Whether no new entry shows nothing: a package of macOS names no product, and may have no files."""
    return found.technology is Technology.PKG and found.product_name is None


def needs_no_installation(found: InstallerIdentity) -> bool:
    """Returns whether the file is the program itself, by its kind."""
    return found.technology is Technology.APPIMAGE


def newer_version(record: SystemRecord, found: InstallerIdentity) -> str | None:
    """Returns the version that the system lists of this product where the file's is surely an older one."""
    here = present(record, found)
    if here is None or here.version is None or found.version is None:
        return None
    mine, theirs = _with_epoch(found.version), _with_epoch(here.version)
    older = is_older(mine[1], theirs[1]) if mine[0] == theirs[0] else mine[0] < theirs[0]
    return here.version if older else None


def _with_epoch(version: str) -> tuple[int, str]:
    """Returns the epoch of a version of Debian's or RPM's, which counts before all other numbers, and the rest."""
    epoch, colon, rest = version.partition(":")
    return (int(epoch), rest) if colon and epoch.isdecimal() and len(epoch) < 10 else (0, version)


def _outcome(
    evidence: Evidence,
    earlier: InstalledProduct | None,
    later: InstalledProduct | None,
    *,
    known: bool,
    changed: bool,
) -> FileOutcome:
    meaning = evidence.explained.meaning
    if meaning in _UNSUCCESSFUL:
        return _UNSUCCESSFUL[meaning]
    if meaning is ExitMeaning.RESTART or evidence.restart_pending:
        return FileOutcome.RESTART_LEFT
    if changed:
        return FileOutcome.INSTALLED
    if evidence.still_running:
        return FileOutcome.STILL_RUNNING
    if not known or _not_listed_here(evidence):
        return FileOutcome.REPORTED
    if earlier is not None and later is None:
        return FileOutcome.REMOVED
    if later is not None and is_same(later.version, evidence.file.version):
        return FileOutcome.AS_BEFORE
    if _may_be_there_already(evidence.file):
        return FileOutcome.UNRECORDED
    return _without_change(evidence.file.technology, listed=later is not None)


def _without_change(technology: Technology, *, listed: bool) -> FileOutcome:
    if not listed and technology in _PROGRAMS:
        return FileOutcome.PORTABLE
    return FileOutcome.UNRECORDED if not listed and technology in _IN_NO_LIST else FileOutcome.CHANGED_NOTHING


def _not_listed_here(evidence: Evidence) -> bool:
    """Whether packages of Windows' own kind are installed, which the record that was read does not hold."""
    views = {entry.view for entry in evidence.after.products}
    return evidence.file.technology is Technology.MSIX and RecordView.APP_PACKAGES not in views


def _own_change(
    changes: RecordChanges, found: InstallerIdentity
) -> tuple[InstalledProduct | None, InstalledProduct | None]:
    """Returns the entry of the file's product before and after, as far as it was changed.

    Other programs may be updated at the same time: what is new counts in any case, what is changed or gone only where
    it is this product, or where the file does not say which product it is.
    """
    gone = next((entry for entry in changes.removed if is_of_file(entry, found)), None)
    added = sorted(changes.added, key=lambda entry: not is_of_file(entry, found))
    if added:
        return gone or _replaced(changes, added[0]), added[0]
    for earlier, later in changes.changed:
        if is_of_file(later, found) or found.product_name is None:
            return earlier, later
    return gone, None


def _replaced(changes: RecordChanges, added: InstalledProduct) -> InstalledProduct | None:
    """Returns the entry that `added` took the place of: an update may come under another key."""
    return next((entry for entry in changes.removed if entry.name.casefold() == added.name.casefold()), None)


def _verified(outcome: FileOutcome) -> bool | None:
    if outcome in (FileOutcome.INSTALLED, FileOutcome.AS_BEFORE):
        return True
    refuted = {FileOutcome.CHANGED_NOTHING, FileOutcome.REMOVED, *_UNSUCCESSFUL.values()}
    return False if outcome in refuted else None
