"""The case file: everything support needs to know in one text, without anything they must not see."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from companion import __version__
from companion.domain.core.redaction import Redact, redaction
from companion.domain.core.serialization import to_builtins
from companion.domain.pc.finding import Finding
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.receipts import receipts_about
from companion.domain.store.profile import Profile
from companion.services.downloads.order_downloads import OrderDownloads
from companion.services.pc.device import ThisPC
from companion.services.platforms.protocol import SystemProbe
from companion.services.storage.database import Library
from companion.services.storage.records import KnownOrder, TimelineEntry
from companion.services.store.orders import Orders
from companion.services.support.case_summary import summary_lines
from companion.services.support.case_values import (
    CaseAbout,
    CaseDownload,
    CaseEmailReceipt,
    CaseFile,
    CaseLicence,
    CaseOrder,
    CaseProduct,
    CasePurchase,
    WrittenCase,
)

_LOG_LINES = 300


class CaseFileWriter:
    """Writes case files about what this PC knows; the store is not asked for anything.

    `look` returns what a check before an installation finds here, with what the store's profile demands;
    `other_numbers` are the orders of other stores, which no case of this one tells; `other_secrets` are the keys and
    links of purchases of any shop.
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
        zone: dt.tzinfo,
        other_numbers: Callable[[], tuple[str, ...]],
        other_secrets: Callable[[], frozenset[str]],
    ) -> None:
        self._orders = orders
        self._library = library
        self._order_downloads = order_downloads
        self._device = device
        self._system = system
        self._look = look
        self._clock = clock
        self._log_file = log_file
        self._zone = zone
        self._other_numbers = other_numbers
        self._other_secrets = other_secrets

    def write(self, about: CaseAbout) -> WrittenCase:
        """Returns the case file about one order or purchase; without one, about this PC and all orders of the store."""
        known = self._orders.cache.remembered()
        keep = {order.number for order in known} | ({about.number} if about.number else set())
        if about.purchase is not None and about.purchase.order_number:
            keep.add(about.purchase.order_number)
        clean = redaction(self._orders.lookup.secrets() | self._other_secrets(), keep=sorted(keep))
        shown = _cleaned(to_builtins(self._gather(known, about)), clean)
        return WrittenCase(tuple(shown["summary"]), json.dumps(shown, indent=2, ensure_ascii=False) + "\n")

    def _gather(self, known: tuple[KnownOrder, ...], about: CaseAbout) -> CaseFile:
        profile = self._orders.cache.remembered_profile()
        inside = _numbers_inside(known, about)
        strange = (*(order.number for order in known), *self._other_numbers())
        outside = frozenset(number for number in strange if number not in inside)
        case = CaseFile(
            summary=(),
            order_number=about.number,
            created_at=self._clock(),
            program=f"Companion {__version__}",
            store=self._orders.store if about.purchase is None else "",
            system=self._system.operating_system().value,
            machine=self._device.machine().value,
            orders=tuple(_order(each) for each in known if each.number in inside),
            findings=self._look(profile) if profile is not None else (),
            timeline=tuple(each for each in self._library.timeline() if self._belongs(each, inside)),
            files=tuple(
                f"{file.path.name}, {file.grant.size} bytes, {file.grant.sha256}"
                for file in self._order_downloads.files()
                if file.number in inside
            ),
            log=_log_lines(self._log_file, outside),
            purchase=_purchase(about.purchase, self._library) if about.purchase is not None else None,
        )
        name = profile.store.name if profile is not None else self._orders.store
        return msgspec.structs.replace(case, summary=summary_lines(case, name, self._zone))

    def _belongs(self, step: TimelineEntry, inside: frozenset[str]) -> bool:
        """Whether a step is about one of the orders that are told, or about none; never about another store."""
        store = step.facts.get("store")
        return (step.order_number is None or step.order_number in inside) and store in (None, self._orders.store)


def _numbers_inside(known: Iterable[KnownOrder], about: CaseAbout) -> frozenset[str]:
    """Returns the numbers of the orders that are told."""
    if about.purchase is not None:
        return frozenset()
    if about.number is not None and not about.others:
        return frozenset({about.number})
    return frozenset(order.number for order in known)


def _purchase(bought: Overview, library: Library) -> CasePurchase:
    return CasePurchase(
        id=bought.id,
        store=bought.store.name or bought.store.address,
        maker=bought.maker,
        order_number=bought.order_number,
        bought_on=bought.bought_on,
        auto_renew=bought.auto_renew.value,
        products=tuple(
            CaseProduct(
                name=product.name,
                version=product.version,
                state=product.state.value,
                expires=product.expires.at,
                seats_used=product.seats.used,
                seats_limit=product.seats.limit,
            )
            for product in bought.products
        ),
        receipts=tuple(
            CaseEmailReceipt(source=each.source, received_at=each.received_at, statement=each.statement)
            for each in receipts_about(bought, library.email_receipts())
        ),
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
        placed_at=order.placed_at,
        products=tuple(item.name for item in order.line_items),
        licences=licences,
        downloads=downloads,
        unread=order.all_unread,
    )


def _log_lines(path: Path, outside: frozenset[str]) -> tuple[str, ...]:
    """Returns the latest lines of the log, without those that name an order which is not told."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(line for line in lines if not any(number in line for number in outside))[-_LOG_LINES:]


def _cleaned(value: Any, clean: Redact) -> Any:
    """Every text in `value` without what must not be read."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(entry, clean) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(entry, clean) for entry in value]
    return value
