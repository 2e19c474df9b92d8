"""The licence keys of orders in the keychain, so that they can be shown without the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from companion.domain.core.model import Secret
from companion.domain.store.orders import Licence, Order
from companion.services.store.keychain.keychain import Kept, Keychain


class LicenceKeys:
    """One secret for each licence. `account` returns the keychain's name for an order. Every method may block."""

    def __init__(self, keychain: Keychain, account: Callable[[str], str]) -> None:
        self._keychain = keychain
        self._account = account

    def keep(self, order: Order, before: Order | None) -> None:
        """Keep what the store tells, and forget the keys of licences that it does not name any more.

        The person is not asked to unlock the keychain for it: the keys are told again with the next reading.
        """
        for licence in order.licences:
            if licence.key is not None:
                self._keep_one(self._name(order.number, licence.id), licence.key)
        left = {licence.id for licence in order.licences}
        gone = [licence for licence in (before.licences if before is not None else ()) if licence.id not in left]
        self.forget(order.number, gone)

    def _keep_one(self, name: str, key: Secret) -> Kept:
        # Most readings tell a key that is kept already: writing it anew each time would be work for nothing.
        if self._keychain.read_secret(name, quiet=True) == key:
            return Kept.KEYCHAIN
        return self._keychain.keep_secret(name, key, quiet=True)

    def read(self, number: str, licence_id: str) -> Secret | None:
        """Returns the key of a licence, or None when it is not kept or the keychain cannot be used."""
        return self._keychain.read_secret(self._name(number, licence_id))

    def all_kept(self, order: Order) -> dict[str, Secret] | None:
        """Returns the keys of an order's licences by id, or None unless each is kept or is that of another order.

        The person is not asked to unlock the keychain for it.
        """
        found: dict[str, Secret] = {}
        for licence in order.licences:
            key = self._keychain.read_secret(self._name(order.number, licence.id), quiet=True)
            if key is not None:
                found[licence.id] = key
            elif licence.key_from_order is None:
                return None
        return found

    def put_back(self, number: str, keys: Mapping[str, Secret]) -> None:
        """Keep keys, by the id of their licence, that were forgotten by mistake."""
        for licence, key in keys.items():
            self._keep_one(self._name(number, licence), key)

    def forget(self, number: str, licences: Iterable[Licence]) -> None:
        """Remove keys and prove that they are gone. Raises `CompanionError` ``keychain-kept-it``."""
        for licence in licences:
            self._keychain.forget_secret(self._name(number, licence.id))

    def _name(self, number: str, licence_id: str) -> str:
        return f"{self._account(number)} key of {licence_id}"
