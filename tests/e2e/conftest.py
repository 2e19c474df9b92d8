"""What the end-to-end tests share."""

from __future__ import annotations

from tests.kits.session import clean_environment, keyring_process, lock_keyring, secret_service, session_bus

__all__ = ["clean_environment", "keyring_process", "lock_keyring", "secret_service", "session_bus"]
