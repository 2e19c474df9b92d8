"""Tests of what the file of an installer is."""
