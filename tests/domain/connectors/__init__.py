"""Decisions about kinds of stores."""
