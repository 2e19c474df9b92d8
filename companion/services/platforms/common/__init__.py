"""What several operating systems do alike."""
