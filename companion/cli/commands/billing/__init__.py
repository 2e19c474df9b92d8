"""What was paid, sent and given back, and what will be charged."""
