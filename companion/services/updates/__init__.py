"""Looking for, fetching and installing updates of this program (The Update Framework)."""
