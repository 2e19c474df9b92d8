"""The wizard of a file of any maker: what it is, checking this PC, installing, and what came of it."""
