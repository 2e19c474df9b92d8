"""Tests of the way onto the network."""
