"""Programs for the developers of Companion; not part of the installed package."""
