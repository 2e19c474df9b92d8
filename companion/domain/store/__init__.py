"""The values of the Store API and decisions about talking to a store."""
