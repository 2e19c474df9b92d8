"""Running the programs that come with macOS."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode

LIMIT = 5
"""Seconds that a program of the system may take."""


def output(words: Sequence[str], *, failing: bool = False) -> str:
    """Returns what a program of the system prints. Raises `CompanionError` ``not-answered``."""
    try:
        return subprocess.run(words, capture_output=True, timeout=LIMIT, check=not failing, text=True).stdout
    except (OSError, subprocess.SubprocessError):
        raise CompanionError(
            ErrorCode.NOT_ANSWERED, "The system does not answer", f"{Path(words[0]).name} gave no answer.", "Try again."
        ) from None
