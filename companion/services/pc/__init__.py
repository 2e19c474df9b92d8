"""This PC: checks, closing programs, network diagnostics, and desktop notifications."""
