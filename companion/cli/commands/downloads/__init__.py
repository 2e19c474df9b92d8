"""Files on their way to this PC."""
