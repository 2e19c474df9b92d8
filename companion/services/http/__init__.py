"""HTTP: sessions with the trusted certificates and proxies of the system, and connections to the fastest address."""

from companion.services.http.character_sets import guess_later

guess_later()
