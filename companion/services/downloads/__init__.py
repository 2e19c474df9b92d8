"""Downloads that resume, are verified, and can be repaired."""
