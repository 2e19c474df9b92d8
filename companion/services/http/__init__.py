"""HTTP: sessions with the trusted certificates and proxies of the system, and connections to the fastest address."""
