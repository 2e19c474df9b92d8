"""What is left of unfinished downloads of what is gone."""

from __future__ import annotations

from pathlib import Path

from companion.services.downloads.left_downloads import LeftDownloads
from companion.services.storage.database import Library
from tests.kits.downloads import leave_unfinished


def test_orders_and_purchases_are_read_only_where_something_is_left(tmp_path: Path) -> None:
    read: list[str] = []

    def purchases() -> list[str]:
        read.append("purchases")
        return []

    library = Library(tmp_path / "library.db")
    left = LeftDownloads(library, tmp_path / "downloads", purchases)
    assert (left.found(), read) == ((), [])
    leave_unfinished(tmp_path / "downloads" / "LF-0000-0000", "gone.run")
    assert [each.name for each in left.found()] == ["gone.run"]
    assert read == ["purchases"]
    library.close()
