"""What the file of an installer is, what speaks against running it, and how far it is verified; nothing is run."""
