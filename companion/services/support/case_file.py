"""The case file: everything support needs to know in one text, without anything they must not see."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from companion import __version__
from companion.domain.core.model import Instant, Model, Unread
from companion.domain.core.redaction import Redact, redaction
from companion.domain.core.serialization import to_builtins
from companion.domain.pc.facts import Machine, System
from companion.domain.pc.finding import Finding
from companion.domain.store.orders import ExtensionStatus
from companion.domain.store.profile import Profile
from companion.services.downloads.order_downloads import OrderDownloads
from companion.services.pc.device import ThisPC
from companion.services.platforms.protocol import SystemProbe
from companion.services.storage.database import Library
from companion.services.storage.records import KnownOrder, TimelineEntry
from companion.services.store.orders import Orders

_LOG_LINES = 300


class CaseLicence(Model, frozen=True):
    """A licence as support needs it: never its key."""

    product_name: str
    status: str
    expires_at: Instant | None
    seats_used: int
    seats_total: int


class CaseDownload(Model, frozen=True):
    """A download and its window."""

    artifact_id: str
    version: str
    size: int
    available_until: Instant | None
    extension: ExtensionStatus | None


class CaseOrder(Model, frozen=True):
    """An order as it was last read; `unread` is what of it could not be used, in the store's own words."""

    number: str
    status: str | None
    read_at: Instant | None
    licences: tuple[CaseLicence, ...] = ()
    downloads: tuple[CaseDownload, ...] = ()
    unread: tuple[Unread, ...] = ()


class CaseFile(Model, frozen=True):
    """What happened on this PC; `findings` are those of the installation's check, `log` its latest lines.

    `order_number` is the order the case is about, where it is about one. Failures are steps of the `timeline`, with
    their codes.
    """

    order_number: str | None
    created_at: Instant
    program: str
    store: str
    system: System | None
    machine: Machine | None
    orders: tuple[CaseOrder, ...]
    findings: tuple[Finding, ...]
    timeline: tuple[TimelineEntry, ...]
    files: tuple[str, ...]
    log: tuple[str, ...]


class CaseFileWriter:
    """Writes case files about what this PC knows; the store is not asked for anything.

    `look` returns what a check before an installation finds here, with what the store's profile demands.
    """

    def __init__(
        self,
        orders: Orders,
        library: Library,
        order_downloads: OrderDownloads,
        device: ThisPC,
        system: SystemProbe,
        look: Callable[[Profile], tuple[Finding, ...]],
        clock: Callable[[], dt.datetime],
        log_file: Path,
    ) -> None:
        self._orders = orders
        self._library = library
        self._order_downloads = order_downloads
        self._device = device
        self._system = system
        self._look = look
        self._clock = clock
        self._log_file = log_file

    def text(self, number: str | None = None) -> str:
        """Returns the case file as JSON text, readable for people.

        `number` is the order it is about; the other orders of this PC are in it all the same.
        """
        known = self._orders.cache.remembered()
        clean = redaction(self._orders.lookup.secrets(), keep=[order.number for order in known])
        shown = _cleaned(to_builtins(self._gather(known, number)), clean)
        return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"

    def _gather(self, known: tuple[KnownOrder, ...], number: str | None) -> CaseFile:
        profile = self._orders.cache.remembered_profile()
        return CaseFile(
            order_number=number,
            created_at=self._clock(),
            program=f"Companion {__version__}",
            store=self._orders.store,
            system=self._system.operating_system().value,
            machine=self._device.machine().value,
            orders=tuple(_order(each) for each in known),
            findings=self._look(profile) if profile is not None else (),
            timeline=self._library.timeline(),
            files=tuple(
                f"{file.path.name}, {file.grant.size} bytes, {file.grant.sha256}"
                for file in self._order_downloads.files()
            ),
            log=_log_lines(self._log_file),
        )


def _order(known: KnownOrder) -> CaseOrder:
    order = known.order
    if order is None:
        return CaseOrder(number=known.number, status=None, read_at=known.read_at)
    licences = tuple(
        CaseLicence(
            product_name=licence.product_name,
            status=licence.status.value,
            expires_at=licence.expires_at,
            seats_used=len(licence.seats),
            seats_total=licence.seats_total,
        )
        for licence in order.licences
    )
    downloads = tuple(
        CaseDownload(
            artifact_id=download.artifact_id,
            version=download.version,
            size=download.size,
            available_until=download.available_until,
            extension=download.extension.status if download.extension else None,
        )
        for download in order.downloads
    )
    return CaseOrder(
        number=known.number,
        status=order.status.value,
        read_at=known.read_at,
        licences=licences,
        downloads=downloads,
        unread=order.all_unread,
    )


def _log_lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:])
    except OSError:
        return ()


def _cleaned(value: Any, clean: Redact) -> Any:
    """Every text in `value` without what must not be read."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(entry, clean) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(entry, clean) for entry in value]
    return value
