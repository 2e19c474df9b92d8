"""Stores of several kinds as they really answer, and what every connector must make of it."""
