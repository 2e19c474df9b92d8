"""What was seen on this PC: each probe's outcome is a known value, or unknown with a reason."""

from __future__ import annotations

import enum
from typing import Generic, TypeVar

from companion.domain.core.model import Instant, Model
from companion.domain.core.platform import Platform

T = TypeVar("T")

NOT_LOOKED_AT = "it was not looked at"
_LOW_BATTERY = 30


class Fact(Model, Generic[T], frozen=True):
    """The outcome of one probe: `value`, or None and the `reason` why it is not known (ends a sentence).

    `gaps` are the reasons why `value` may not be everything: a part of the system did not answer.
    """

    value: T | None = None
    reason: str | None = NOT_LOOKED_AT
    gaps: tuple[str, ...] = ()

    @classmethod
    def known(cls, value: T, *gaps: str) -> Fact[T]:
        """A probe that found `value`, which lacks what could not be read because of `gaps`."""
        return cls(value=value, reason=None, gaps=gaps)

    @classmethod
    def unknown(cls, reason: str) -> Fact[T]:
        """A probe that could not tell, because of `reason`: "it did not answer within 3 seconds"."""
        return cls(value=None, reason=reason)

    @property
    def looked_at(self) -> bool:
        """Whether the probe ran at all."""
        return self.reason != NOT_LOOKED_AT


class WindowState(enum.StrEnum):
    """What a person sees of a process."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    NONE = "none"
    UNKNOWN = "unknown"


class ListedProcess(Model, frozen=True):
    """A process as the cheapest look shows it; `parent` is None where asking would cost more than the look."""

    pid: int
    name: str
    parent: int | None = None


class Process(Model, frozen=True):
    """A running process; whatever is None could not be read.

    `name` is the executable's file name, `label` the name its maker gave it, `session` and `owner` are the operating
    system's own names, `elevated` tells whether it runs as administrator, `service` is the name of the system's service
    that it is.
    """

    pid: int
    name: str
    parent: int | None = None
    path: str | None = None
    label: str | None = None
    publisher: str | None = None
    arguments: tuple[str, ...] | None = None
    started: Instant | None = None
    session: int | None = None
    owner: str | None = None
    elevated: bool | None = None
    windows: WindowState = WindowState.UNKNOWN
    titles: tuple[str, ...] = ()
    service: str | None = None


class Who(Model, frozen=True):
    """Who is looking: this process, its session and user, and whether it runs as administrator."""

    pid: int
    session: int | None = None
    user: str | None = None
    elevated: bool = False
    may_elevate: bool = True


class AutostartKind(enum.StrEnum):
    RUN = "run"
    RUN_ONCE = "runOnce"
    POLICY = "policy"
    STARTUP_FOLDER = "startupFolder"
    SERVICE = "service"
    SCHEDULED_TASK = "scheduledTask"
    XDG_AUTOSTART = "xdgAutostart"
    SYSTEMD_UNIT = "systemdUnit"
    LAUNCH_AGENT = "launchAgent"
    LOAD = "load"
    """One of the older values beside the Run keys, from which Windows starts programs at sign-in."""
    WINLOGON = "winlogon"
    """A part of how Windows signs a person in: the desktop's program and what prepares it."""
    LOGON_SCRIPT = "logonScript"
    ACTIVE_SETUP = "activeSetup"
    """What Windows runs once for each person after an installation for all of them."""
    PACKAGED_APP = "packagedApp"
    """The startup task of an app from the store of the system."""


class StartMoment(enum.StrEnum):
    """When an autostart entry does its work, where the entry itself does not say so by its kind."""

    SIGN_IN = "signIn"
    SYSTEM_START = "systemStart"
    DELAYED = "delayed"
    """Some minutes after the system has started."""
    UNLOCK = "unlock"
    SCHEDULE = "schedule"
    EVENT = "event"


class Scope(enum.StrEnum):
    """For whom an autostart entry is: this person, or all users of the PC."""

    USER = "user"
    MACHINE = "machine"


class AutostartEntry(Model, frozen=True):
    """Something that starts a program unasked; `location` is where the entry lives (key, file, folder).

    `programs` are the commands of the script that `command` runs, `restarts` says that the system starts the program
    again when it has ended.
    """

    kind: AutostartKind
    name: str
    command: str
    location: str
    scope: Scope = Scope.USER
    enabled: bool = True
    programs: tuple[str, ...] = ()
    moment: StartMoment | None = None
    restarts: bool = False


class FirewallProfile(Model, frozen=True):
    """One profile of the system's own firewall; `blocks_outgoing` is its default for connections from this PC."""

    name: str
    enabled: bool
    blocks_outgoing: bool = False


class SecurityProduct(Model, frozen=True):
    """An antivirus or firewall that announced itself; None is "it does not say"."""

    name: str
    enabled: bool | None = None
    up_to_date: bool | None = None


class Firewall(Model, frozen=True):
    """The system's own firewall, profile by profile, and others' that announced themselves."""

    profiles: tuple[FirewallProfile, ...] = ()
    products: tuple[SecurityProduct, ...] = ()


class Purpose(enum.StrEnum):
    """What a place on a disk is for."""

    DOWNLOADS = "downloads"
    TEMPORARY = "temporary"
    PROGRAMS = "programs"


class Space(Model, frozen=True):
    """Free bytes where they count; places with the same `volume` share them."""

    purpose: Purpose
    path: str
    volume: str
    free: int


class System(Model, frozen=True):
    """The operating system: `version` is dotted numbers (``10.0.19045``), `architecture` ``x86_64`` or ``arm64``."""

    platform: Platform
    name: str
    version: str
    architecture: str
    memory: int


class Power(Model, frozen=True):
    """Where the electricity comes from; `percent` is the battery's charge, None without a battery."""

    on_mains: bool
    percent: int | None = None

    @property
    def is_low(self) -> bool:
        """Whether the battery may not last for a download or an installation."""
        return not self.on_mains and self.percent is not None and self.percent < _LOW_BATTERY


class Machine(Model, frozen=True):
    """Maker and model exactly as the firmware spells them."""

    maker: str
    model: str


class Installing(Model, frozen=True):
    """Whether the system's own installer is at work for another installation, and whether one was cut off before."""

    at_work: bool = False
    cut_off: bool = False


class HeldFile(Model, frozen=True):
    """A file the product needs to replace, and the processes that have it open."""

    path: str
    pids: tuple[int, ...]


class Facts(Model, frozen=True):
    """Everything the preflight looked at, at `taken_at`.

    `processes` are those whose names occur in the profile, and their ancestors; `pending_restart` lists why Windows
    wants a restart; `installing` is what the system's own installer does, `folder_users` who has files open in the
    folder that is replaced; `clock_offset` is seconds this PC's clock is ahead of the store's.
    """

    taken_at: Instant
    who: Fact[Who] = Fact()
    processes: Fact[tuple[Process, ...]] = Fact()
    autostart: Fact[tuple[AutostartEntry, ...]] = Fact()
    held_files: Fact[tuple[HeldFile, ...]] = Fact()
    firewall: Fact[Firewall] = Fact()
    antivirus: Fact[tuple[SecurityProduct, ...]] = Fact()
    pending_restart: Fact[tuple[str, ...]] = Fact()
    installing: Fact[Installing] = Fact()
    folder_users: Fact[tuple[Process, ...]] = Fact()
    space: Fact[tuple[Space, ...]] = Fact()
    writable: Fact[bool] = Fact()
    system: Fact[System] = Fact()
    power: Fact[Power] = Fact()
    metered: Fact[bool] = Fact()
    clock_offset: Fact[float] = Fact()
    machine: Fact[Machine] = Fact()
