"""Which order a file was downloaded for."""

from __future__ import annotations

from pathlib import Path

from companion.services.storage.database import Library


def order_of(library: Library, path: Path) -> str | None:
    """Returns the number of the order whose download this file is; None for a file of no known order."""
    files = (file for store in library.stores_with_orders() for file in library.files(store))
    return next((file.number for file in files if file.path == path), None)
