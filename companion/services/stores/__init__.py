"""Connectors: one module for each kind of store, all behind one protocol."""
