"""One purchase of any shop."""
