"""The only place that builds services and hands them on."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from companion.domain.core.errors import CompanionError, Kind
from companion.domain.entitlements.order_lookup import check_store_url, is_loopback
from companion.services.app.paths import Places, places
from companion.services.container import Local, Services

if TYPE_CHECKING:
    from companion.demo.server import DemoStore
    from companion.services.app.time_zone import LocalZone
    from companion.services.installation.recovery import Aftermath, Note
    from companion.services.installation.workflow import Installations
    from companion.services.pc.checker import Preflight
    from companion.services.pc.device import ThisPC
    from companion.services.pc.program_closer import Closing
    from companion.services.platforms.protocol import Platform
    from companion.services.storage.database import Library
    from companion.services.storage.records import TimelineEntry
    from companion.services.store.client import StoreClient
    from companion.services.store.orders import Orders

STORE_SETTING = "store"
MEBIBYTE = 1024 * 1024


def utc_now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_zone() -> LocalZone:
    """The person's time zone, with its rules for summer time; it follows them when they travel."""
    from companion.services.app.time_zone import LocalZone

    return LocalZone()


def home_places(home: Path | None) -> Places:
    """The user's folders: below `home`, or the one the environment names, or where the system keeps such things."""
    if home is None and (named := os.environ.get("COMPANION_HOME")):
        home = Path(named)
    return places(home)


def build_services(home: Path | None, store: str | None, *, verbose: bool = False) -> Services:
    """Build everything for one user and one store.

    The store is the one given, else the one the environment names, else the one used last. Raises `CompanionError`
    ``no-store`` when there is none, and whatever is wrong with folders, library or address.
    """
    from companion.services.app.log import start_log
    from companion.services.app.resources import resource
    from companion.services.downloads.order_downloads import Purchases
    from companion.services.pc.checker import Preflight
    from companion.services.platforms import current
    from companion.services.reminders import Reminders
    from companion.services.store.keychain import Keychain
    from companion.services.store.orders import Orders
    from companion.services.support.help_search import HelpSearch

    where = home_places(home)
    where.prepare()
    log_file = start_log(where.logs, verbose=verbose)
    library, client = _open_library_and_store(where, store)
    platform, keychain, zone = current(), Keychain(), local_zone()
    orders = Orders(client, keychain, library, utc_now)
    purchases = Purchases(orders, library, platform, where.downloads, utc_now)
    preflight = Preflight(platform, utc_now, store_clock=client.time)
    return Services(
        places=where,
        clock=utc_now,
        zone=zone,
        platform=platform,
        library=library,
        keychain=keychain,
        orders=orders,
        purchases=purchases,
        reminders=Reminders(orders, purchases, library, utc_now, zone, store_clock=client.time),
        preflight=preflight,
        **_installing(where, platform, preflight, orders, library, zone),
        help=HelpSearch(resource("help")),
        log_file=log_file,
    )


def _open_library_and_store(where: Places, store: str | None) -> tuple[Library, StoreClient]:
    from companion.services.storage.database import Library
    from companion.services.store.client import StoreClient

    library = Library(where.library)
    try:
        return library, StoreClient(_store_address(store, library))
    except BaseException:
        library.close()
        raise


class _Installing(TypedDict):
    closing: Closing
    aftermath: Aftermath
    this_pc: ThisPC
    installations: Installations


def _installing(
    where: Places, platform: Platform, preflight: Preflight, orders: Orders, library: Library, zone: dt.tzinfo
) -> _Installing:
    """The services between a download and a working product."""
    from companion.services.installation.runner import Installer
    from companion.services.installation.workflow import Installations
    from companion.services.pc.device import ThisPC
    from companion.services.pc.network_diagnostics import NetworkPath
    from companion.services.pc.program_closer import Closing

    this_pc, aftermath = ThisPC(platform, library), _aftermath(where, platform, library.note)
    closing = Closing(platform, remember=aftermath.reopenings.remember)
    installations = Installations(
        platform, preflight, closing, Installer(platform), aftermath, NetworkPath(), orders, library, this_pc,
        utc_now, zone,
    )  # fmt: skip
    return {"closing": closing, "aftermath": aftermath, "this_pc": this_pc, "installations": installations}


def _aftermath(where: Places, platform: Platform, note: Note) -> Aftermath:
    from companion.services.app.launch_command import start_command
    from companion.services.installation.recovery import Aftermath

    return Aftermath(where.state, platform, utc_now, note, start_command(where, tray=False))


def look_for_store(address: str) -> None:
    """Ask whether a store answers at `address`; blocks. Raises `CompanionError` with the reason when none does."""
    from companion.services.store.client import StoreClient

    client = StoreClient(address)
    try:
        client.profile()
    finally:
        client.close()


def build_local(home: Path | None) -> Local:
    """Build what needs no store; nothing is written anywhere until something of this PC is changed."""
    from companion.services.pc.checker import Preflight
    from companion.services.pc.program_closer import Closing
    from companion.services.platforms import current

    platform, where = current(), home_places(home)

    def note(entry: TimelineEntry) -> None:
        from companion.services.storage.database import Library

        # A time-line belongs to orders: without any, none is begun.
        if where.library.exists():
            with contextlib.closing(Library(where.library)) as library:
                library.note(entry)

    aftermath = _aftermath(where, platform, note)
    return Local(
        places=where,
        clock=utc_now,
        zone=local_zone(),
        platform=platform,
        preflight=Preflight(platform, utc_now),
        closing=Closing(platform, remember=aftermath.reopenings.remember),
        aftermath=aftermath,
    )


def _store_address(given: str | None, library: Library) -> str:
    address = given or os.environ.get("COMPANION_STORE") or library.setting(STORE_SETTING)
    if not address:
        raise CompanionError(
            "no-store",
            "No store has been chosen",
            "Companion does not know yet which store your software comes from.",
            "Name it once with --store https://… (the store's confirmation e-mail has the address), "
            "or try everything out with: companion demo",
            kind=Kind.USAGE,
        )
    checked = check_store_url(address)
    if given or library.setting(STORE_SETTING) is None:
        library.remember_setting(STORE_SETTING, checked)
    return checked


def build_demo_store(
    root: Path, *, size: int, host: str = "127.0.0.1", port: int = 0, rate: int | None = None
) -> DemoStore:
    """The embedded store with everything it keeps below `root`; its artifacts are `size` bytes long.

    `rate` slows downloads to that many bytes per second. Raises `CompanionError`: ``port-taken``, ``bad-host``,
    ``bad-size`` or ``folder-not-writable``.
    """
    import sqlite3

    from companion.demo.server import DemoStore
    from companion.services.app.resources import resource
    from companion.services.platforms import current

    _require_room(size)
    _require_free(host, port)
    try:
        root.mkdir(parents=True, exist_ok=True)
        return DemoStore(
            root,
            system=current().name.value,
            size=size,
            host=host,
            port=port,
            rate=rate,
            profile=resource("profiles/larkfield.json").read_bytes(),
        )
    except (OSError, sqlite3.OperationalError) as error:
        raise CompanionError(
            "folder-not-writable",
            "The store cannot keep its files",
            f"The embedded store keeps its files in {root}, but that does not work ({error}).",
            "Check that the disk is not full and the folder is yours, or choose another folder.",
        ) from None


def _require_room(size: int) -> None:
    from companion.demo.artifact import LEAST_SIZE

    if size < LEAST_SIZE:
        raise CompanionError(
            "bad-size",
            "The installer would be too small",
            f"The demo's installer needs at least {LEAST_SIZE} bytes.",
            "Choose a larger --size.",
            kind=Kind.USAGE,
        )


def _require_free(host: str, port: int) -> None:
    """Say in plain words why the store could not listen there; the web server itself would end the program."""
    import socket

    if not is_loopback(host):
        raise CompanionError(
            "bad-host",
            "The embedded store stays on this PC",
            f"{host} is not an address of this PC alone, and the store speaks unprotected http.",
            "Leave --host away, or use 127.0.0.1 or ::1.",
            kind=Kind.USAGE,
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            if os.name == "posix":
                # On Windows this option would let two programs share one port; elsewhere it only skips a wait.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except (OSError, OverflowError):
        raise CompanionError(
            "port-taken",
            "The store cannot listen there",
            f"Port {port} on {host} cannot be used; most likely another program has it.",
            "Leave --port away: a free one is then found.",
            kind=Kind.USAGE,
        ) from None
