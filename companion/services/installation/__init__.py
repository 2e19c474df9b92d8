"""From a verified file to an installed product, and back to normal afterwards."""
