"""The terminal: questions, Ctrl-C and progress bars."""
