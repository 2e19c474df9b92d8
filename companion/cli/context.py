"""What a command works with: its arguments, its output, and the services, built when first needed.

Modules of the command line import what they need inside functions where a command that does not get there should not
pay for it: the start-up time of short commands consists of imports.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.output import Output
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.text import joined
from companion.domain.core.untrusted.foreign_text import clean_text

if TYPE_CHECKING:
    from companion.cli.formats import Formats
    from companion.domain.core.text import FormatDate, FormatMoment
    from companion.domain.store.profile import Profile
    from companion.services.container.local import Local
    from companion.services.container.owned import Owned
    from companion.services.container.store import Services
    from companion.services.http.patience import Patience


NO_STORE_OF_ORDERS = (
    "No store that lists orders for programs is known. What you own, and until when: companion purchases list"
)


class CommandContext:
    """The arguments, the output and the services of one command."""

    def __init__(self, arguments: argparse.Namespace, output: Output) -> None:
        self.arguments = arguments
        self.output = output
        self.opened_owned: Owned | None = None
        self.opened_services: Services | None = None
        """The services of the store, None as long as no command needed them."""
        self._others: tuple[Services, ...] = ()
        self._told_unsaved = False

    @functools.cached_property
    def services(self) -> Services:
        """The services of the store that is meant: named with --store, or the one that knows the order typed.

        Raises `CompanionError`, also when two stores know an order of that number.
        """
        from companion.services.container.store import choose_store, open_store

        address = self._store_of_order() or choose_store(self.owned, self.arguments.store)
        self.opened_services = open_store(self.owned, address)
        return self.opened_services

    @functools.cached_property
    def every_store(self) -> tuple[Services, ...]:
        """The services of each store that orders were added of, or of the one named with --store.

        Raises `CompanionError` ``no-store`` when there is none.
        """
        from companion.services.container.store import open_store

        addresses = self.owned.library.stores_with_orders()
        if self._named_store or len(addresses) < 2:
            return (self.services,)
        if self.opened_services is None:
            # What is counted and told about failures belongs to the store that is asked first.
            _ = self.services
        others = [address for address in addresses if address != self.services.orders.store]
        self._others = tuple(open_store(self.owned, address) for address in others)
        return (self.services, *self._others)

    def stores_if_any(self) -> tuple[Services, ...]:
        """Returns `every_store`; none for a person who owns purchases of ordinary shops only.

        Raises `CompanionError` ``no-store`` for a person who owns nothing yet.
        """
        try:
            return self.every_store
        except CompanionError as error:
            if error.code is not ErrorCode.NO_STORE or not self.owned.all_purchases():
                raise
            return ()

    @functools.cached_property
    def owned(self) -> Owned:
        """What works with everything that is owned, without any store. Raises `CompanionError`."""
        from companion.services.container.owned import build_owned

        self.opened_owned = build_owned(self.arguments.home, verbose=self.arguments.verbose, patience=self.patience)
        self._tell_of_library()
        return self.opened_owned

    @functools.cached_property
    def patience(self) -> Patience:
        """How long stores are waited for."""
        from companion.services.container.environment import patience_seconds
        from companion.services.http.patience import Patience

        return Patience(patience_seconds(self.arguments.wait), self._tell_of_waiting)

    def wait_in_full(self) -> None:
        """Wait for stores as long as their answers may take, because this command is to change something."""
        self.patience.in_full = True

    def _tell_of_waiting(self, host: str) -> None:
        self.output.say(f"{host} has not answered yet. Waiting …")

    def _tell_of_library(self) -> None:
        """Say once what happened to the library, before anything else is printed, and that nothing can be saved."""
        owned = self.opened_owned
        if owned is None:
            return
        library = owned.library
        if library.set_aside is None and library.unsaved is None:
            return
        from companion.cli.library_notes import set_aside_lines, unsaved_lines

        if library.set_aside is not None and not self.output.is_silent:
            self.output.say(*set_aside_lines(library.set_aside))
            library.told_of_set_aside()
        if library.unsaved is not None and not self._told_unsaved:
            self.output.say(*unsaved_lines(library.unsaved, owned.folders.state))
            self._told_unsaved = True

    @property
    def may_know_a_store(self) -> bool:
        """Whether a store is named, or there is a library that may know one; nothing is opened for the answer."""
        return bool(self._named_store) or self.opened_owned is not None or self.local.folders.library.exists()

    @property
    def _named_store(self) -> str | None:
        return self.arguments.store or os.environ.get("COMPANION_STORE")

    def _store_of_order(self) -> str | None:
        """The only store that knows the order number typed; None where no number was typed, or none knows it."""
        number = getattr(self.arguments, "number", None)
        if self._named_store or not number:
            return None
        stores = self.owned.library.stores_of(str(number).strip().lstrip("#"))
        if len(stores) > 1:
            raise CompanionError(
                ErrorCode.STORE_NOT_CLEAR,
                "Two stores know this order number",
                f"An order {clean_text(str(number), 40)} was added of {joined(stores)}.",
                f"Say which is meant, for example: companion --store {stores[0]} …",
                kind=ErrorKind.USAGE,
            )
        if not stores and getattr(self.arguments, "only_of_a_store", False):
            self._refuse_bought_elsewhere(str(number))
        return stores[0] if stores else None

    def _refuse_bought_elsewhere(self, number: str) -> None:
        """Raise `CompanionError` for an order of an ordinary shop: no other store is asked about it."""
        from companion.domain.purchases.values import STORE_API

        for found in self.owned.purchases.numbered(number):
            if found.store.kind != STORE_API:
                shop = found.store.name or found.store.address or "a shop that is not known"
                raise CompanionError(
                    ErrorCode.ORDER_UNKNOWN,
                    "This order is from another shop",
                    f"{found.name} (order {clean_text(number, 40)}) was bought at {shop}, which does not offer this to"
                    " programs.",
                    f"What is known of it: companion purchases show {found.id[:6]}",
                )

    @functools.cached_property
    def local(self) -> Local:
        """The services that work without a store."""
        from companion.services.container.local import build_local

        return build_local(self.arguments.home)

    @functools.cached_property
    def formats(self) -> Formats:
        """Dates and amounts as this command prints them, in the person's time zone."""
        from companion.cli.formats import Formats

        return Formats(self.owned.zone)

    @property
    def ends(self) -> FormatDate:
        """How an end is shown now: as a day, and to the minute where it is near."""
        return self.formats.ends(self.owned.clock())

    @property
    def asked(self) -> FormatMoment:
        """How it is shown when something was asked: "today, 23:10"."""
        return self.formats.asked(self.owned.clock())

    def start_log(self) -> None:
        """Start writing the log, where the home folder can be written to; work on single files goes on without it."""
        from companion.services.app.log import start_log
        from companion.services.container.environment import home_folders

        with contextlib.suppress(CompanionError):
            where = home_folders(self.arguments.home)
            where.prepare()
            start_log(where.logs, verbose=self.arguments.verbose)

    def close(self) -> None:
        """Close the services that were opened."""
        for services in (*self._others, *([self.opened_services] if self.opened_services is not None else ())):
            services.close_store()
        self._others, self.opened_services = (), None
        if self.opened_owned is not None:
            self._tell_of_library()  # the disk may have become full meanwhile
            self.opened_owned.close()
            self.opened_owned = None

    def order_number(self) -> str:
        """Returns the order number that was typed, in the spelling of the order that was added."""
        from companion.domain.entitlements.order_lookup import known_number, tidy_order_number

        typed = tidy_order_number(self.arguments.number)
        return known_number(typed, self.services.orders.cache.numbers())

    def profile(self) -> Profile:
        """Returns the profile of ``--profile FILE`` where that was given, else the store's."""
        given: Path | None = getattr(self.arguments, "profile", None)
        if given is None:
            return self.services.orders.lookup.profile()
        from companion.cli.files import read_profile

        return read_profile(given)
