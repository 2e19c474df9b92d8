"""Tests of the tables of exit codes."""
