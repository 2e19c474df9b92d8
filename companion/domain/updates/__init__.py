"""Updates of this program: when to look, whether to offer one, when to put it in place, and what is said."""
