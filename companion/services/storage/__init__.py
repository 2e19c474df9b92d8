"""What is kept on disk: the library, files written whole, and records of pending changes."""
