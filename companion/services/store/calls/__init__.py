"""Calls to a store: requests and answers of the Store API, within limits of time and size."""
