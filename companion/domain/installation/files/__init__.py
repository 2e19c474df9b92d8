"""What the file of an installer is: read from regions of its bytes, never by running it."""
