"""The page of reminders: what is due, what lies ahead, what was shown, and when to be told."""
