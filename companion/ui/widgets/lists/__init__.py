"""Parts below each other, of which only those are made that are seen, or that show something else than before."""
