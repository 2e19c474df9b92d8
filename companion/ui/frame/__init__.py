"""The window's frame: the navigation, the keys that work on every page, and where the person has been."""
