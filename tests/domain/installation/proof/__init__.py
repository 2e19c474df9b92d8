"""Tests of what proves an installation."""
