"""The library's tables by subject: each module reads and writes its own."""
