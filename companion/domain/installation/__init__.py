"""Decisions about installations: exit codes, recovery, held autostart entries, and relaunching programs."""
