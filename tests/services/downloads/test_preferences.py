"""What the person chose for downloads: kept, read again, and obeyed by the queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.services.downloads.preferences import DownloadPreferences, keep_preferences, read_preferences
from companion.services.storage.database import Library


def test_what_was_chosen_is_kept(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.db")
    assert read_preferences(library) == DownloadPreferences(limit_rate=None, at_once=1)
    keep_preferences(library, DownloadPreferences(limit_rate=500_000, at_once=3))
    assert read_preferences(library) == DownloadPreferences(limit_rate=500_000, at_once=3)
    keep_preferences(library, DownloadPreferences())
    assert read_preferences(library) == DownloadPreferences()
    library.close()


@pytest.mark.parametrize("kept", ["", "-5", "0", "many", "1.5", "²", "9" * 400])
def test_what_cannot_be_is_as_usual(tmp_path: Path, kept: str) -> None:
    library = Library(tmp_path / "library.db")
    library.remember_setting("downloadsAtOnce", kept)
    library.remember_setting("downloadLimit", kept if len(kept) < 9 else "x")
    found = read_preferences(library)
    assert found.limit_rate is None
    assert 1 <= found.at_once <= 4
    library.close()
