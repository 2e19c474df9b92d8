"""An installation that continues after Companion, or the PC, was restarted: what has become of it."""

from __future__ import annotations

import datetime as dt
import enum

from companion.domain.core.model import Instant, Model
from companion.domain.core.platform import Platform
from companion.domain.core.text import joined
from companion.domain.installation.ending import INSTALL_AGAIN
from companion.domain.installation.files.identity import InstallerIdentity
from companion.domain.installation.proof.products import present
from companion.domain.installation.proof.system_record import SystemRecord
from companion.domain.installation.versions import is_same
from companion.domain.pc.facts import Process

# After that long without a restart, the person's programs are not held any longer.
_LONGEST_WAIT = dt.timedelta(days=14)


class InstallationRecord(Model, frozen=True):
    """An installation, written down before its installer starts.

    `job` is the artifact, `name` what it is called, `boot` the run of the system it was begun in, `proofs` the files
    that prove success, `owner` the process that watches it. `restart` says that only a restart is left to do. `file` is
    what was run where no store names such files: then the system's list of programs tells.
    """

    job: str
    number: str
    name: str
    since: Instant
    boot: str | None
    proofs: tuple[str, ...] = ()
    owner: int = 0
    owner_started: Instant | None = None
    restart: bool = False
    file: InstallerIdentity | None = None


class RecoveryStatus(enum.StrEnum):
    """What has become of an installation that was begun earlier."""

    RUNNING = "running"
    """Another running Companion is watching it."""
    WAITS = "waits"
    """The PC has not been restarted yet."""
    RESTARTED = "restarted"
    CUT_OFF = "cutOff"
    """Companion was ended while the installer was running."""
    GIVEN_UP = "givenUp"
    """The restart has been left for so long that it is not waited for any longer."""


class RecoveredInstallation(Model, frozen=True):
    """What was found of an installation that was begun earlier; `missing` are proofs of success that are not there."""

    number: str
    job: str
    name: str
    standing: RecoveryStatus
    proven: bool = False
    missing: tuple[str, ...] = ()


def missing_in(record: SystemRecord, found: InstallerIdentity) -> tuple[str, ...] | None:
    """Returns what the system does not list of a file that was installed; None where that is not known."""
    if not record.known or found.product_name is None or found.version is None:
        return None
    here = present(record, found)
    if here is not None and is_same(here.version, found.version):
        return ()
    return (f"{found.product_name}, version {found.version}, in the system's list of programs",)


def status_of(
    underway: InstallationRecord, boot: str | None, owner: Process | None, now: dt.datetime
) -> RecoveryStatus:
    """Returns what has become of `underway`; `owner` is the process that has its owner's number, if any.

    Where the system does not tell one run from another, a restart that was asked for counts as made: the app was
    started anew, and nothing is kept from starting without end.
    """
    known = underway.boot is not None and boot is not None
    if known and underway.boot != boot:
        return RecoveryStatus.RESTARTED
    if underway.restart:
        if not known:
            return RecoveryStatus.RESTARTED
        return RecoveryStatus.GIVEN_UP if abs(now - underway.since) > _LONGEST_WAIT else RecoveryStatus.WAITS
    if owner is not None and owner.started == underway.owner_started:
        return RecoveryStatus.RUNNING
    return RecoveryStatus.CUT_OFF


class RecoveryMessage(Model, frozen=True):
    """What people read: a title, what happened, what to do next; `well` when nothing is left to do."""

    title: str
    message: str
    hint: str = ""
    well: bool = False


def recovery_message(found: RecoveredInstallation, platform: Platform) -> RecoveryMessage:
    """Returns what was found, for people."""
    name = found.name
    if found.standing is RecoveryStatus.WAITS:
        return RecoveryMessage(
            title="A restart completes the installation",
            message=f"{name} is complete after a restart of the PC.",
            hint=_how(platform),
        )
    if found.standing is RecoveryStatus.GIVEN_UP:
        return RecoveryMessage(
            title="A restart still completes the installation",
            message=f"{name} is complete after a restart of the PC. Programs that were held may start again.",
            hint=_how(platform),
        )
    if found.standing is RecoveryStatus.RUNNING:
        return RecoveryMessage(title=f"{name} is being installed", message="Another Companion window is installing it.")
    happened = (
        "The PC was restarted."
        if found.standing is RecoveryStatus.RESTARTED
        else "Companion was ended while the installer was running."
    )
    if found.missing:
        return RecoveryMessage(
            title=f"{name} is not complete",
            message=f"{happened} This is missing: {joined(found.missing)}.",
            hint=INSTALL_AGAIN,
        )
    if found.proven:
        message = f"{happened} Everything it installs is in place."
        return RecoveryMessage(title=f"{name} is installed", message=message, well=True)
    if found.standing is RecoveryStatus.RESTARTED:
        message = f"{happened} That was the last step. {_unconfirmed(found)} it."
        return RecoveryMessage(title=f"{name} is installed", message=message, well=True)
    return RecoveryMessage(
        title=f"It is not known whether {name} is installed",
        message=f"{happened} {_unconfirmed(found)} the result.",
        hint="Check whether you can open it. If not, install it again.",
    )


def _unconfirmed(found: RecoveredInstallation) -> str:
    """Why the result is not confirmed; an installation of no order has no store that could tell."""
    return "The store names no file that would confirm" if found.number else "Nothing is noted that would confirm"


def _how(platform: Platform) -> str:
    if platform is Platform.WINDOWS:
        return "Save your work, then choose Restart. “Shut down” is not enough: Windows would resume its last session."
    return "Save your work, then restart the PC when it suits you."
