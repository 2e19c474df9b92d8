"""Reminders: which dates there are, when they are due, and how they are worded."""
