"""What every test shares: Qt without a screen, and an environment that holds nothing of the developer's own."""

from __future__ import annotations

import os

# Before any test imports Qt; end-to-end tests start their own programs with another platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("COMPANION_HOME", "COMPANION_STORE", "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)
