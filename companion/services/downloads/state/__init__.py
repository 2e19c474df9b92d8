"""What is known of an unfinished download: journal, partial file, block map."""
