"""What people read about an error."""
