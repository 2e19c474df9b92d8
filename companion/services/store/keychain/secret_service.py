"""The keychain of a Linux desktop: the Secret Service of freedesktop.org, with all its collections.

keyring looks into the default collection only, and which one that is can change: an entry that was kept in another one
would be missed when it is read, and left behind when it is removed. Entries have keyring's attributes, so either finds
those of the other. https://specifications.freedesktop.org/secret-service/
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import secretstorage
from jeepney import DBusAddress, new_method_call
from secretstorage.exceptions import ItemNotFoundException, PromptDismissedException, SecretStorageException

from companion.services.store.keychain.thread import KeychainLocked

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection
    from secretstorage.collection import Collection
    from secretstorage.item import Item

_APPLICATION = "Python keyring library"
_SERVICE = DBusAddress("/org/freedesktop/secrets", "org.freedesktop.secrets", "org.freedesktop.DBus.Peer")
# A desktop's daemon answers in milliseconds; it may have to be started first.
_ANSWER_SECONDS = 10.0


class SecretService:
    """Reads, writes and deletes entries in every collection; each call is a connection of its own.

    While `may_ask` is false, what is locked raises `KeychainLocked` instead of asking the person to unlock it.
    """

    def __init__(self) -> None:
        self.may_ask = True

    @staticmethod
    def available() -> bool:
        """Returns whether there is a Secret Service, running or started on demand."""
        try:
            with contextlib.closing(secretstorage.dbus_init()) as bus:
                return secretstorage.check_service_availability(bus)
        except (SecretStorageException, OSError):
            return False

    def is_locked(self) -> bool:
        """Returns whether something would have to be unlocked before an entry can be kept."""
        with _connected() as bus:
            collection = _default(bus)
            return collection is not None and collection.is_locked()

    def unlock(self) -> None:
        """Ask the person to unlock the default collection. Raises `KeychainLocked` when they do not."""
        with _connected() as bus:
            self._open_default(bus)

    def get_password(self, service: str, username: str) -> str | None:
        """Returns an entry, or None; the newest where several collections hold one."""
        with _connected() as bus:
            items = _items(bus, service, username)
            readable = [item for item in items if not item.is_locked()]
            if items and not readable:
                self._unlock(items[0])
                readable = items[:1]
            if not items and self._open_to_search(bus):
                readable = _items(bus, service, username)
            if not readable:
                return None
            return max(readable, key=lambda item: item.get_modified()).get_secret().decode()

    def has_password(self, service: str, username: str) -> bool | None:
        """Returns whether any collection holds an entry; None when none was found and some are locked.

        Nothing is unlocked for it.
        """
        with _connected() as bus:
            if _items(bus, service, username):
                return True
            locked = any(collection.is_locked() for collection in secretstorage.get_all_collections(bus))
            return None if locked else False

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry into the default collection; older ones elsewhere are removed as far as they are unlocked."""
        with _connected() as bus:
            attributes = {**_query(service, username), "application": _APPLICATION}
            label = f"Password for '{username}' on '{service}'"
            kept = self._open_default(bus).create_item(label, attributes, password.encode(), replace=True)
            for item in _items(bus, service, username):
                if item.item_path != kept.item_path and not item.is_locked():
                    item.delete()

    def delete_password(self, service: str, username: str) -> None:
        """Delete an entry from every collection."""
        with _connected() as bus:
            for item in _items(bus, service, username):
                if item.is_locked():
                    self._unlock(item)
                item.delete()

    def _open_to_search(self, bus: DBusConnection) -> bool:
        """Unlock the default collection; returns whether it was locked: some services do not search what is."""
        collection = _default(bus)
        if collection is None or not collection.is_locked():
            return False
        self._unlock(collection)
        return True

    def _open_default(self, bus: DBusConnection) -> Collection:
        collection = _default(bus)
        if collection is None:
            if not self.may_ask:
                raise KeychainLocked
            try:
                return secretstorage.get_default_collection(bus)
            except PromptDismissedException:
                raise KeychainLocked from None
        if collection.is_locked():
            self._unlock(collection)
        return collection

    def _unlock(self, locked: Collection | Item) -> None:
        """Ask the person, once: what they do not unlock stays locked."""
        if not self.may_ask or locked.unlock() or locked.is_locked():
            raise KeychainLocked


@contextlib.contextmanager
def _connected() -> Iterator[DBusConnection]:
    """A connection to the session bus, once the service has shown that it answers. Raises `KeychainLocked`."""
    with contextlib.closing(secretstorage.dbus_init()) as bus:
        try:
            bus.send_and_get_reply(new_method_call(_SERVICE, "Ping"), timeout=_ANSWER_SECONDS)
        except TimeoutError:
            # As little use as a locked one, and as long a wait: it is not tried again for each entry.
            raise KeychainLocked(NOT_ANSWERING) from None
        yield bus


NOT_ANSWERING = "The keychain does not answer."


def _default(bus: DBusConnection) -> Collection | None:
    try:
        return secretstorage.Collection(bus)
    except ItemNotFoundException:
        return None


def _items(bus: DBusConnection, service: str, username: str) -> list[Item]:
    """The entries in all collections, locked or not; one that has gone meanwhile is left out."""
    return list(secretstorage.search_items(bus, _query(service, username)))


def _query(service: str, username: str) -> dict[str, str]:
    return {"username": username, "service": service}
