"""An installation that outlives the run of the app, or of the PC, in which it was begun."""

from __future__ import annotations

import datetime as dt
import enum

from companion.domain.core.model import Instant, Model
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Process

# Whoever has not restarted the PC for that long is not kept from their programs any longer.
_LONGEST_WAIT = dt.timedelta(days=14)


class InstallationRecord(Model, frozen=True):
    """An installation, written down before its installer starts.

    `job` is the artifact, `name` what it is called, `boot` the run of the system it was begun in, `proofs` the files
    that prove success, `owner` the process that watches it. `restart` says that only a restart is left to do.
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


class RecoveryStatus(enum.StrEnum):
    """Where an installation stands that was begun earlier."""

    RUNNING = "running"
    """Another run of this app watches it right now."""
    WAITS = "waits"
    """The PC has not been restarted yet."""
    RESTARTED = "restarted"
    CUT_OFF = "cutOff"
    """This app was ended while the installer worked."""
    GIVEN_UP = "givenUp"
    """The restart was not made for so long that it is not waited for any more."""


class RecoveredInstallation(Model, frozen=True):
    """What was found of an installation that was begun earlier; `missing` are proofs of success that are not there."""

    number: str
    job: str
    name: str
    standing: RecoveryStatus
    proven: bool = False
    missing: tuple[str, ...] = ()


def status_of(
    underway: InstallationRecord, boot: str | None, owner: Process | None, now: dt.datetime
) -> RecoveryStatus:
    """Where `underway` stands in this run of the system; `owner` is the process with its owner's number, if any.

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
    """What a person is told: a title, what happened, what to do now; `well` when nothing is left to do."""

    title: str
    message: str
    hint: str = ""
    well: bool = False


def recovery_message(found: RecoveredInstallation, platform: Platform) -> RecoveryMessage:
    """What was found, in the person's words."""
    name = found.name
    if found.standing is RecoveryStatus.WAITS:
        return RecoveryMessage(
            title="One restart is left", message=f"{name} is finished when the PC restarts.", hint=_how(platform)
        )
    if found.standing is RecoveryStatus.GIVEN_UP:
        return RecoveryMessage(
            title="One restart is still left",
            message=f"{name} is finished when the PC restarts. What was kept from starting meanwhile may start again.",
            hint=_how(platform),
        )
    if found.standing is RecoveryStatus.RUNNING:
        return RecoveryMessage(title=f"{name} is being installed", message="Companion is at it in another window.")
    happened = (
        "The PC was restarted."
        if found.standing is RecoveryStatus.RESTARTED
        else "Companion was ended while the installer was at work."
    )
    if found.missing:
        return RecoveryMessage(
            title=f"{name} is not complete",
            message=f"{happened} This is missing: {', '.join(found.missing)}.",
            hint="Install it once more. If it stays like this, contact support from the Help page.",
        )
    if found.proven:
        message = f"{happened} Everything that proves the installation is in its place."
        return RecoveryMessage(title=f"{name} is installed", message=message, well=True)
    if found.standing is RecoveryStatus.RESTARTED:
        message = f"{happened} That was the last step; the store names nothing that would prove it."
        return RecoveryMessage(title=f"{name} is installed", message=message, well=True)
    return RecoveryMessage(
        title=f"Whether {name} is installed is not known",
        message=f"{happened} The store names nothing that would prove how it ended.",
        hint="Look whether it is there. If it is not, install it once more.",
    )


def _how(platform: Platform) -> str:
    if platform is Platform.WINDOWS:
        return "Save your work, then choose Restart. “Shut down” is not enough: Windows would go on where it was."
    return "Save your work, then restart the PC when it suits you."
