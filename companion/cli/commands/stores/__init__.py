"""The stores that were added."""
