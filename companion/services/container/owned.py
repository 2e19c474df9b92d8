"""Builds what works with everything that is owned, whatever store it came from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.services.app.paths import AppFolders
from companion.services.container.built_once import BuiltOnce, is_built
from companion.services.container.environment import home_folders, local_zone, utc_now
from companion.services.http.patience import UNLIMITED, Patience

if TYPE_CHECKING:
    from companion.domain.purchases.purchase import Overview
    from companion.services.app.time_zone import LocalZone
    from companion.services.downloads.left_downloads import LeftDownloads
    from companion.services.purchases.activations import Activations
    from companion.services.purchases.directory import MakerDirectory
    from companion.services.purchases.downloads import PurchaseDownloads
    from companion.services.purchases.intake import Intake
    from companion.services.purchases.mirror import OrderMirror
    from companion.services.purchases.refresh import PurchaseRefresh
    from companion.services.purchases.registry import PurchaseRegistry
    from companion.services.purchases.removed import RemovedPurchases
    from companion.services.purchases.stores import StoreList
    from companion.services.reminders import Reminders
    from companion.services.storage.database import Library
    from companion.services.store.keychain.keychain import Keychain
    from companion.services.stores.connectors import Connectors
    from companion.services.stores.store_api import OpenStores
    from companion.services.updates.service import Updates


@dataclasses.dataclass(frozen=True)
class Asking:
    """What asks stores about purchases: the connectors, refreshing, and the seats of this PC."""

    connectors: Connectors
    refresh: PurchaseRefresh
    activations: Activations
    downloads: PurchaseDownloads
    stores: OpenStores


@dataclasses.dataclass(frozen=True)
class Owned:
    """What works with everything that is owned, whatever store it came from, and without any store."""

    folders: AppFolders
    clock: Callable[[], dt.datetime]
    zone: LocalZone
    library: Library
    keychain: Keychain
    log_file: Path
    patience: Patience = UNLIMITED
    building: threading.RLock = dataclasses.field(default_factory=threading.RLock, repr=False, compare=False)

    # Built when first needed: commands about one store's orders load none of it.

    @BuiltOnce
    def purchases(self) -> PurchaseRegistry:
        """What is owned, and every change of it."""
        from companion.services.purchases.registry import PurchaseRegistry
        from companion.services.purchases.secrets import PurchaseKeychain

        return PurchaseRegistry(
            self.library, PurchaseKeychain(self.keychain), self.clock, lambda: self.directory.current
        )

    @BuiltOnce
    def stores(self) -> StoreList:
        """The stores that were added."""
        from companion.services.purchases.stores import StoreList

        return StoreList(
            self.library, self.clock, patience=self.patience, brands=lambda: self.directory.current.brands()
        )

    @BuiltOnce
    def directory(self) -> MakerDirectory:
        """What is known of makers and shops."""
        from companion.services.app.resources import resource
        from companion.services.purchases.directory import MakerDirectory

        return MakerDirectory(resource("directory"), self.folders.state / "directory")

    @BuiltOnce
    def intake(self) -> Intake:
        """What recognises e-mails, keys, numbers and links."""
        from companion.services.purchases.intake import Intake

        def known_products() -> tuple[str, ...]:
            return (*self.library.product_names(), *self.directory.current.product_names())

        return Intake(self.clock, known_products, lambda: self.directory.current.brands())

    @BuiltOnce
    def mirror(self) -> OrderMirror:
        """What makes purchases of the orders that were added; it asks no store."""
        from companion.services.purchases.mirror import OrderMirror

        return OrderMirror(self.library, self.purchases, self.clock)

    @BuiltOnce
    def asking(self) -> Asking:
        """What asks the stores about purchases; built when first needed, since most commands ask none."""
        return _asking(self)

    @BuiltOnce
    def removed_purchases(self) -> RemovedPurchases:
        """Purchases that were removed by command and can be put back."""
        from companion.services.purchases.removed import RemovedPurchases

        return RemovedPurchases(self.library, self.purchases, self.clock)

    @BuiltOnce
    def left_downloads(self) -> LeftDownloads:
        """What is left of unfinished downloads of orders and purchases that are gone."""
        from companion.services.downloads.left_downloads import LeftDownloads

        library = self.library
        return LeftDownloads(library, self.folders.downloads, lambda: (each.id for each in library.purchases()))

    @BuiltOnce
    def updates(self) -> Updates:
        """What looks for new versions of this program."""
        from companion.services.container.updates import build_updates
        from companion.services.platforms import current

        return build_updates(self.folders, current())

    def all_purchases(self) -> tuple[Overview, ...]:
        """Returns everything that is owned. Handing this method on builds nothing yet, unlike `purchases.all`."""
        return self.purchases.all()

    def purchase_secrets(self) -> frozenset[str]:
        """Returns the keys, links and activations of all purchases, to be taken out of what leaves this PC."""
        held = [self.purchases.secrets(each.id) for each in self.purchases.all()]
        groups = [group for each in held for group in (each.keys, each.links, each.instance_ids)]
        return frozenset(secret.reveal() for group in groups for secret in group.values())

    def reminders(self) -> Reminders:
        """Returns the reminders of purchases of any shop, without the orders of stores."""
        from companion.services.reminders import Reminders

        return Reminders(None, None, self.library, self.clock, self.zone, owned=self.all_purchases)

    def close(self) -> None:
        """Close what is open; nothing may be used afterwards."""
        if is_built(self, "asking"):
            self.asking.stores.close()
        self.keychain.close()
        self.library.close()


def build_owned(
    home: Path | None,
    *,
    verbose: bool = False,
    keychain: Keychain | None = None,
    patience: Patience = UNLIMITED,
) -> Owned:
    """Build what works with everything that is owned; no store is needed and none is asked.

    `keychain` is the operating system's unless one is given; stores are waited for with `patience`. Raises
    `CompanionError` for folders and library.
    """
    from companion.services.app.log import start_log
    from companion.services.storage.database import Library
    from companion.services.store.keychain.keychain import Keychain

    where = home_folders(home)
    where.prepare()
    log_file = start_log(where.logs, verbose=verbose)
    library, keychain = Library(where.library), keychain or Keychain()
    return Owned(
        folders=where,
        clock=utc_now,
        zone=local_zone(),
        library=library,
        keychain=keychain,
        log_file=log_file,
        patience=patience,
    )


def _asking(owned: Owned) -> Asking:
    """Build what asks stores: one connector for each kind."""
    from companion.domain.connectors import edd
    from companion.services.pc.device import ThisPC
    from companion.services.platforms import current
    from companion.services.purchases.activations import Activations
    from companion.services.purchases.downloads import PurchaseDownloads
    from companion.services.purchases.refresh import PurchaseRefresh
    from companion.services.stores.connectors import Connectors
    from companion.services.stores.edd import EddStore
    from companion.services.stores.store_api import OpenStores, StoreApiStore
    from companion.services.stores.woocommerce import WooCommerceStore

    library, registry, clock = owned.library, owned.purchases, owned.clock
    platform = current()
    this_pc = ThisPC(platform.system, library)
    stores = OpenStores(owned.keychain, library, clock, patience=owned.patience)
    connectors = Connectors(
        (
            StoreApiStore(clock, stores.orders_at, lambda: (this_pc.seat_id, this_pc.name)),
            EddStore(clock, lambda: edd.site_of_seat(this_pc.seat_id), patience=owned.patience),
            WooCommerceStore(clock),
        )
    )
    refresh = PurchaseRefresh(registry, connectors, library, owned.mirror, clock, owned.zone)
    downloads = PurchaseDownloads(
        registry, refresh, library, owned.folders.downloads, platform.programs.mark_of_the_web
    )
    return Asking(connectors, refresh, Activations(registry, refresh), downloads, stores)
