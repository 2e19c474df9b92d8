"""The secrets of purchases in the keychain: licence keys, addresses of downloads, ids of activations.

The keychain cannot list what it holds, so the library says which entries there are: each secret has a fact whose value
is a keyed hash of it. The hash recognises the same key again and gives the library's reader nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading

from companion.domain.connectors.answers import PurchaseSecrets
from companion.domain.core.model import Secret
from companion.domain.purchases.facts import SECRET_FIELDS, Field
from companion.domain.purchases.purchase import Purchase
from companion.services.store.keychain.keychain import Kept, Keychain

HASH_ACCOUNT = "purchases hash"
"""The keychain's name for what the hashes are keyed with."""


class PurchaseKeychain:
    """Keeps and reads secrets of purchases. Every method may block on the keychain."""

    def __init__(self, keychain: Keychain) -> None:
        self._keychain = keychain
        self._lock = threading.Lock()
        self._hash_secret: Secret | None = None

    def fingerprint(self, secret: Secret) -> str:
        """Returns a keyed hash of a secret (HMAC-SHA-256 in hex), the same for the same text on this computer."""
        return hmac.new(self._hash_key(), secret.reveal().encode(), hashlib.sha256).hexdigest()

    def keep(self, purchase_id: str, field: Field, about: str, secret: Secret) -> Kept:
        """Keep one secret of a purchase."""
        return self._keychain.keep_secret(_account(purchase_id, field, about), secret)

    def read(self, purchase_id: str, field: Field, about: str) -> Secret | None:
        """Returns one secret of a purchase, or None."""
        return self._keychain.read_secret(_account(purchase_id, field, about))

    def holds(self, purchase_id: str, field: Field, about: str) -> bool | None:
        """Whether the keychain itself has this secret; None where it cannot tell. It is not unlocked for this."""
        found = self._keychain.holds(_account(purchase_id, field, about))
        # Where there is no keychain at all, the secret is certainly not in it.
        return False if found is None and self._keychain.place is None else found

    def secrets_of(self, purchase: Purchase) -> PurchaseSecrets:
        """Returns all secrets that the facts of `purchase` speak of and the keychain still holds."""
        found: dict[Field, dict[str, Secret]] = {Field.KEY: {}, Field.DOWNLOAD_LINK: {}, Field.ACTIVATION: {}}
        for field, about in _places(purchase):
            secret = self.read(purchase.id, field, about)
            if secret is not None:
                found[field][about] = secret
        return PurchaseSecrets(
            keys=found[Field.KEY], links=found[Field.DOWNLOAD_LINK], instance_ids=found[Field.ACTIVATION]
        )

    def has_secrets(self, purchase: Purchase) -> bool:
        """Whether the facts of `purchase` speak of any secret; the keychain is not asked."""
        return bool(_places(purchase))

    def forget(self, purchase: Purchase) -> None:
        """Remove all secrets of a purchase and prove that they are gone. Raises `CompanionError`."""
        for field, about in _places(purchase):
            self._keychain.forget_secret(_account(purchase.id, field, about))

    def _hash_key(self) -> bytes:
        with self._lock:
            if self._hash_secret is None:
                self._hash_secret = self._keychain.read_secret(HASH_ACCOUNT)
            if self._hash_secret is None:
                self._hash_secret = Secret(secrets.token_hex(32))
                self._keychain.keep_secret(HASH_ACCOUNT, self._hash_secret)
            return bytes.fromhex(self._hash_secret.reveal())


def _places(purchase: Purchase) -> set[tuple[Field, str]]:
    return {(fact.field, fact.about) for fact in purchase.facts if fact.field in SECRET_FIELDS}


def _account(purchase_id: str, field: Field, about: str) -> str:
    """The name of an entry; the item's name is hashed, since names of entries are readable without unlocking."""
    item = hashlib.sha256(about.encode()).hexdigest()[:16]
    return f"purchase {purchase_id} {field.value} {item}"
