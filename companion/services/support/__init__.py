"""The case file and the search in help articles."""
