"""What exit codes of installers mean: those of Windows, of makers of installers, and of package tools."""
