"""Talking to a store: client, sessions, keychain, orders, and renewals."""
