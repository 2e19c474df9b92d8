"""The vendor profile: all policy (days, numbers, names, phone numbers, blocking programs) comes from the store.

The values of ``GET /v1/profile`` (``resources/store-api.yaml``); a profile can also be read from a file.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated

import msgspec

from companion.domain.core.business_days import Days
from companion.domain.core.model import Count, Counted, Model, Unread, Whole
from companion.domain.core.money import Money
from companion.domain.core.platform import Platform, Sha256
from companion.domain.core.time.periods import Period


class StoreIdentity(Model, frozen=True):
    """Who sells: the name people know, the website, the bank statement's wording, the store's own time zone (IANA).

    `country` (ISO 3166-1 alpha-2) is the one whose public holidays the store observes, where it says so.
    """

    name: str
    website: str
    statement_descriptor: str
    time_zone: str
    privacy_url: str | None = None
    country: str | None = None


class CountedFrom(enum.StrEnum):
    ORDER_DATE = "orderDate"
    SHIP_DATE = "shipDate"
    UNKNOWN = "unknown"


class ReturnPolicy(Model, frozen=True):
    """How long goods may be returned, what the days count from, and when credits show."""

    window: Period
    download_counts_from: CountedFrom
    physical_counts_from: CountedFrom
    letter_of_destruction_for_physical: bool
    credit_business_days: Days
    renewal_credit_business_days: Days


class ShippingMethod(Model, frozen=True):
    """One way a parcel travels, in business days after it ships."""

    code: str
    name: str
    domestic: Days
    international: Days | None
    tracked: bool


class ShippingPolicy(Model, frozen=True):
    """When parcels leave and how they travel."""

    home_country: str
    dispatch_business_days: Days
    methods: tuple[ShippingMethod, ...]


class PaymentPolicy(Model, frozen=True):
    """When money moves: downloads `download_charged_after` the order, holds vanish within `hold_business_days`."""

    download_charged_after: Period
    hold_business_days: Days
    methods: tuple[str, ...]
    methods_without_auto_renewal: tuple[str, ...]


class DownloadPolicy(Model, frozen=True):
    """The right to download: how long its window is, whether it can be reopened, how many connections are allowed."""

    window: Period
    extension_possible: bool
    most_connections: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1


Leads = Annotated[tuple[Period, ...], msgspec.Meta(max_length=50)]


class ReminderLeads(Model, frozen=True):
    """How long before each kind of date a reminder is due; ``P0D`` is the day itself."""

    renewal: Leads
    expiry: Leads
    download_window: Leads
    return_deadline: Leads


class BackupMediumPolicy(Model, frozen=True):
    """Whether a physical copy of a download purchase can be added, and what it costs."""

    offered: bool
    name: str
    price: Money | None = None


class Policies(Model, frozen=True):
    """Every number a store decides."""

    returns: ReturnPolicy
    shipping: ShippingPolicy
    payment: PaymentPolicy
    downloads: DownloadPolicy
    reminders: ReminderLeads
    backup_medium: BackupMediumPolicy
    keys_case_sensitive: bool
    renewal_keeps_key: bool


class Stage(enum.StrEnum):
    """What the PC is about to do."""

    DOWNLOAD = "download"
    INSTALL = "install"


class BlockerSeverity(enum.StrEnum):
    BLOCKS = "blocks"
    WARNS = "warns"
    UNKNOWN = "unknown"


class BlockerKind(enum.StrEnum):
    MAIL = "mail"
    BROWSER = "browser"
    OFFICE = "office"
    ANTIVIRUS = "antivirus"
    FIREWALL = "firewall"
    DOWNLOAD_ACCELERATOR = "downloadAccelerator"
    INSTALLER = "installer"
    OTHER = "other"
    UNKNOWN = "unknown"


class ProcessMatch(Model, frozen=True):
    """What a blocking process looks like on one platform.

    `names` are executable names, compared without regard to case. The other fields narrow the match when given:
    the path contains one of `path_contains`; the publisher is one of `publishers`; the arguments contain one of
    `arguments`. `helpers` are processes that belong to the program without being it (WebView, crash reporters):
    they are told apart and never block alone.
    """

    platform: Platform
    names: tuple[str, ...]
    path_contains: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()


class BlockerRule(Model, frozen=True):
    """A program that must not run, or is better not run, during a stage, and why."""

    id: str
    name: str
    kind: BlockerKind
    severity: BlockerSeverity
    stages: tuple[Stage, ...]
    why: str
    matches: tuple[ProcessMatch, ...]
    force_risk: str | None = None
    startup_boost: str | None = None


class SystemRequirement(Model, frozen=True):
    """What one platform needs; sizes in bytes, `version` is the lowest that works (``10.0``)."""

    platform: Platform
    version: str | None = None
    architectures: tuple[str, ...] = ()
    memory: Count = 0
    free_space: Count = 0


class ExitMeaning(enum.StrEnum):
    DONE = "done"
    RESTART = "restart"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    FAILED = "failed"


class ExitCode(Model, frozen=True):
    """What an installer's exit code means, in a sentence, and what to do next."""

    code: Whole
    meaning: ExitMeaning
    sentence: str
    hint: str


class OpeningHours(Model, frozen=True):
    """Open hours on the given ISO weekdays (1 is Monday) in the support entry's time zone."""

    weekdays: tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...]
    opens: dt.time
    closes: dt.time


class MenuChoice(Model, frozen=True):
    """What to press in the menu of a support number (``2``, or ``1 3`` one after the other), and what it is for.

    `products` are the ids of products that it is for; empty means all of them.
    """

    keys: Annotated[str, msgspec.Meta(pattern=r"^[0-9*#]( [0-9*#]){0,9}$")]
    about: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    products: tuple[str, ...] = ()


class SupportEntry(Model, frozen=True):
    """One support number (E.164) and whom it is for; an empty tuple means everyone.

    `phone_display` is the same number as it is written in its country, None when the store does not say; `makers` are
    PC makers in their normal form ("HP", "Dell"); `countries` are ISO 3166-1 alpha-2. `country` is where it is
    answered, else the store's own; `closed_on_holidays` says whether it is closed on that country's public holidays,
    None when the store does not say.
    """

    id: str
    name: str
    phone: Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}$")]
    time_zone: str
    hours: tuple[OpeningHours, ...]
    phone_display: str | None = None
    makers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    why: str | None = None
    menu: tuple[MenuChoice, ...] = ()
    country: str | None = None
    closed_on_holidays: bool | None = None


class MakerName(Model, frozen=True):
    """The normal name of a PC maker and the spellings firmware uses for it."""

    name: str
    spellings: tuple[str, ...]


class Support(Model, frozen=True):
    """Where help comes from; numbers come from here only."""

    entries: tuple[SupportEntry, ...]
    makers: tuple[MakerName, ...] = ()
    website: str | None = None


class Probe(Model, frozen=True):
    """A small fixed file that shows whether the line delivers ranges and bytes intact; `url` may be relative."""

    url: str
    size: Counted
    sha256: Sha256


class MailPatterns(Model, frozen=True):
    """How to find the credentials in a confirmation e-mail that carries no structured data (regular expressions)."""

    order_number: str
    order_password: str | None = None


class Profile(Model, frozen=True):
    """Everything the app must know of a vendor to serve its customers.

    `signed_on` are the systems for which its publisher signs every installer: there an unsigned one is refused.
    """

    id: str
    store: StoreIdentity
    policies: Policies
    support: Support
    blockers: tuple[BlockerRule, ...] = ()
    requirements: tuple[SystemRequirement, ...] = ()
    exit_codes: tuple[ExitCode, ...] = ()
    probe: Probe | None = None
    mail: MailPatterns | None = None
    signed_on: tuple[Platform, ...] = ()
    unread: tuple[Unread, ...] = ()
