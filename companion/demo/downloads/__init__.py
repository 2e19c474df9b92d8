"""What customers download: the installation file, and how it is served."""
