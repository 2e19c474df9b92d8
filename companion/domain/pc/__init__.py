"""Decisions about this PC: facts, checks before an installation, and closing programs."""
