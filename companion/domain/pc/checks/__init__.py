"""The checks of this PC: each makes one finding of the facts it needs."""
