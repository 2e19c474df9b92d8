"""The Settings page: one overview, and a view for each subject."""
