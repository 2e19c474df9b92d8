"""What the end-to-end tests share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from session_kit import clean_environment, keyring_process, lock_keyring, secret_service, session_bus

__all__ = ["clean_environment", "keyring_process", "lock_keyring", "secret_service", "session_bus"]
