"""The Store API over HTTP: routes, calls, and answers that are stored."""
