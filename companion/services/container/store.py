"""Builds the services of one store, over what is owned; chooses the store where none was named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.entitlements.order_lookup import check_store_url
from companion.services.app.paths import AppFolders
from companion.services.container.environment import utc_now
from companion.services.container.local import build_recovery
from companion.services.container.owned import Owned, build_owned

if TYPE_CHECKING:
    from companion.domain.pc.finding import Finding
    from companion.domain.pc.network_diagnostics import NetworkReport, StepResult
    from companion.domain.store.profile import Probe, Profile
    from companion.services.app.cancellation import Cancellation
    from companion.services.app.time_zone import LocalZone
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations
    from companion.services.pc.checker import Preflight
    from companion.services.pc.device import ThisPC
    from companion.services.pc.program_closer import ProgramCloser
    from companion.services.platforms.protocol import PlatformServices
    from companion.services.reminders import Reminders
    from companion.services.snapshot import SnapshotReader
    from companion.services.storage.database import Library
    from companion.services.store.keychain.keychain import Keychain
    from companion.services.store.orders import Orders
    from companion.services.support.case_file import CaseFileWriter
    from companion.services.support.help_search import HelpSearch

STORE_SETTING = "store"
NO_STORE = "https://no-store.invalid"
"""The address of the services that the window has as long as no store with the Store API is known.

They hold no orders and nothing is asked there; the name can never be given to a store (RFC 2606).
"""


@dataclasses.dataclass(frozen=True)
class Services:
    """The services of one store, over what the person owns. `clock` returns aware UTC times, `zone` is the person's."""

    owned: Owned
    folders: AppFolders
    clock: Callable[[], dt.datetime]
    zone: LocalZone
    platform: PlatformServices
    library: Library
    keychain: Keychain
    orders: Orders
    order_downloads: OrderDownloads
    reminders: Reminders
    preflight: Preflight
    closing: ProgramCloser
    recovery: Recovery
    installations: Installations
    this_pc: ThisPC
    help: HelpSearch
    case_files: CaseFileWriter
    log_file: Path
    tells_of_purchases: bool = True
    """Whether dates of purchases of any shop are told beside those of the orders: of several stores, one does."""

    @property
    def has_store(self) -> bool:
        """Whether these are the services of a store that can be asked."""
        return self.orders.store != NO_STORE

    def snapshots(self) -> SnapshotReader:
        """Returns the reader of what the pages of the window show."""
        from companion.services.snapshot import SnapshotReader

        return SnapshotReader(
            self.orders,
            self.library,
            self.order_downloads,
            self.this_pc,
            self.help,
            self.clock,
            self.zone,
            self.owned.all_purchases if self.tells_of_purchases else tuple,
        )

    def close_store(self) -> None:
        """Close what belongs to this store alone; what is owned stays open for the other stores."""
        self.orders.client.close()
        self.help.close()

    def close(self) -> None:
        """Close everything; nothing may be used afterwards."""
        self.close_store()
        self.owned.close()


def build_services(
    home: Path | None, store: str | None, *, verbose: bool = False, keychain: Keychain | None = None
) -> Services:
    """Build everything for one user and one store: the one that `choose_store` picks.

    `keychain` is the operating system's unless one is given. Raises `CompanionError` ``no-store`` when there is no
    store, and whatever is wrong with folders, library or address.
    """
    owned = build_owned(home, verbose=verbose, keychain=keychain)
    try:
        return open_store(owned, choose_store(owned, store))
    except BaseException:
        owned.close()
        raise


def build_window_services(
    home: Path | None, store: str | None, *, verbose: bool = False, keychain: Keychain | None = None
) -> Services:
    """Build everything for the window, which works without any store too: then `Services.has_store` is false.

    Raises `CompanionError` for folders, library, and the address of a store that was named.
    """
    owned = build_owned(home, verbose=verbose, keychain=keychain)
    try:
        try:
            address = choose_store(owned, store)
        except CompanionError as error:
            if error.code != ErrorCode.NO_STORE:
                raise
            address = NO_STORE
        return open_store(owned, address)
    except BaseException:
        owned.close()
        raise


def open_store(owned: Owned, address: str, *, tells_of_purchases: bool = True) -> Services:
    """Build the services of one store over what is owned; `Services.close_store` ends them."""
    from companion.domain.store.profile import Stage
    from companion.services.app.resources import resource
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.pc.checker import Preflight
    from companion.services.platforms import current
    from companion.services.reminders import Reminders
    from companion.services.store.client import StoreClient
    from companion.services.store.orders import open_orders
    from companion.services.support.case_file import CaseFileWriter
    from companion.services.support.help_search import HelpSearch

    where, library, keychain, zone = owned.folders, owned.library, owned.keychain, owned.zone
    client, platform = StoreClient(address, patience=owned.patience), current()
    orders = open_orders(client, keychain, library, utc_now)
    order_downloads = OrderDownloads(orders, library, platform.programs, where.downloads, utc_now)
    preflight = Preflight(platform, utc_now, store_clock=client.time)
    installing = _installing(where, platform, preflight, orders, library, zone)

    def look(profile: Profile) -> tuple[Finding, ...]:
        installations = installing["installations"]
        return installations.look(Stage.INSTALL, installations.requirements(profile))

    def other_numbers() -> tuple[str, ...]:
        others = (store for store in library.stores_with_orders() if store != address)
        return tuple(order.number for store in others for order in library.orders(store))

    return Services(
        owned=owned,
        folders=where,
        clock=utc_now,
        zone=zone,
        platform=platform,
        library=library,
        keychain=keychain,
        orders=orders,
        order_downloads=order_downloads,
        reminders=Reminders(
            orders,
            order_downloads,
            library,
            utc_now,
            zone,
            store_clock=client.time,
            owned=owned.all_purchases if tells_of_purchases else None,
        ),
        preflight=preflight,
        **installing,
        help=HelpSearch(resource("help")),
        case_files=CaseFileWriter(
            orders,
            library,
            order_downloads,
            installing["this_pc"],
            platform.system,
            look,
            utc_now,
            owned.log_file,
            zone,
            other_numbers,
            owned.purchase_secrets,
        ),
        log_file=owned.log_file,
        tells_of_purchases=tells_of_purchases,
    )


class _Installing(TypedDict):
    closing: ProgramCloser
    recovery: Recovery
    this_pc: ThisPC
    installations: Installations


def _installing(
    where: AppFolders,
    platform: PlatformServices,
    preflight: Preflight,
    orders: Orders,
    library: Library,
    zone: dt.tzinfo,
) -> _Installing:
    """The services between a download and a working product."""
    from companion.services.installation.runner import Installer
    from companion.services.installation.workflow import Installations
    from companion.services.pc.device import ThisPC
    from companion.services.pc.program_closer import ProgramCloser

    this_pc, recovery = ThisPC(platform.system, library), build_recovery(where, platform, library.note)
    closing = ProgramCloser(platform, remember=recovery.relauncher.remember)
    installations = Installations(
        platform.name,
        preflight,
        closing,
        Installer(platform),
        recovery,
        _check_network,
        orders,
        library,
        this_pc,
        utc_now,
        zone,
    )
    return {"closing": closing, "recovery": recovery, "this_pc": this_pc, "installations": installations}


def address_of_store(owned: Owned, named: str) -> str:
    """Returns the address of a store that is named by its address, or by the name or host of one that was added.

    Raises `CompanionError` ``no-such-store`` or ``bad-store-url``.
    """
    return check_store_url(named if "://" in named or "." in named else owned.stores.find(named).address)


def _check_network(
    store: str, probe: Probe, on_step: Callable[[StepResult], None], cancellation: Cancellation
) -> NetworkReport:
    """Check the connection to a store; what that takes is loaded when it is first done."""
    from companion.services.pc.network_diagnostics import NetworkDiagnostics

    return NetworkDiagnostics().check(store, probe, on_step, cancellation)


def choose_store(owned: Owned, given: str | None = None) -> str:
    """Returns the address of the store to work with: the one that is given, else the one there are orders of.

    `given` (or the environment's ``COMPANION_STORE``) is an address, or the name or host of a store that was added. It
    picks a store and replaces none; only the very first store is remembered by being picked. Raises `CompanionError`
    ``no-store``, ``no-such-store`` or ``bad-store-url``.
    """
    from companion.domain.purchases.from_order import STORE_API

    library, named = owned.library, given or os.environ.get("COMPANION_STORE")
    with_orders = library.stores_with_orders()
    remembered = library.setting(STORE_SETTING)
    if named:
        known = {store.address for store in library.stores()} | set(with_orders)
        checked = address_of_store(owned, named)
        if not known and remembered is None:
            library.remember_setting(STORE_SETTING, checked)
        return checked
    if remembered is not None and (remembered in with_orders or not with_orders):
        return check_store_url(remembered)
    if with_orders:
        return with_orders[0]
    offering = [store.address for store in library.stores() if store.kind == STORE_API]
    if offering:
        return offering[0]
    raise CompanionError(
        ErrorCode.NO_STORE,
        "No store has been chosen",
        "Companion does not know yet which store your software comes from.",
        "Add what you bought anywhere with: companion add FILE, name a store once with --store https://… (its "
        "confirmation e-mail has the address), or try everything out with: companion demo",
        kind=ErrorKind.USAGE,
    )
