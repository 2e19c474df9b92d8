"""The commands, in packages by subject."""
