"""Everything that is owned, whatever store it came from."""
