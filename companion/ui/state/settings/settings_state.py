"""What the Settings page asks and changes: keychain, stores, copies of the library, and everything on this PC."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject

from companion.domain.core.errors import CompanionError
from companion.domain.installation.leftovers import Leftover
from companion.domain.store.in_use import UnlistedStore, unlisted_stores
from companion.services.app.libraries import LibraryFacts, libraries
from companion.services.app.licence_texts import LicenceText, licence_texts
from companion.services.container.store import STORE_SETTING, Services
from companion.services.downloads.preferences import DownloadPreferences, keep_preferences, read_preferences
from companion.services.installation.leftovers import Leftovers, Removal
from companion.services.storage.copies import Copies
from companion.services.storage.records import KnownStore
from companion.services.store.keychain.keychain import Keychain, KeychainState
from companion.ui.state.tasks import Task, TaskRunner

Failed = Callable[[CompanionError], None]
_Stores = tuple[tuple[KnownStore, ...], tuple[UnlistedStore, ...]]


class SettingsState:
    """Every call returns at once; `done` and `failed` are called on the GUI thread, for as long as `owner` exists."""

    def __init__(self, services: Services, runner: TaskRunner) -> None:
        self._services = services
        self._runner = runner
        self.folders = services.folders
        self._keeping = threading.Lock()
        self._wanted = DownloadPreferences()

    def keychain(self, owner: QObject, done: Callable[[KeychainState], None]) -> None:
        """Look what there is to keep secrets in, without asking the person to unlock it."""
        self._runner.run(owner, lambda _: self._services.keychain.state(), done)

    def unlock(self, owner: QObject, done: Callable[[KeychainState], None]) -> None:
        """Ask the person to unlock the keychain."""
        self._runner.run(owner, lambda _: self._services.keychain.unlock(), done)

    def stores(
        self, owner: QObject, in_use: tuple[str, ...], done: Callable[[_Stores], None], *, is_demo: bool
    ) -> None:
        """Read the list of stores, and which of `in_use` are not on it."""
        library = self._services.library

        def work(_: Task) -> _Stores:
            listed, remembered = library.stores(), library.setting(STORE_SETTING)
            on_list = {store.address for store in listed}
            others = unlisted_stores(in_use, on_list, library.stores_with_orders(), remembered, is_demo=is_demo)
            return listed, others

        self._runner.run(owner, work, done)

    def remove_store(self, owner: QObject, address: str, done: Callable[[KnownStore], None], failed: Failed) -> None:
        """Forget a store; what was bought there stays."""
        self._runner.run(owner, lambda _: self._services.owned.stores.remove(address), done, failed)

    def download_preferences(self, owner: QObject, done: Callable[[DownloadPreferences], None]) -> None:
        """Read how downloads are to go about it."""
        self._runner.run(owner, lambda _: read_preferences(self._services.library), done)

    def keep_download_preferences(self, owner: QObject, chosen: DownloadPreferences, failed: Failed) -> None:
        """Remember how downloads are to go about it; of two choices in a row the later one stays."""
        self._wanted = chosen

        def keep(_: Task) -> None:
            # Work may run in any order, so each writes what was chosen last.
            with self._keeping:
                keep_preferences(self._services.library, self._wanted)

        self._runner.run(owner, keep, lambda _: None, failed)

    def copies(self, owner: QObject, done: Callable[[tuple[dt.datetime, ...]], None]) -> None:
        """Find when the copies of the library were made, the newest first."""
        copies = Copies(self._services.folders.library)
        self._runner.run(owner, lambda _: tuple(made for _, made in copies.newest_first()), done)

    def copy_now(self, owner: QObject, done: Callable[[bool], None]) -> Task:
        """Make the copy of this day anew; `done` is told whether one was made."""
        return self._runner.run(owner, lambda _: self._services.library.copy(renew=True), done)

    def libraries(self, owner: QObject, done: Callable[[tuple[LibraryFacts, ...]], None]) -> None:
        """Read the versions and licences of the libraries."""
        self._runner.run(owner, lambda _: libraries(), done)

    def licence_texts(self, owner: QObject, done: Callable[[tuple[LicenceText, ...]], None]) -> None:
        """Read the licence texts of the program and of what it contains."""
        self._runner.run(owner, lambda _: licence_texts(), done)

    def leftovers(self, owner: QObject, done: Callable[[tuple[Leftover, ...]], None]) -> Task:
        """List everything that the program has put on this PC, finished downloads too."""
        leftovers = leftovers_of(self._services, self._services.keychain)
        return self._runner.run(owner, lambda _: leftovers().found(finished=True), done)


def leftovers_of(services: Services, keychain: Keychain) -> Callable[[], Leftovers]:
    """Returns what makes the list of what the program has put on this PC; making it reads the library."""
    return lambda: Leftovers(
        services.folders, services.library, keychain, services.recovery, services.platform.autostart
    )


def remove_everything(services: Services, *, finished: bool) -> Removal:
    """Remove everything of this program from this PC, once its window has ended; `finished` downloads too. Blocks.

    The keychain of the window lets nothing through any more by then, so another one is asked.
    """
    from companion.services.app.log import stop_log

    keychain = Keychain()
    try:
        stop_log()  # the log is one of the files
        return leftovers_of(services, keychain)().remove(finished=finished)
    finally:
        keychain.close()
