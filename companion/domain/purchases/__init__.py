"""What a person owns, whatever store it came from: facts with their sources, and the purchase they add up to."""
