"""The support number, help articles, and repeated failures."""
