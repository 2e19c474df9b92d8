"""Hashes of files while they arrive and afterwards."""
