"""What the person chose, and what the window remembers between starts."""
