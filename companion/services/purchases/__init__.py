"""Everything that is owned: kept, changed, and refreshed from the stores it came from."""
