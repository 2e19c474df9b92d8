"""One transfer: connections, workers, and the file they write."""
