"""Start, waking up and end of the windowed program."""
