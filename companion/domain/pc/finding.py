"""The values of a preflight: what a job requires, what was found, and the ways out."""

from __future__ import annotations

import enum

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import AutostartEntry
from companion.domain.store.profile import Profile
from companion.domain.store.rules.general import GeneralRules

PROGRAMS = "programs"
"""The `id` of the finding about all programs: none blocks, or it is not known which run."""


class Severity(enum.StrEnum):
    """How much a finding matters."""

    BLOCKS = "blocks"
    WARNS = "warns"
    FINE = "fine"
    UNKNOWN = "unknown"


class RemedyKind(enum.StrEnum):
    """What can be done about a finding."""

    CLOSE = "close"
    CLOSE_AND_HOLD = "closeAndHold"
    """Close it and keep it from starting until the installation is done."""
    HOLD_AND_RESTART = "holdAndRestart"
    """Keep what starts it from starting, and restart the PC: that one cannot be closed."""
    SWITCH_OFF_STARTUP_BOOST = "switchOffStartupBoost"
    OPEN_SETTINGS = "openSettings"
    FREE_SPACE = "freeSpace"
    CHOOSE_FOLDER = "chooseFolder"
    RESTART = "restart"
    PLUG_IN = "plugIn"
    BY_HAND = "byHand"
    """Something only the person can do; the explanation says what."""


class Remedy(Model, frozen=True):
    """A way out of a finding. `pids` and `entries` are what it acts on, `target` a folder or settings page it opens.

    `reversible` says that what it changes is restored after the installation.
    """

    kind: RemedyKind
    title: str
    explanation: str
    changes: bool = False
    reversible: bool = False
    needs_elevation: bool = False
    pids: tuple[int, ...] = ()
    entries: tuple[AutostartEntry, ...] = ()
    target: str | None = None


class Finding(Model, frozen=True):
    """One row of the board: `explanation` is in the user's words, `evidence` what was seen, `id` stable across looks.

    `rule_id` names the profile's rule, `pids` the processes it is about. `files` says what the files of these processes
    are by their own words, beside the store's; `doubtful` that they may be other programs than the rule means.
    """

    id: str
    severity: Severity
    title: str
    explanation: str
    evidence: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    rule_id: str | None = None
    pids: tuple[int, ...] = ()
    files: tuple[str, ...] = ()
    doubtful: bool = False


class Requirements(Model, frozen=True):
    """What the job needs of this PC.

    `size` is the whole download in bytes, `already` what of it is on the disk; `destination` the folder it goes to;
    `files` those the installation replaces. `profile` is the store's, or the rules for any installer. `alone` says that
    the installer is of a kind of which the system lets only one run at a time. `replaced_folder` is where the system
    lists the product that the installation replaces, `replaced_product` what it calls it.
    """

    profile: Profile | GeneralRules
    platform: Platform
    destination: str | None = None
    size: int = 0
    already: int = 0
    files: tuple[str, ...] = ()
    alone: bool = True
    replaced_folder: str | None = None
    replaced_product: str | None = None

    @property
    def missing(self) -> int:
        """Bytes still to be downloaded."""
        return max(self.size - self.already, 0)
