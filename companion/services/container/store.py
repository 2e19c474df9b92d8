"""Builds the services of one store, over what is owned; chooses the store where none was named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.entitlements.order_lookup import check_store_url
from companion.services.app.paths import AppFolders
from companion.services.container.built_once import BuiltOnce, is_built
from companion.services.container.local import build_recovery
from companion.services.container.owned import Owned, build_owned
from companion.services.http.addresses import require_safe_url

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
    from companion.services.snapshot_reader import SnapshotReader
    from companion.services.storage.database import Library
    from companion.services.store.calls.client import StoreClient
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
    address: str
    folders: AppFolders
    clock: Callable[[], dt.datetime]
    zone: LocalZone
    library: Library
    keychain: Keychain
    log_file: Path
    tells_of_purchases: bool = True
    """Whether dates of purchases of any shop are told beside those of the orders: of several stores, one does."""
    building: threading.RLock = dataclasses.field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def has_store(self) -> bool:
        """Whether these are the services of a store that can be asked."""
        return self.address != NO_STORE

    # Built when first needed: the window is painted, and most commands end, with none or few of them.

    @BuiltOnce
    def platform(self) -> PlatformServices:
        """What depends on the operating system."""
        from companion.services.platforms import current

        return current()

    @BuiltOnce
    def client(self) -> StoreClient:
        """What calls the store."""
        from companion.services.store.calls.client import StoreClient

        return StoreClient(self.address, patience=self.owned.patience)

    @BuiltOnce
    def orders(self) -> Orders:
        """The orders of the store."""
        from companion.services.store.orders import open_orders

        return open_orders(self.client, self.keychain, self.library, self.clock)

    @BuiltOnce
    def order_downloads(self) -> OrderDownloads:
        """The downloads of orders."""
        from companion.services.downloads.order_downloads import OrderDownloads

        return OrderDownloads(self.orders, self.library, self.platform.programs, self.folders.downloads, self.clock)

    @BuiltOnce
    def reminders(self) -> Reminders:
        """What reminds of the dates of the orders, and of those of purchases where these services tell of them."""
        from companion.services.reminders import Reminders

        return Reminders(
            self.orders,
            self.order_downloads,
            self.library,
            self.clock,
            self.zone,
            store_clock=self.client.time,
            owned=self.owned.all_purchases if self.tells_of_purchases else None,
            this_seat=lambda: self.this_pc.seat_id,
        )

    @BuiltOnce
    def preflight(self) -> Preflight:
        """What checks this PC."""
        from companion.services.pc.checker import Preflight

        return Preflight(self.platform, self.clock, store_clock=self.client.time)

    @BuiltOnce
    def closing(self) -> ProgramCloser:
        """What closes programs."""
        from companion.services.pc.program_closer import ProgramCloser

        return ProgramCloser(self.platform, remember=self.recovery.relauncher.remember)

    @BuiltOnce
    def recovery(self) -> Recovery:
        """What puts back what was changed on this PC."""
        return build_recovery(self.folders, self.platform, self.library.note)

    @BuiltOnce
    def this_pc(self) -> ThisPC:
        """This PC, as a store knows it."""
        from companion.services.pc.device import ThisPC

        return ThisPC(self.platform.system, self.library)

    @BuiltOnce
    def installations(self) -> Installations:
        """What leads from a download to a working product."""
        from companion.services.installation.runner import Installer
        from companion.services.installation.workflow import Installations

        return Installations(
            self.platform.name,
            self.preflight,
            self.closing,
            Installer(self.platform),
            self.recovery,
            _check_network,
            self.orders,
            self.library,
            self.this_pc,
            self.clock,
            self.zone,
        )

    @BuiltOnce
    def help(self) -> HelpSearch:
        """The help articles."""
        from companion.services.app.resources import resource
        from companion.services.support.help_search import HelpSearch

        return HelpSearch(resource("help"))

    @BuiltOnce
    def case_files(self) -> CaseFileWriter:
        """What writes the file for the support."""
        from companion.services.support.case_file import CaseFileWriter

        return CaseFileWriter(
            self.orders,
            self.library,
            self.order_downloads,
            self.this_pc,
            self.platform.system,
            self._look_at_this_pc,
            self.clock,
            self.log_file,
            self.zone,
            self._numbers_at_other_stores,
            self.owned.purchase_secrets,
        )

    def _look_at_this_pc(self, profile: Profile) -> tuple[Finding, ...]:
        from companion.domain.store.profile import Stage

        return self.installations.look(Stage.INSTALL, self.installations.requirements(profile))

    def _numbers_at_other_stores(self) -> tuple[str, ...]:
        others = (store for store in self.library.stores_with_orders() if store != self.address)
        return tuple(order.number for store in others for order in self.library.orders(store))

    def snapshots(self) -> SnapshotReader:
        """Returns the reader of what the pages of the window show."""
        from companion.services.snapshot_reader import SnapshotReader

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

    def prepare(self) -> tuple[object, ...]:
        """Returns what the window needs as soon as it is painted, built; that takes some hundredths of a second."""
        return self.orders, self.order_downloads, self.reminders, self.recovery, self.this_pc, self.help

    def stop(self) -> None:
        """End what is being asked of the store; nothing can be asked afterwards."""
        self.client.stop()

    def leave(self) -> None:
        """Let go of what was held of this PC; may block."""
        if is_built(self, "recovery"):
            self.recovery.leave()

    def close_store(self) -> None:
        """Close what belongs to this store alone; what is owned stays open for the other stores."""
        if is_built(self, "client"):
            self.client.close()
        if is_built(self, "help"):
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
    return _open_chosen(owned, lambda: choose_store(owned, store))


def build_window_services(
    home: Path | None, store: str | None, *, verbose: bool = False, keychain: Keychain | None = None
) -> Services:
    """Build everything for the window, which works without any store too: then `Services.has_store` is false.

    Raises `CompanionError` for folders, library, and the address of a store that was named.
    """
    owned = build_owned(home, verbose=verbose, keychain=keychain)

    def choose() -> str:
        try:
            return choose_store(owned, store)
        except CompanionError as error:
            if error.code != ErrorCode.NO_STORE:
                raise
            return NO_STORE

    return _open_chosen(owned, choose)


def _open_chosen(owned: Owned, choose: Callable[[], str]) -> Services:
    """Build the services of the store whose address `choose` returns; `owned` is closed when that fails."""
    try:
        return open_store(owned, choose())
    except BaseException:
        owned.close()
        raise


def open_store(owned: Owned, address: str, *, tells_of_purchases: bool = True) -> Services:
    """Build the services of one store over what is owned; `Services.close_store` ends them.

    Raises `CompanionError` ``unsafe-address`` for an address that nothing may be sent to.
    """
    return Services(
        owned=owned,
        address=require_safe_url(address).rstrip("/"),
        folders=owned.folders,
        clock=owned.clock,
        zone=owned.zone,
        library=owned.library,
        keychain=owned.keychain,
        log_file=owned.log_file,
        tells_of_purchases=tells_of_purchases,
    )


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
    from companion.domain.purchases.values import STORE_API

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
