"""Theme, icons, and formats of the person's locale."""
