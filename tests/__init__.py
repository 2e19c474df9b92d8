"""The tests, in folders that mirror the code; what several of them share is in `kits`."""
