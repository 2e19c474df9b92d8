"""The embedded demo store: a real store on loopback, reached over HTTP only."""
