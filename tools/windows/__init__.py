"""The Windows program: its icon, its manifest, and building it under Wine."""
