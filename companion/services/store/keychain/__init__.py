"""Secrets in the keychain of the operating system: credentials of orders, licence keys, links."""
