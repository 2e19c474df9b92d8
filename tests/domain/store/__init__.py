"""Tests of the store's documents and what its refusals mean."""
