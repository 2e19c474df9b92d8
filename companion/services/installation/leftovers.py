"""Finding and removing what this program left on a PC: entries, secrets and files, and nothing of the person's."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.installation.leftovers import Leftover, LeftoverKind
from companion.services.app.paths import AppFolders
from companion.services.installation.installer_logs import PATTERN as LOG_PATTERN
from companion.services.installation.recovery import Recovery
from companion.services.platforms.protocol import AutostartControl
from companion.services.purchases.secrets import HASH_ACCOUNT, PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.sessions import account_of

_LIBRARY = ("library.db*", "library-*.db*", "library.lock", "receipts.jsonl")
_RECORDS = ("held-back", "underway", "closed", "proven", "running.*", ".companion-*.tmp", ".write-test-*", "update")
_PARTIAL = ("*.part", "*.part.journal*", "*.part.lock")


class Removal(Model, frozen=True):
    """What became of the leftovers: how many things were removed, and the names of those that are still there."""

    removed: int
    failed: tuple[str, ...] = ()


class _Secrets(NamedTuple):
    """Accounts of orders and of the program, and what forgets the secrets of purchases."""

    accounts: tuple[str, ...]
    purchases: tuple[Callable[[], None], ...]


class Leftovers:
    """What this program left; `library` says which secrets there are, since keychains cannot be listed."""

    def __init__(
        self, folders: AppFolders, library: Library, keychain: Keychain, recovery: Recovery, autostart: AutostartControl
    ) -> None:
        self._folders = folders
        self._keychain = keychain
        self._recovery = recovery
        self._autostart = autostart
        self._library = library
        self._secrets = self._find_secrets()

    def found(self, *, partial: bool = True, finished: bool = False) -> tuple[Leftover, ...]:
        """Returns what there is to remove; `finished` downloads only where they are asked for."""
        things = [
            Leftover(kind=LeftoverKind.HELD_AUTOSTART, count=len(self._recovery.held())),
            Leftover(kind=LeftoverKind.AUTOSTART, count=int(self._starts())),
            Leftover(kind=LeftoverKind.KEYCHAIN, count=self._kept()),
            *(_leftover(kind, self._files(kind)) for kind in self._kinds(partial=partial, finished=finished)),
        ]
        return tuple(thing for thing in things if thing.count)

    def remove(self, *, partial: bool = True, finished: bool = False) -> Removal:
        """Remove everything: first what was changed on this PC is put back, then secrets, and the files last.

        So a run that is interrupted can be repeated: as long as a secret is left, the library still names it. What
        could not be put back keeps its record, and a secret that could not be removed the library.
        """
        failed = list(self._recovery.put_back(give_up=True).restored.failed)
        if failed or self._recovery.held():
            return Removal(removed=0, failed=tuple(failed) or ("entries that wait for a restart",))
        removed = 0
        if self._starts():
            self._autostart.start_at_login(None)
            removed += 1
        self._autostart.start_at_next_login(None)
        kept, failed = self._kept(), self._forget()
        removed += kept - len(failed)
        if failed:
            return Removal(removed=removed, failed=tuple(failed))
        self._library.close()
        for kind in self._kinds(partial=partial, finished=finished):
            for path in self._files(kind):
                try:
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                    removed += 1
                except FileNotFoundError:
                    continue
                except OSError as error:
                    failed.append(f"{path} ({error.strerror})")
        self._remove_empty()
        return Removal(removed=removed, failed=tuple(failed))

    def _kinds(self, *, partial: bool, finished: bool) -> Iterator[LeftoverKind]:
        if partial:
            yield LeftoverKind.PARTIAL_DOWNLOADS
        if finished:
            yield LeftoverKind.DOWNLOADS
        yield from (LeftoverKind.LOGS, LeftoverKind.RECORDS, LeftoverKind.COPIES, LeftoverKind.LIBRARY)

    def _files(self, kind: LeftoverKind) -> tuple[Path, ...]:
        where = self._folders
        if kind is LeftoverKind.PARTIAL_DOWNLOADS:
            return _matching(where.downloads, _PARTIAL, deep=True)
        if kind is LeftoverKind.DOWNLOADS:
            partial = set(_matching(where.downloads, _PARTIAL, deep=True))
            return tuple(path for path in _matching(where.downloads, ("*",), deep=True) if path not in partial)
        if kind is LeftoverKind.LOGS:
            return _matching(where.logs, ("companion.log*", LOG_PATTERN))
        patterns = {
            LeftoverKind.RECORDS: _RECORDS,
            LeftoverKind.COPIES: ("copies",),
            LeftoverKind.LIBRARY: _LIBRARY,
        }
        return _matching(where.state, patterns[kind], folders=True)

    def _remove_empty(self) -> None:
        """Remove the program's own folders once nothing is in them; one that the person named stays."""
        folders = [*sorted((path for path in _below(self._folders.downloads) if path.is_dir()), reverse=True)]
        folders += [self._folders.downloads, self._folders.logs]
        for folder in (*folders, *(() if self._folders.named else (self._folders.state,))):
            with contextlib.suppress(OSError):
                folder.rmdir()

    # What is no file

    def _starts(self) -> bool:
        with contextlib.suppress(CompanionError):
            return self._autostart.starts_at_login()
        return False

    def _find_secrets(self) -> _Secrets:
        library, purchases = self._library, PurchaseKeychain(self._keychain)
        orders = [(store, number) for store in library.stores_with_orders() for number in library.order_numbers(store)]
        accounts = [account_of(store, number) for store, number in orders]
        owned = [purchase for purchase in library.purchases() if purchases.has_secrets(purchase)]
        forget = tuple(functools.partial(purchases.forget, purchase) for purchase in owned)
        return _Secrets((*accounts, HASH_ACCOUNT), forget)

    def _kept(self) -> int:
        accounts = sum(self._keychain.holds(account) is True for account in self._secrets.accounts)
        return accounts + len(self._secrets.purchases)

    def _forget(self) -> list[str]:
        failed = []
        ways: list[Callable[[], None]] = [
            functools.partial(self._keychain.forget, account) for account in self._secrets.accounts
        ]
        for forget in (*self._secrets.purchases, *ways):
            try:
                forget()
            except CompanionError as error:
                failed.append(error.message)
        return list(dict.fromkeys(failed))


def _leftover(kind: LeftoverKind, paths: Iterable[Path]) -> Leftover:
    files = [file for path in paths for file in ((path, *_below(path)) if path.is_dir() else (path,)) if _is_file(file)]
    place = str(files[0].parent) if files else None
    return Leftover(kind=kind, count=len(files), place=place, size=sum(file.lstat().st_size for file in files))


def _is_file(path: Path) -> bool:
    return path.is_symlink() or not path.is_dir()


def _matching(folder: Path, patterns: Iterable[str], *, deep: bool = False, folders: bool = False) -> tuple[Path, ...]:
    search = folder.rglob if deep else folder.glob
    found = {path for pattern in patterns for path in search(pattern) if folders or _is_file(path)}
    return tuple(sorted(found))


def _below(folder: Path) -> tuple[Path, ...]:
    return tuple(folder.rglob("*"))
