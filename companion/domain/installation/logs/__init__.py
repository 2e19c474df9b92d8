"""Logs that installers write: their text, and the first real cause of a failure in it."""
