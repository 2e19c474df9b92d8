"""Adding what was bought anywhere: drop, paste or type it, confirm what was recognised, and it is there."""
