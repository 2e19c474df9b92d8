"""From choosing a download to a working installation, one calm step after the other."""
