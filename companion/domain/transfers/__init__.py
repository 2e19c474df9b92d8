"""Decisions about downloads: responses, blocks, connections, failures, file names, and the queue."""
