"""Tests of reading the logs of installers."""
