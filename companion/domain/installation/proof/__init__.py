"""What the system's own record says before and after an installation, and what that proves."""
