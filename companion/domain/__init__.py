"""Decisions on frozen values: no I/O, no clock, no Qt."""
